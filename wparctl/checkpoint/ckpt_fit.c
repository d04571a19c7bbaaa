/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of a checkpoint against this LPAR: see ckpt_fit.h. */
#include "wparctl/checkpoint/ckpt_fit.h"

#include "lpard/common/json.h"
#include "wparctl/spec/obstacles.h"
#include "wparctl/versioned/keeps.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

void wpar_ckpt_fit_done(struct wpar_ckpt_fit *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].there);
		free(f->v[i].here);
	}
	free(f->v);
	*f = (struct wpar_ckpt_fit){ 0 };
}

struct test {
	const char *name, *there, *here, *remedy;
	bool optional, fits;
};

static void add(struct wpar_ckpt_fit *f, struct test t)
{
	struct wpar_ckpt_row *more = reallocarray(f->v, f->n + 1, sizeof(*f->v)), *r;

	f->failed |= !more;
	if (!more)
		return;
	f->v = more;
	r = &more[f->n++];
	*r = (struct wpar_ckpt_row){ .test = t.name,
				     .there = strdup(t.there ? t.there : ""),
				     .here = strdup(t.here ? t.here : ""),
				     .required = !t.optional,
				     .fits = t.fits,
				     .remedy = t.remedy };
	f->failed |= !r->there || !r->here;
}

static const char *yes_no(bool v)
{
	return v ? "yes" : "no";
}

static void add_criu(const struct wpar_ability *here, struct wpar_ckpt_fit *f)
{
	char now[WPAR_CRIU_VERSION_SIZE], least[WPAR_CRIU_VERSION_SIZE];

	wpar_criu_version_text(here->criu, now);
	wpar_criu_version_text(WPAR_CRIU_LEAST, least);
	add(f, (struct test){ .name = "criu",
			      .there = least,
			      .here = here->criu ? now : "none",
			      .fits = here->criu >= WPAR_CRIU_LEAST,
			      .remedy = "install criu 3.19 or later in this LPAR" });
}

static bool is_power(const struct wpar_ability *here)
{
	return here->machine && par_starts_with(here->machine, "ppc64");
}

void wpar_ckpt_fit_lpar(const struct wpar_ability *here, struct wpar_ckpt_fit *f)
{
	add_criu(here, f);
	add(f, (struct test){ .name = "guard-pages",
			      .here = !here->guard_scan ? "sound"
				      : here->repair	? "repaired"
							: "refused",
			      .fits = !here->guard_scan || here->criu < 40200 || here->repair,
			      .remedy = "this kernel needs the repair of criu that boot images "
					"carry; boot a current image" });
	add(f, (struct test){ .name = "criu-repair",
			      .here = yes_no(here->repair),
			      .fits = here->repair || !is_power(here),
			      .remedy = "boot a current image, which has it: on POWER a process "
					"that criu restores may loop for ever without it" });
	add(f, (struct test){ .name = "network-lock",
			      .here = here->network_lock ? here->network_lock : "none",
			      .fits = here->network_lock,
			      .remedy = "install nftables: without it packets are lost or doubled "
					"meanwhile" });
	add(f, (struct test){ .name = "tools",
			      .here = yes_no(here->tools),
			      .fits = here->tools,
			      .remedy = "install iproute2 and tar, which criu runs" });
	add(f, (struct test){ .name = "time-namespaces",
			      .here = yes_no(here->time_namespaces),
			      .fits = here->time_namespaces,
			      .remedy = "boot a kernel with CONFIG_TIME_NS" });
	add(f, (struct test){ .name = "soft-dirty",
			      .here = yes_no(here->soft_dirty),
			      .optional = true,
			      .fits = here->soft_dirty,
			      .remedy = "without it all memory is copied while the workload "
					"partition stands still" });
}

static void add_equal(struct wpar_ckpt_fit *f, const char *name, const char *there,
		      const char *here, bool optional, const char *remedy)
{
	add(f, (struct test){ .name = name,
			      .there = there,
			      .here = here,
			      .optional = optional,
			      .fits = par_streq(there, here),
			      .remedy = remedy });
}

static void add_bits(struct wpar_ckpt_fit *f, const char *name, uint64_t there, uint64_t here)
{
	char a[24], b[24];

	snprintf(a, sizeof(a), "%016" PRIx64, there);
	snprintf(b, sizeof(b), "%016" PRIx64, here);
	add(f, (struct test){ .name = name,
			      .there = a,
			      .here = b,
			      .fits = (there & ~here) == 0,
			      .remedy = "restart it in an LPAR whose processor has all that the "
					"first one has (lpar_proc_compat_mode)" });
}

static void add_numbers(struct wpar_ckpt_fit *f, const char *name, uint64_t there, uint64_t here,
			bool fits, const char *remedy)
{
	char a[24], b[24];

	snprintf(a, sizeof(a), "%" PRIu64, there);
	snprintf(b, sizeof(b), "%" PRIu64, here);
	add(f,
	    (struct test){ .name = name, .there = a, .here = b, .fits = fits, .remedy = remedy });
}

/*
 * What is not taken from the images but from the definition, as it is now: it may have changed.
 * All else was so when the processes were dumped, and would not be true of them.
 */
static void forget_the_free(struct wpar_spec *s)
{
	s->resources = (struct wpar_resources){ 0 };
	s->autostart = s->checkpointable = false;
	s->script = s->owner = s->creator = s->vg = NULL;
}

/* The first line in which two texts differ; NULL: none. */
static const char *first_difference(const char *a, const char *b)
{
	while (*a && *a == *b) {
		const char *end = strchrnul(a, '\n'), *other = strchrnul(b, '\n');

		if (end - a != other - b || memcmp(a, b, (size_t)(end - a)) != 0)
			return a;
		a = *end ? end + 1 : end;
		b = *other ? other + 1 : other;
	}
	return *a || *b ? a : NULL;
}

/* The line that begins @offset bytes in, or is cut there. */
static char *line_at(const char *text, size_t offset)
{
	const size_t len = strlen(text);
	const char *line = text + (offset < len ? offset : len);

	line += strspn(line, "\t ");
	return strndup(line, strcspn(line, "\n"));
}

static void add_specification(const struct wpar_spec *then, const struct wpar_spec *now,
			      struct wpar_ckpt_fit *f)
{
	/* Shallow copies: nothing of them is freed. */
	struct wpar_spec a = *then, b = *now;
	auto_buf there = { 0 }, here = { 0 };
	autofree char *x = NULL, *y = NULL;
	const char *at;

	forget_the_free(&a);
	forget_the_free(&b);
	if (wpar_spec_write(&a, &there, NULL) < 0 || wpar_spec_write(&b, &here, NULL) < 0) {
		f->failed = true;
		return;
	}
	at = first_difference(there.data, here.data);
	if (at) {
		x = line_at(there.data, (size_t)(at - there.data));
		y = line_at(here.data, (size_t)(at - there.data));
		f->failed |= !x || !y;
	}
	add(f, (struct test){ .name = "specification",
			      .there = at ? x : "the same",
			      .here = at ? y : "the same",
			      .fits = !at,
			      .remedy = "a checkpoint goes on only as the workload partition that "
					"it was; change the definition back with chwpar" });
}

void wpar_ckpt_fit_manifest(const struct wpar_ckpt_manifest *m, const struct wpar_spec *then,
			    const struct wpar_ability *here, const struct wpar_spec *s,
			    struct wpar_ckpt_fit *f)
{
	char there_criu[WPAR_CRIU_VERSION_SIZE], here_criu[WPAR_CRIU_VERSION_SIZE];
	const struct wpar_ability *there = &m->there;

	wpar_criu_version_text(there->criu, there_criu);
	wpar_criu_version_text(here->criu, here_criu);
	add_equal(f, "name", m->name, s->name, false, "give the name that the checkpoint is of");
	add_specification(then, s, f);
	add_equal(f, "architecture", there->machine, here->machine, false,
		  "restart it in an LPAR of the same architecture");
	add_numbers(f, "page-size", there->page_size, here->page_size,
		    there->page_size == here->page_size,
		    "restart it in an LPAR whose boot image has pages of that size");
	add_bits(f, "hwcap", there->hwcap, here->hwcap);
	add_bits(f, "hwcap2", there->hwcap2, here->hwcap2);
	add(f, (struct test){ .name = "criu-version",
			      .there = there_criu,
			      .here = here_criu,
			      .fits = here->criu >= there->criu,
			      .remedy = "install a criu that is as new as the one that has taken "
					"the checkpoint" });
	add_equal(f, "kernel", there->kernel, here->kernel, true,
		  "another kernel may lack what the processes use");
}

void wpar_ckpt_fit_program(const struct wpar_ckpt_manifest *m, const char *kept,
			   struct wpar_ckpt_fit *f)
{
	const char *id = wpar_ckpt_program(m);

	if (!id)
		return;
	add(f, (struct test){ .name = "program",
			      .there = id,
			      .here = kept ? id : "not kept",
			      .fits = kept,
			      .remedy = "put the wparctl of that build into "
					"/var/lib/wpars/programs, by its build-id" });
}

/* "/usr/lib/x.so 1c0fe4ab, 70528 bytes": of a build-id what tells two apart. */
static void describe_file(char *buf, size_t size, const char *path, const char *id, uint64_t bytes)
{
	snprintf(buf, size, "%s%s%.12s, %" PRIu64 " bytes", path, *path ? " " : "",
		 id ? id : "no build-id", bytes);
}

static void add_mapped(const struct wpar_ckpt_mapped *there, const struct wpar_mapped_here *here,
		       struct wpar_ckpt_fit *f)
{
	char a[PATH_MAX + 64], b[64] = "not there";

	describe_file(a, sizeof(a), there->path, there->build_id, there->size);
	if (here->there)
		describe_file(b, sizeof(b), "", here->build_id, here->size);
	add(f, (struct test){ .name = "mapped-file",
			      .there = a,
			      .here = b,
			      .remedy = "processes have it mapped; have the same version of it "
					"here, with the package that it comes from" });
}

void wpar_ckpt_fit_mapped(const struct wpar_ckpt_manifest *m, const struct wpar_mapped_here *here,
			  struct wpar_ckpt_fit *f)
{
	const char *program = wpar_ckpt_program(m);
	size_t n = 0, same = 0;
	char a[24], b[24];

	for (size_t i = 0; i < m->n_mapped; i++) {
		const struct wpar_ckpt_mapped *there = &m->mapped[i];

		if (!here[i].known || (program && par_streq(there->build_id, program)))
			continue;
		n++;
		if (here[i].there && here[i].size == there->size &&
		    par_streq(here[i].build_id, there->build_id))
			same++;
		else
			add_mapped(there, &here[i], f);
	}
	snprintf(a, sizeof(a), "%zu", n);
	snprintf(b, sizeof(b), "%zu", same);
	if (n == same)
		add(f,
		    (struct test){ .name = "mapped-files", .there = a, .here = b, .fits = true });
}

void wpar_ckpt_fit_clock(const struct wpar_ckpt_manifest *m, uint64_t now_ms,
			 struct wpar_ckpt_fit *f)
{
	char there[PAR_UTC_SIZE], here[PAR_UTC_SIZE];

	par_utc_text((int64_t)(m->taken_ms / 1000), there);
	par_utc_text((int64_t)(now_ms / 1000), here);
	add(f,
	    (struct test){ .name = "clock",
			   .there = there,
			   .here = here,
			   .optional = true,
			   .fits = now_ms >= m->taken_ms,
			   .remedy = "the clock of this LPAR is behind: the time of day goes back "
				     "for the processes; set it before" });
}

void wpar_ckpt_fit_image(const struct wpar_spec *s, bool there, struct wpar_ckpt_fit *f)
{
	char digest[17];

	if (!s->version.image_digest)
		return;
	snprintf(digest, sizeof(digest), "%s", s->version.image_digest);
	add(f, (struct test){ .name = "image",
			      .there = digest,
			      .here = there ? digest : "not there",
			      .fits = there,
			      .remedy = "take the image into the store again: mkwpar -C -B of the "
					"same archive does, also of another workload partition" });
}

void wpar_ckpt_fit_spec(const struct wpar_spec *s, struct wpar_ckpt_fit *f)
{
	const char *version = wpar_version_keeps(&s->version);
	struct wpar_obstacle o;

	for (size_t i = 0; wpar_obstacle(s, i, &o); i++)
		add(f, (struct test){ .name = o.test, .here = o.value, .remedy = o.remedy });
	if (version)
		add(f, (struct test){ .name = "machine",
				      .here = s->version.architecture,
				      .remedy = version });
	else if (!wpar_obstacle(s, 0, &o))
		add(f, (struct test){ .name = "definition", .here = "fits", .fits = true });
}

static const char *verdict_of(const struct wpar_ckpt_row *r)
{
	return r->fits ? "ok" : r->required ? "failed" : "warning";
}

void wpar_ckpt_fit_print(const struct wpar_ckpt_fit *f, struct par_buf *out)
{
	par_buf_printf(out, "%-16s %-8s %-9s %-22s %s\n", "TEST", "VERDICT", "KIND", "THERE",
		       "HERE");
	for (size_t i = 0; i < f->n; i++) {
		const struct wpar_ckpt_row *r = &f->v[i];

		par_buf_printf(out, "%-16s %-8s %-9s %-22s %s\n", r->test, verdict_of(r),
			       r->required ? "required" : "optional", *r->there ? r->there : "-",
			       *r->here ? r->here : "-");
		if (!r->fits)
			par_buf_printf(out, "%-16s %s\n", "", r->remedy);
	}
}

int wpar_ckpt_fit_json(const struct wpar_ckpt_fit *f, struct par_buf *out)
{
	auto_json list = json_object_new_array();
	const char *text;

	for (size_t i = 0; i < f->n; i++) {
		const struct wpar_ckpt_row *r = &f->v[i];
		struct json_object *o = json_object_new_object();

		if (!list || !o || json_object_array_add(list, o) < 0) {
			json_object_put(o);
			return -ENOMEM;
		}
		if (par_json_put_string(o, "test", r->test) < 0 ||
		    par_json_put_string(o, "there", r->there) < 0 ||
		    par_json_put_string(o, "here", r->here) < 0 ||
		    par_json_put(o, "required", json_object_new_boolean(r->required)) < 0 ||
		    par_json_put_string(o, "verdict", verdict_of(r)) < 0 ||
		    par_json_put_string(o, "remedy", r->fits ? "" : r->remedy) < 0)
			return -ENOMEM;
	}
	text = list ? json_object_to_json_string_ext(list, JSON_C_TO_STRING_PRETTY |
								   JSON_C_TO_STRING_NOSLASHESCAPE)
		    : NULL;
	if (!text)
		return -ENOMEM;
	par_buf_puts(out, text);
	return par_buf_putc(out, '\n');
}

int wpar_ckpt_fit_verdict(const struct wpar_ckpt_fit *f, const char *what, struct par_error **err)
{
	const struct wpar_ckpt_row *first = NULL;
	size_t n = 0;

	if (f->failed)
		return par_oom(err);
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].fits || !f->v[i].required)
			continue;
		first = first ? first : &f->v[i];
		n++;
	}
	if (!first)
		return 0;
	if (n == 1)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s: %s is %s%s%s; %s", what,
				first->test, first->here, *first->there ? ", not " : "",
				first->there, first->remedy);
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"%s: %zu tests fail, the first of them %s, which is %s%s%s; %s", what, n,
			first->test, first->here, *first->there ? ", not " : "", first->there,
			first->remedy);
}
