/* SPDX-License-Identifier: Apache-2.0 */
/* What syncwpar does with one WPAR: see synchronize.h. */
#include "wparctl/operations/synchronize.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/origin.h"
#include "wparctl/filesystem/sync_apply.h"
#include "wparctl/operations/operation.h"
#include "wparctl/versioned/versioned.h"

#include <string.h>

#define MAX_LIST (256u << 20)

void wpar_sync_done(struct wpar_sync *sync)
{
	wpar_template_close(&sync->template);
	wpar_inventory_done(&sync->root);
	wpar_inventory_done(&sync->private);
	if (sync->top >= 0)
		close(sync->top);
}

static int read_template(struct wpar_sync *sync)
{
	autofd int fd = openat(sync->template.folder, "list", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	auto_buf text = { 0 };
	int r = fd < 0 ? -errno : par_fs_read_fd(fd, MAX_LIST, &text);

	return r < 0 ? r : wpar_inventory_parse(text.data, &sync->root);
}

static int scan_global(struct wpar_sync *sync)
{
	static const char *const folders[] = { "usr", "opt" };
	static const struct wpar_inventory_opts opts = { .ids_below = WPAR_ID_WIDTH, .live = true };

	sync->top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (sync->top < 0)
		return -errno;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		autofd int fd = openat(sync->top, folders[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		int r = fd < 0 ? -errno
			       : wpar_inventory_scan(fd, folders[i], &opts, &sync->private);

		if (r < 0)
			return r;
	}
	wpar_inventory_sort(&sync->private);
	return 0;
}

int wpar_sync_init(struct wpar_sync *sync, struct par_error **err)
{
	int r;

	if (!wpar_level_here(sync->level) || !par_printable(sync->level))
		*sync->level = '\0';
	r = sync->versioned ? 0 : wpar_template_open(true, &sync->template, err);

	if (r < 0 || sync->versioned)
		return r;
	r = read_template(sync);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the template of file systems cannot be read");
	r = sync->detached ? scan_global(sync) : 0;
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "/usr and /opt cannot be read") : 0;
}

bool wpar_sync_is_for(const struct wpar_sync *sync, const struct wpar_spec *s)
{
	if (s->type != WPAR_SYSTEM || !s->version.image_digest == sync->versioned)
		return false;
	return sync->versioned || s->private_usr == sync->detached;
}

int wpar_sync_check(const struct wpar_sync *sync, const struct wpar_spec *s, struct par_error **err)
{
	if (s->type != WPAR_SYSTEM)
		return par_fail(
			err, PAR_E_INVALID_ARGUMENT, 0,
			"%s is an application workload partition and shares all files of the "
			"global environment.",
			s->name);
	if (s->version.image_digest && !sync->versioned)
		return par_fail(
			err, PAR_E_NOT_SUPPORTED, 0,
			"%s is a versioned workload partition: its software does not depend "
			"on that of the global environment; syncwpar -c renews the commands that do.",
			s->name);
	if (!s->version.image_digest && sync->versioned)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"%s is no versioned workload partition; leave -c out.", s->name);
	if (sync->versioned)
		return 0;
	if (s->private_usr && !sync->detached)
		return par_fail(err, PAR_E_USAGE, 0,
				"%s has /usr and /opt of its own; use -D to synchronize them.",
				s->name);
	if (!s->private_usr && sync->detached)
		return par_fail(
			err, PAR_E_USAGE, 0,
			"%s shares /usr and /opt with the global environment; leave -D out.",
			s->name);
	return 0;
}

/*
 * Files are replaced under running programs, as by an upgrade in the LPAR.  Not so in a /usr of the
 * WPAR's own: over some programs there others are mounted, which would go with them.
 */
static int check_state(const struct wpar_spec *s, struct par_error **err)
{
	enum wpar_state st;
	int r = wpar_operation_state_locked(s, &st, err);

	if (r < 0 || st == WPAR_STATE_DEFINED || (st == WPAR_STATE_ACTIVE && !s->private_usr))
		return r;
	return wpar_fail_state(s, st,
			       s->private_usr ? "it must be Defined: stop it first"
					      : "it must be Active or Defined",
			       err);
}

/* What of the LPAR's, and which of the WPAR's lists it is. */
struct part {
	enum wpar_origin which;
	const struct wpar_inventory *after;
	int source;
};

static bool is_own(const char *path, void *user)
{
	const char *rest;

	return wpar_own_files_part(user, path, &rest) != NULL;
}

static void say_plan(const struct wpar_sync *sync, const struct wpar_sync_plan *p,
		     struct wpar_say *say)
{
	auto_buf text = { 0 };

	if (wpar_sync_plan_print(p, !sync->preview && !say->verbose, &text) == 0 && text.len)
		fputs(text.data, say->out);
	fflush(say->out);
}

/* How many of each kind. */
struct counts {
	size_t of[WPAR_SYNC_HOLD + 1];
};

static void count_steps(const struct wpar_sync_plan *p, struct counts *c)
{
	for (int i = 0; i <= WPAR_SYNC_HOLD; i++)
		c->of[i] += wpar_sync_plan_count(p, (enum wpar_sync_kind)i);
}

static bool is_same_list(const struct par_buf *a, const struct par_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/*
 * The new list is the last step: until then a repetition compares with the old one.  One that says
 * what is noted already is not written, and the generation's own is not written once more.
 */
static int save_given(const struct wpar_sync *sync, const struct wpar_spec *s,
		      const struct part *part, const struct wpar_inventory *before,
		      const struct wpar_sync_plan *p, struct par_error **err)
{
	auto_inventory given = { 0 };
	auto_buf old = { 0 }, new = { 0 }, whole = { 0 };
	int r = wpar_sync_plan_given(p, part->after, &given);

	if (r < 0 || wpar_inventory_write(before, &old) < 0 ||
	    wpar_inventory_write(&given, &new) < 0 || wpar_inventory_write(part->after, &whole) < 0)
		return par_oom(err);
	if (is_same_list(&old, &new))
		return 0;
	wpar_test_stop_at("synchronized");
	if (part->which == WPAR_ORIGIN_ROOT && is_same_list(&new, &whole))
		r = wpar_origin_take(s->name, sync->template.folder);
	else
		r = wpar_origin_write(s->name, part->which, &given);
	return r < 0 ? par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"what %s has from the global environment cannot be noted", s->name)
		     : 0;
}

static int sync_part(const struct wpar_sync *sync, const struct wpar_spec *s,
		     const struct wpar_own_files *files, const struct part *part,
		     struct wpar_say *say, struct counts *counts, struct par_error **err)
{
	auto_inventory before = { 0 }, now = { 0 };
	auto_sync_plan plan = { 0 };
	struct wpar_sync_lists lists = { .before = &before,
					 .after = part->after,
					 .now = &now,
					 .is_own = is_own,
					 .user = (void *)files,
					 .additional = sync->additional };
	int r = wpar_origin_read(s->name, part->which, &before);

	if (r < 0)
		return par_fail(err, r == -EBADMSG ? PAR_E_CORRUPT : PAR_E_SYSTEM, r,
				"what %s has from the global environment cannot be read", s->name);
	r = wpar_own_files_list(files, &before, part->after, &now);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the files of %s cannot be looked at",
				s->name);
	r = wpar_sync_plan_build(&lists, &plan);
	if (r < 0)
		return par_oom(err);
	r = sync->preview ? 0 : wpar_sync_apply(files, part->source, &plan, err);
	say_plan(sync, &plan, say);
	count_steps(&plan, counts);
	if (r < 0 || sync->preview)
		return r;
	return save_given(sync, s, part, &before, &plan, err);
}

static int sync_parts(const struct wpar_sync *sync, const struct wpar_spec *s, struct wpar_say *say,
		      struct counts *counts, struct par_error **err)
{
	const struct part root = { WPAR_ORIGIN_ROOT, &sync->root, sync->template.root };
	const struct part private = { WPAR_ORIGIN_PRIVATE, &sync->private, sync->top };
	auto_own_files files = { 0 };
	int r = wpar_own_files_open(s, &files, err);

	if (r < 0)
		return r;
	r = sync_part(sync, s, &files, &root, say, counts, err);
	if (r < 0 || !sync->detached)
		return r;
	return sync_part(sync, s, &files, &private, say, counts, err);
}

static char *counts_text(const struct counts *c, bool preview)
{
	return par_strdup_printf(
		preview ? "%zu to add, %zu to replace, %zu to remove, %zu to keep%s"
			: "%zu added, %zu replaced, %zu removed, %zu kept%s",
		c->of[WPAR_SYNC_ADD], c->of[WPAR_SYNC_REPLACE], c->of[WPAR_SYNC_REMOVE],
		c->of[WPAR_SYNC_KEEP], c->of[WPAR_SYNC_HOLD] ? ", some left" : "");
}

static bool is_nothing(const struct counts *c)
{
	size_t n = 0;

	for (int i = 0; i <= WPAR_SYNC_HOLD; i++)
		n += c->of[i];
	return n == 0;
}

/*
 * A versioned WPAR: the layer of this system's commands, as they are now, is there for its next
 * start, which else makes it.  One that runs keeps what it has until then.
 */
static int sync_versioned(const struct wpar_sync *sync, const struct wpar_spec *s,
			  struct wpar_say *say, struct par_error **err)
{
	auto_strv layers = { 0 };
	int r;

	if (sync->preview) {
		r = wpar_version_layer_is_there(s, err);
		if (r >= 0)
			wpar_say_line(say->out, r ? "syncwpar: The overlay is current."
						  : "syncwpar: The overlay is to be made anew.");
		return r < 0 ? r : 0;
	}
	r = wpar_version_layers(s, &layers, err);
	wpar_event_log_detail(s->name, "sync", "overlay", r < 0 && err ? *err : NULL);
	if (r == 0)
		wpar_say_line(say->out, "syncwpar: The overlay is current; it has effect with the "
					"next start.");
	return r;
}

/*
 * A release's programs are not those that the files of another one are for; on AIX, too, that step
 * is migwpar's.  -p only tells what it would be.
 */
static int check_level(const struct wpar_sync *sync, const struct wpar_spec *s,
		       struct par_error **err)
{
	char level[WPAR_LEVEL_MAX];

	if (sync->migrates || sync->preview || !wpar_origin_level(s->name, level) ||
	    wpar_level_compare(level, sync->level) != WPAR_LEVEL_OLDER ||
	    wpar_level_same_release(level, sync->level))
		return 0;
	return par_fail(err, PAR_E_WRONG_STATE, 0,
			"%s has the level %s, and the global environment has %s; run migwpar %s.",
			s->name, level, sync->level, s->name);
}

static int check_native(const struct wpar_sync *sync, const struct wpar_spec *s,
			struct wpar_say *say, struct par_error **err)
{
	int r = check_state(s, err);

	if (r < 0)
		return r;
	r = check_level(sync, s, err);
	if (r < 0)
		wpar_say_line(say->out, "syncroot: Returns Status = FAILURE");
	return r;
}

/* With -a an older part may be left: then it is not yet what the LPAR is. */
static int note_level(const struct wpar_sync *sync, const struct wpar_spec *s,
		      const struct counts *counts, struct par_error **err)
{
	char level[WPAR_LEVEL_MAX];
	int r;

	if (sync->preview || counts->of[WPAR_SYNC_HOLD] || !*sync->level ||
	    (wpar_origin_level(s->name, level) && strcmp(level, sync->level) == 0))
		return 0;
	wpar_test_stop_at("level");
	r = wpar_origin_note_level(s->name, sync->level, true);
	return r < 0 ? par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"the level of %s cannot be noted", s->name)
		     : 0;
}

static int sync_and_note(const struct wpar_sync *sync, const struct wpar_spec *s,
			 struct wpar_say *say, struct counts *counts, struct par_error **err)
{
	int r = sync_parts(sync, s, say, counts, err);

	return r < 0 ? r : note_level(sync, s, counts, err);
}

int wpar_sync_wpar(const struct wpar_sync *sync, const struct wpar_spec *s, struct wpar_say *say,
		   struct par_error **err)
{
	struct counts counts = { 0 };
	autofree char *text = NULL;
	auto_error why = NULL;
	int r = wpar_sync_check(sync, s, err);

	if (r < 0)
		return r;
	if (sync->versioned)
		return sync_versioned(sync, s, say, err);
	r = check_native(sync, s, say, err);
	if (r < 0)
		return r;
	wpar_say_line(say->out, "syncroot: Processing root part installation status.");
	r = sync_and_note(sync, s, say, &counts, &why);
	text = counts_text(&counts, sync->preview);
	if (r == 0 && is_nothing(&counts))
		wpar_say_line(say->out, "syncroot: Root part is currently synchronized.");
	else if (r == 0)
		wpar_say_line(say->out, "syncroot: %s", text ? text : "done");
	wpar_say_line(say->out, "syncroot: Returns Status = %s", r < 0 ? "FAILURE" : "SUCCESS");
	if (!sync->preview)
		wpar_event_log_detail(s->name, "sync", text, why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}
