/* SPDX-License-Identifier: Apache-2.0 */
/* The compatibility report of an image: see compat.h. */
#include "wparctl/versioned/compat.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void wpar_fit_done(struct wpar_fit_rows *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->v[i].image);
		free(r->v[i].here);
		free(r->v[i].text);
	}
	free(r->v);
	*r = (struct wpar_fit_rows){ 0 };
}

enum wpar_fit wpar_fit_worst(const struct wpar_fit_rows *r)
{
	enum wpar_fit worst = WPAR_FIT_OK;

	for (size_t i = 0; i < r->n; i++)
		worst = r->v[i].fit > worst ? r->v[i].fit : worst;
	return worst;
}

const char *wpar_fit_word(enum wpar_fit fit)
{
	return fit == WPAR_FIT_OK ? "ok" : fit == WPAR_FIT_NOTE ? "note" : "no";
}

bool wpar_architecture_same(const char *a, const char *b)
{
	return strcmp(wpar_machine_name(a), wpar_machine_name(b)) == 0;
}

/* A note for each way that is not the plain one. */
static char *say_how(const char *name, const struct wpar_here *here, const struct wpar_runs *runs)
{
	switch (runs->how) {
	case WPAR_RUN_NATIVE:
		return par_strdup_printf(
			"This kernel runs its programs, too; uname -m says %s.%s", name,
			strcmp(name, "i686") == 0
				? " Programs of a C library that makes sockets by socketcall (glibc "
				  "before 2.39) have no network."
				: "");
	case WPAR_RUN_OWN:
		return par_strdup_printf("Its programs run by %s, slower than this system's own; "
					 "set-user-id programs run as who calls them.",
					 runs->interpreter);
	case WPAR_RUN_SYSTEM:
		return par_strdup_printf(
			"Its programs run by %s, which this system has registered, slower than "
			"this system's own.",
			runs->interpreter);
	case WPAR_RUN_NOT:
		break;
	}
	return par_strdup_printf("Programs for %s do not run on this system (%s): %s.", name,
				 here->machine, runs->why);
}

int wpar_architecture_fit(const char *architecture, const struct wpar_here *here,
			  enum wpar_fit *ret_fit, char **ret_text, struct par_error **err)
{
	const char *name = wpar_machine_name(architecture);
	auto_runs runs = { 0 };
	char *text;
	int r;

	*ret_fit = WPAR_FIT_OK;
	*ret_text = NULL;
	if (wpar_architecture_same(architecture, here->machine))
		return 0;
	r = wpar_runs_plan(architecture, here->runs, &runs, err);
	if (r < 0)
		return r;
	text = say_how(name, here, &runs);
	if (!text)
		return par_oom(err);
	*ret_fit = runs.how == WPAR_RUN_NOT ? WPAR_FIT_NO : WPAR_FIT_NOTE;
	*ret_text = text;
	return 0;
}

/* The rows so far; a failed one is seen at the end. */
struct plan {
	const struct wpar_scan *scan;
	const struct wpar_image_data *data;
	const struct wpar_here *here;
	struct wpar_fit_rows rows;
	bool failed;
};

/* Takes over the three texts; of printf's, where one is, memory may have been missing. */
static void add(struct plan *p, enum wpar_fit fit, const char *aspect, char *image, char *here,
		char *text)
{
	struct wpar_fit_row *v = reallocarray(p->rows.v, p->rows.n + 1, sizeof(*v));

	if (!v) {
		free(image);
		free(here);
		free(text);
		p->failed = true;
		return;
	}
	p->rows.v = v;
	v[p->rows.n++] = (struct wpar_fit_row){ fit, aspect, image, here, text, false };
}

/* A note that mkwpar makes when it has unpacked the image. */
static void add_later(struct plan *p, const char *aspect, char *image, char *text)
{
	const size_t n = p->rows.n;

	add(p, WPAR_FIT_NOTE, aspect, image, NULL, text);
	if (p->rows.n > n)
		p->rows.v[n].later = true;
}

__attribute__((format(printf, 2, 3))) static char *words(struct plan *p, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0) {
		text = NULL;
		p->failed = true;
	}
	va_end(ap);
	return text;
}

/* The programs of the image's own architecture; NULL: there are none. */
static const struct wpar_scan_programs *own_programs(const struct plan *p)
{
	const struct wpar_scan_programs *most = NULL;

	for (size_t i = 0; i < p->scan->n_programs; i++) {
		const struct wpar_scan_programs *x = &p->scan->programs[i];

		if (p->data && wpar_architecture_same(x->machine, p->data->version.architecture))
			return x;
		if (!most || x->count > most->count)
			most = x;
	}
	return most;
}

static const char *architecture_of(const struct plan *p)
{
	const struct wpar_scan_programs *own = own_programs(p);

	return own ? own->machine : p->data ? p->data->version.architecture : "unknown";
}

const char *wpar_fit_architecture(const struct wpar_scan *scan, const struct wpar_image_data *data)
{
	const struct plan p = { .scan = scan, .data = data };

	return architecture_of(&p);
}

static void plan_architecture(struct plan *p)
{
	const char *is = architecture_of(p);
	enum wpar_fit fit = WPAR_FIT_NO;
	char *text = NULL;

	p->failed |= wpar_architecture_fit(is, p->here, &fit, &text, NULL) < 0;
	add(p, fit, "Architecture", words(p, "%s", is), words(p, "%s", p->here->machine), text);
	for (size_t i = 0; i < p->scan->n_programs; i++) {
		const struct wpar_scan_programs *x = &p->scan->programs[i];

		if (strcmp(x->machine, is) != 0)
			add(p, WPAR_FIT_NOTE, "Other programs", words(p, "%s", x->machine), NULL,
			    words(p,
				  "%" PRIu64
				  " programs and libraries are for %s (%u bit) and do not run "
				  "on this kernel unless it runs that, too.",
				  x->count, x->machine, x->bits));
	}
}

static void plan_word_size(struct plan *p)
{
	const struct wpar_scan_programs *own = own_programs(p);

	if (own)
		add(p, WPAR_FIT_OK, "Word size", words(p, "%u bit", own->bits), NULL, NULL);
}

static void plan_page_size(struct plan *p)
{
	const struct wpar_scan_programs *own = own_programs(p);
	const uint64_t align = own ? own->align : p->data ? p->data->page_align : 0;
	const bool fits = align >= p->here->page_size;

	if (align)
		add(p, fits ? WPAR_FIT_OK : WPAR_FIT_NO, "Page size",
		    words(p, "up to %" PRIu64, align), words(p, "%" PRIu64, p->here->page_size),
		    fits ? NULL
			 : words(p,
				 "Its programs are laid out for pages of %" PRIu64
				 " bytes and cannot be "
				 "loaded on larger ones; take it to an LPAR whose kernel has such pages.",
				 align));
}

static void plan_libc(struct plan *p)
{
	const struct wpar_scan *s = p->scan;
	unsigned int major = 0, minor = 0;

	if (!s->libc[0] && p->data && par_streq(p->data->wpar.type, "S")) {
		add(p, WPAR_FIT_NO, "C library", words(p, "none"), NULL,
		    words(p, "It is a backup of a native workload partition, which has the /usr of "
			     "its system and none of its own: restwpar or mkwpar -B, without -C or "
			     "-t, makes one of it."));
		return;
	}
	if (!s->libc[0]) {
		add(p, WPAR_FIT_NOTE, "C library", words(p, "none"), NULL,
		    words(p, "No C library was found: only programs that need none will run."));
		return;
	}
	add(p, WPAR_FIT_OK, "C library", words(p, "%s %s", s->libc, s->libc_level), NULL, NULL);
	if (strcmp(s->libc, "glibc") == 0 && sscanf(s->libc_level, "%u.%u", &major, &minor) == 2 &&
	    major == 2 && minor < 14 && wpar_architecture_same(architecture_of(p), "x86_64") &&
	    !p->here->vsyscall)
		add(p, WPAR_FIT_NO, "Kernel features", words(p, "vsyscall"), words(p, "none"),
		    words(p,
			  "Its C library calls the page vsyscall, which this kernel does not have; boot "
			  "it with vsyscall=xonly."));
}

static void plan_kernel(struct plan *p)
{
	const uint32_t needs = p->scan->kernel;
	unsigned int major = 0, minor = 0, patch = 0;
	bool fits;

	sscanf(p->here->kernel, "%u.%u.%u", &major, &minor, &patch);
	fits = needs <= ((major & 0xff) << 16 | (minor & 0xff) << 8 | (patch & 0xff));
	add(p, fits ? WPAR_FIT_OK : WPAR_FIT_NO, "Kernel",
	    needs ? words(p, "%u.%u.%u or later", needs >> 16, needs >> 8 & 0xff, needs & 0xff)
		  : words(p, "any"),
	    words(p, "%s", p->here->kernel),
	    fits ? NULL
		 : words(p,
			 "Its C library ends each program with \"kernel too old\"; take it to a system "
			 "with a later kernel."));
	if (p->data && p->data->version.kernel_release)
		add(p, WPAR_FIT_OK, "Answer of uname",
		    words(p, "%s", p->data->version.kernel_release), NULL, NULL);
}

static void plan_init(struct plan *p)
{
	const char *init = p->scan->init;

	if (!*init)
		add(p, WPAR_FIT_OK, "Init", words(p, "none"), NULL,
		    words(p, "The WPAR has the init of this system."));
	else
		add(p, WPAR_FIT_OK, "Init", words(p, "%s", init), NULL,
		    words(p,
			  "The WPAR has the init of this system with the image's services; its own runs "
			  "where the specification names it (init = \"/sbin/init\")."));
}

static char *lacking(struct plan *p, const char *what, const char *name)
{
	char *text = wpar_image_command_lacking(what, name);

	p->failed |= !text;
	return text;
}

/* Part of a sentence, which the caller frees; NULL: nothing is known to be missing. */
static char *command_lacks(struct plan *p, const struct wpar_image_command *c)
{
	const char *users = wpar_scan_text(p->scan, "etc/passwd");
	const char *groups = wpar_scan_text(p->scan, "etc/group");
	autofree char *user = strdup(c->user ? c->user : "0");
	char *group = user ? strchr(user, ':') : NULL;

	p->failed |= !user;
	if (!user)
		return NULL;
	if (group)
		*group++ = '\0';
	if (users && !wpar_image_command_listed(users, user))
		return lacking(p, "user", user);
	if (group && groups && !wpar_image_command_listed(groups, group))
		return lacking(p, "group", group);
	return p->scan->lacks_program ? lacking(p, "program", c->arguments.v[0]) : NULL;
}

/* What layers say is to run. */
static void plan_command(struct plan *p)
{
	const struct wpar_image_command *c = p->data ? &p->data->command : NULL;
	autofree char *lacks = NULL;
	auto_buf text = { 0 };

	if (!c || !c->arguments.n)
		return;
	for (size_t i = 0; i < c->arguments.n && text.len < 60; i++)
		par_buf_printf(&text, "%s%s", i ? " " : "", c->arguments.v[i]);
	p->failed |= text.failed || !text.data;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < ' ' || text.data[i] > '~')
			text.data[i] = '?';
	}
	if (wpar_image_command_is_init(c))
		add(p, WPAR_FIT_NOTE, "Command", words(p, "%.60s", text.data ? text.data : ""),
		    NULL,
		    words(p, "It wants to be the first process: name it in the specification "
			     "(init = \"/sbin/init\")."));
	else if ((lacks = command_lacks(p, c)))
		add_later(p, "Command", words(p, "%.60s", text.data ? text.data : ""),
			  words(p, "It will not run: %s.", lacks));
	else
		add(p, WPAR_FIT_OK, "Command", words(p, "%.60s", text.data ? text.data : ""), NULL,
		    words(p,
			  "The WPAR runs it as the subsystem image (lssrc -s image), as the image "
			  "says, and no other service."));
}

static void plan_file_systems(struct plan *p)
{
	auto_buf names = { 0 };

	for (size_t i = 0; p->data && i < p->data->n_file_systems; i++) {
		if (p->data->file_systems[i].name)
			par_buf_printf(&names, "%s%s", names.len ? ", " : "",
				       p->data->file_systems[i].name);
	}
	p->failed |= names.failed;
	if (p->data && p->data->n_file_systems > 1)
		add(p, WPAR_FIT_OK, "File systems", words(p, "%s", names.data ? names.data : ""),
		    NULL,
		    words(p,
			  "They become folders of the WPAR's one file system, which has the room of "
			  "the one that its base directory lies on. mkwpar -M gives one of them its "
			  "own again."));
}

static void plan_size(struct plan *p)
{
	const uint64_t kib = p->scan->bytes >> 10, said = p->data ? p->data->size_kib : 0;
	const bool fits = kib < p->here->free_kib;

	if (said && wpar_archive_is_larger(said, p->scan->bytes)) {
		add(p, WPAR_FIT_NO, "Size", words(p, "%" PRIu64 " MiB", kib >> 10), NULL,
		    words(p,
			  "It is larger than it says of itself: its image.data has SIZE_KB = %" PRIu64
			  "; say in a file how large it is, and give that by image_data=FILE.",
			  said));
		return;
	}
	add(p, fits ? WPAR_FIT_OK : WPAR_FIT_NO, "Size", words(p, "%" PRIu64 " MiB", kib >> 10),
	    words(p, "%" PRIu64 " MiB free", p->here->free_kib >> 10),
	    fits ? NULL
		 : words(p, "There is no room to unpack it where images are kept "
			    "(/var/lib/wpars/images); make room first."));
}

static void plan_users(struct plan *p)
{
	const uint64_t most = p->scan->uid > p->scan->gid ? p->scan->uid : p->scan->gid;
	const bool fits = most < WPAR_ID_WIDTH;

	add(p, fits ? WPAR_FIT_OK : WPAR_FIT_NOTE, "Users and groups", words(p, "0-%" PRIu64, most),
	    words(p, "0-%u", WPAR_ID_WIDTH - 1),
	    fits ? NULL
		 : words(p,
			 "Files of users and groups with larger numbers will be nobody's in the WPAR; "
			 "give them smaller numbers on the old system first."));
}

static void plan_entries(struct plan *p)
{
	const struct wpar_scan *s = p->scan;

	if (s->refused)
		add(p, WPAR_FIT_NO, "Entries", words(p, "refused"), NULL,
		    words(p, "mkwpar refuses it, because %s.", s->refused));
	if (s->devices)
		add(p, WPAR_FIT_NOTE, "Devices", words(p, "%" PRIu64, s->devices), NULL,
		    words(p,
			  "They are left out: the devices of a WPAR are those of its specification "
			  "(mkwpar -D)."));
	if (s->setuid)
		add(p, WPAR_FIT_NOTE, "Set-user-id", words(p, "%" PRIu64, s->setuid), NULL,
		    words(p,
			  "These programs run as their owner inside the WPAR, and have no rights "
			  "outside of it."));
}

static void plan_description(struct plan *p, const char *why)
{
	const struct wpar_version *v = p->data ? &p->data->version : NULL;

	if (v)
		add(p, WPAR_FIT_OK, "System", words(p, "%s %s", v->os_name, v->os_level), NULL,
		    NULL);
	else
		add(p, WPAR_FIT_NO, "System", words(p, "not described"), NULL,
		    words(p, "mkwpar refuses it, because %s.", why));
}

static int plan_end(struct plan *p, struct wpar_fit_rows *ret, struct par_error **err)
{
	if (p->failed) {
		wpar_fit_done(&p->rows);
		return par_oom(err);
	}
	*ret = p->rows;
	return 0;
}

/* What else it has does not matter. */
static int plan_aix(struct plan *p, struct wpar_fit_rows *ret, struct par_error **err)
{
	const bool by_name = strcmp(p->scan->format, "aix-name") == 0;

	add(p, WPAR_FIT_NO, "System",
	    words(p, "AIX, a backup %s", by_name ? "by name (mksysb, savevg)" : "of a file system"),
	    NULL,
	    words(p, "Programs of AIX cannot run on Linux, and mkwpar refuses it; restore it on a "
		     "system with AIX."));
	if (by_name)
		add(p, WPAR_FIT_OK, "Size",
		    words(p, "%" PRIu64 " files, %" PRIu64 " MiB", p->scan->files,
			  p->scan->bytes >> 20),
		    NULL, NULL);
	return plan_end(p, ret, err);
}

int wpar_fit_plan(const struct wpar_scan *scan, const struct wpar_image_data *data, const char *why,
		  const struct wpar_here *here, struct wpar_fit_rows *ret, struct par_error **err)
{
	struct plan p = { .scan = scan, .data = data, .here = here };

	if (par_starts_with(scan->format, "aix-"))
		return plan_aix(&p, ret, err);
	plan_description(&p, why);
	plan_architecture(&p);
	plan_word_size(&p);
	plan_page_size(&p);
	plan_libc(&p);
	plan_kernel(&p);
	plan_init(&p);
	plan_command(&p);
	plan_file_systems(&p);
	plan_size(&p);
	plan_users(&p);
	plan_entries(&p);
	return plan_end(&p, ret, err);
}
