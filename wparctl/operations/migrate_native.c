/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migwpar -C: a versioned WPAR becomes a native one.  Its new root is made beside its layers
 * (filesystem/native_stage.h): the LPAR's own files, those of the old system that are somebody's
 * own, and of its users and services what the LPAR has not.  Then the native specification is
 * saved; before that nothing has changed, and after it the same command does the rest.
 */
#include "wparctl/operations/migrate.h"

#include "lpard/common/fs.h"
#include "lpard/common/interrupt.h"
#include "wparctl/accounts/merge.h"
#include "wparctl/backup/transfer.h"
#include "wparctl/filesystem/fstab.h"
#include "wparctl/filesystem/native.h"
#include "wparctl/filesystem/native_stage.h"
#include "wparctl/filesystem/origin.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/filesystem/sizes.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/native_plan.h"
#include "wparctl/operations/native_services.h"
#include "wparctl/operations/native_tree.h"
#include "wparctl/operations/operation.h"
#include "wparctl/spec/image_command.h"
#include "wparctl/spec/stop_at.h"
#include "wparctl/versioned/versioned.h"

#include <string.h>

#define MAX_ACCOUNTS (16u << 20) /* bytes of passwd and the like */
#define MAX_SERVICES (1u << 20)

/* Texts of one system. */
struct system_texts {
	struct par_buf passwd, group, shadow, gshadow, subsystems, inittab;
};

struct conversion {
	const struct wpar_spec *old;
	struct wpar_spec spec; /* as a native one */
	struct wpar_native_stage stage;
	struct wpar_backup_trees trees;
	struct system_texts was, is; /* the old system's, the new one's */
	struct wpar_image_command command;
	struct wpar_accounts_merged accounts;
	struct par_strv notes;
	struct wpar_say *say;
};

static void texts_done(struct system_texts *t)
{
	par_buf_done(&t->passwd);
	par_buf_done(&t->group);
	par_buf_done(&t->shadow);
	par_buf_done(&t->gshadow);
	par_buf_done(&t->subsystems);
	par_buf_done(&t->inittab);
}

static void conversion_done(struct conversion *c)
{
	wpar_spec_done(&c->spec);
	wpar_native_stage_close(&c->stage);
	wpar_backup_trees_done(&c->trees);
	texts_done(&c->was);
	texts_done(&c->is);
	wpar_image_command_done(&c->command);
	wpar_accounts_merged_done(&c->accounts);
	par_strv_done(&c->notes);
}

static int convert_fail(const struct conversion *c, int r, const char *what, struct par_error **err)
{
	return par_fail(err, r == -ENOSPC || r == -EDQUOT ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
			"%s of '%s' cannot be made", what, c->old->name);
}

/* What is no plain file, or longer than any that a system has, is as if it were not there. */
static void read_text(int root, const char *path, size_t max, struct par_buf *ret)
{
	if (par_fs_read_in(root, path, max, ret) < 0)
		par_buf_done(ret);
}

static void read_texts(int root, struct system_texts *t)
{
	read_text(root, "etc/passwd", MAX_ACCOUNTS, &t->passwd);
	read_text(root, "etc/group", MAX_ACCOUNTS, &t->group);
	read_text(root, "etc/shadow", MAX_ACCOUNTS, &t->shadow);
	read_text(root, "etc/gshadow", MAX_ACCOUNTS, &t->gshadow);
	read_text(root, "etc/objrepos/SRCsubsys", MAX_SERVICES, &t->subsystems);
	read_text(root, "etc/inittab", MAX_SERVICES, &t->inittab);
}

static struct wpar_account_texts accounts_of(const struct system_texts *t)
{
	return (struct wpar_account_texts){ .passwd = t->passwd.data,
					    .group = t->group.data,
					    .shadow = t->shadow.data,
					    .gshadow = t->gshadow.data };
}

/* What is behind a byte 0 cannot be lines. */
static int note_cut(const struct par_buf *text, const char *name, struct par_strv *notes)
{
	autofree char *note = NULL;

	if (!text->data || strlen(text->data) == text->len)
		return 0;
	note = par_strdup_printf("What is behind a byte 0 in the old %s is left out.", name);
	return note ? par_strv_add(notes, note) : -ENOMEM;
}

/* ---- The new system ---- */

static int make_native(struct conversion *c, struct par_error **err)
{
	auto_error why = NULL;
	int r;

	wpar_say_line(c->say->out, "Creating the native root of workload partition %s.",
		      c->old->name);
	r = wpar_native_fill(c->stage.fresh, &c->spec, &why);
	if (r < 0 && !why)
		return convert_fail(c, r, "the native root", err);
	if (r < 0) {
		par_error_move(err, &why);
		return r;
	}
	wpar_test_stop_at("native filled");
	return 0;
}

/* ---- The files of the old one ---- */

static int leave_out(struct conversion *c, const char *directory, struct par_strv *patterns)
{
	return wpar_native_pattern(directory, patterns) < 0 ||
			       par_strv_add(&c->trees.empty, directory) < 0
		       ? -ENOMEM
		       : 0;
}

/* Which files are copied. */
static int choose_files(struct conversion *c, struct par_strv *patterns, struct par_error **err)
{
	auto_strv changed = { 0 }, left_out = { 0 };
	int r = wpar_native_choice(&changed, &left_out);

	for (size_t i = 0; r == 0 && i < changed.n; i++) {
		r = wpar_backup_trees_changed(&c->trees, c->old, changed.v[i], err);
		if (r < 0)
			return r;
		r = r > 0 ? 0 : leave_out(c, changed.v[i], patterns);
	}
	for (size_t i = 0; r == 0 && i < left_out.n; i++)
		r = leave_out(c, left_out.v[i], patterns);
	return r < 0 ? par_oom(err) : 0;
}

static struct wpar_writer_owner *owners_of(const struct wpar_id_changes *changes)
{
	struct wpar_writer_owner *v = calloc(changes->n + 1, sizeof(*v));

	for (size_t i = 0; v && i < changes->n; i++)
		v[i] = (struct wpar_writer_owner){ changes->v[i].from, changes->v[i].to };
	return v;
}

static int copy_files(struct conversion *c, struct par_error **err)
{
	autofree struct wpar_writer_owner *users = owners_of(&c->accounts.uids);
	autofree struct wpar_writer_owner *groups = owners_of(&c->accounts.gids);
	auto_strv patterns = { 0 };
	const struct wpar_transfer t = {
		.trees = &c->trees,
		.patterns = &patterns,
		.users = users,
		.groups = groups,
		.n_users = c->accounts.uids.n,
		.n_groups = c->accounts.gids.n,
		.name = c->old->name,
	};
	int r = choose_files(c, &patterns, err);

	if (r < 0)
		return r;
	if (!users || !groups)
		return par_oom(err);
	wpar_say_line(c->say->out, "Copying the files of workload partition %s.", c->old->name);
	r = wpar_transfer(&t, c->stage.old, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("old copied");
	r = wpar_native_tree_join(c->stage.old, c->stage.fresh, &c->notes);
	if (r < 0)
		return convert_fail(c, r, "the joined root", err);
	wpar_test_stop_at("joined");
	return 0;
}

/* ---- Users and services ---- */

static int merge_accounts(struct conversion *c, struct par_error **err)
{
	const struct wpar_account_texts native = accounts_of(&c->is), old = accounts_of(&c->was);
	int r = wpar_accounts_merge(&native, &old, c->spec.idrange - 1, &c->accounts);

	if (r < 0 || note_cut(&c->was.passwd, "passwd", &c->notes) < 0 ||
	    note_cut(&c->was.group, "group", &c->notes) < 0)
		return par_oom(err);
	for (size_t i = 0; i < c->accounts.notes.n; i++) {
		if (par_strv_add(&c->notes, c->accounts.notes.v[i]) < 0)
			return par_oom(err);
	}
	return 0;
}

/* With the owner and the mode that the native one has, or where there is none @mode. */
static int replace_text(int top, const char *path, const struct par_buf *text, mode_t mode)
{
	struct stat st = { .st_mode = S_IFREG | mode };

	if (fstatat(top, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
		return -errno;
	return par_fs_replace_like(top, path, text->data ? text->data : "", text->len, &st);
}

static int write_accounts(struct conversion *c)
{
	const struct {
		const char *path;
		const struct par_buf *text;
		mode_t mode;
	} files[] = {
		{ "etc/passwd", &c->accounts.passwd, 0644 },
		{ "etc/group", &c->accounts.group, 0644 },
		{ "etc/shadow", &c->accounts.shadow, 0600 },
		{ "etc/gshadow", &c->accounts.gshadow, 0600 },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(files); i++) {
		int r = replace_text(c->stage.fresh, files[i].path, files[i].text, files[i].mode);

		if (r < 0)
			return r;
	}
	return 0;
}

/* As the new root has it: a link in it leads to where it will lead then. */
static bool has_program(const char *program, void *user)
{
	const struct conversion *c = user;
	autofd int fd = par_fs_open_in(c->stage.fresh, program, O_PATH, 0);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111;
}

static int write_services(struct conversion *c, struct par_error **err)
{
	const struct wpar_service_texts native = { c->is.subsystems.data, c->is.inittab.data,
						   NULL };
	const struct wpar_service_texts old = { c->was.subsystems.data, c->was.inittab.data,
						c->command.arguments.n ? c->command.arguments.v[0]
								       : NULL };
	auto_services m = { 0 };
	int r = wpar_services_merge(&native, &old, has_program, c, &c->accounts.uids, &m);

	for (size_t i = 0; r == 0 && i < m.notes.n; i++)
		r = par_strv_add(&c->notes, m.notes.v[i]);
	if (r < 0)
		return par_oom(err);
	r = m.subsystems.len ? par_fs_mkdirs_plain(c->stage.fresh, "/etc/objrepos") : 0;
	if (r < 0 && r != -EEXIST)
		return convert_fail(c, r, "the services", err);
	r = m.subsystems.len
		    ? replace_text(c->stage.fresh, "etc/objrepos/SRCsubsys", &m.subsystems, 0644)
		    : 0;
	if (r < 0)
		return convert_fail(c, r, "the services", err);
	r = replace_text(c->stage.fresh, "etc/inittab", &m.inittab, 0644);
	return r < 0 ? convert_fail(c, r, "the services", err) : 0;
}

/* Its own files and what they say, put together. */
static int fill_stage(struct conversion *c, struct par_error **err)
{
	int r = make_native(c, err);

	if (r < 0)
		return r;
	r = wpar_backup_trees_open(c->old, false, &c->trees, err);
	if (r < 0)
		return r;
	r = wpar_image_command(c->old->version.image_digest, &c->command, err);
	if (r < 0)
		return r;
	read_texts(c->trees.v[0].fds[0], &c->was);
	read_texts(c->stage.fresh, &c->is);
	r = merge_accounts(c, err);
	if (r < 0)
		return r;
	r = copy_files(c, err);
	if (r < 0)
		return r;
	r = write_accounts(c);
	if (r < 0)
		return convert_fail(c, r, "the users", err);
	return write_services(c, err);
}

/* All that can be undone, up to the moment from which it is a native one. */
static int stage_and_save(struct conversion *c, struct par_error **err)
{
	int r = wpar_native_stage_begin(c->old, &c->stage, err);

	if (r < 0)
		return r;
	wpar_test_stop_at("stage made");
	r = fill_stage(c, err);
	if (r < 0)
		return r;
	wpar_backup_trees_done(&c->trees);
	r = wpar_native_stage_check(c->old, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("staged");
	wpar_test_wait_at("staged");
	r = par_interrupt_check(err);
	if (r < 0)
		return r;
	r = wpar_rootfs_mark_migrating(c->old, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("marked");
	return wpar_spec_save(&c->spec, err);
}

/* ---- From there on ---- */

static int finish(const struct wpar_spec *s, struct wpar_say *say, struct par_error **err)
{
	autofree char *digest = wpar_native_stage_image(s);
	int r = wpar_native_stage_take(s, err);

	if (r < 0)
		return r;
	wpar_test_stop_at("moved");
	r = wpar_sizes_change(NULL, s, err);
	if (r < 0)
		return r;
	r = wpar_fstab_update(s->name, s, err);
	if (r < 0)
		return r;
	/* Of an image that others have, too, nothing goes. */
	r = digest ? wpar_definition_remove_image(digest, err) : 0;
	if (r < 0)
		return r;
	if (r > 0)
		wpar_say_line(say->out,
			      "The image %.12s was removed: no workload partition uses it.",
			      digest);
	wpar_images_clear();
	wpar_test_stop_at("image released");
	return wpar_native_stage_end(s, err);
}

static int finish_saved(const struct wpar_spec *s, struct wpar_say *say, struct par_error **err)
{
	int r = finish(s, say, err);

	if (r < 0)
		par_error_wrap(err,
			       "it is native already, but not complete: run migwpar -C %s "
			       "again when that is mended",
			       s->name);
	return r;
}

static int convert(struct conversion *c, struct par_error **err)
{
	int r = wpar_native_spec(c->old, &c->spec, &c->notes, err);

	if (r < 0)
		return r;
	par_interrupt_begin();
	r = par_interrupt_explain(stage_and_save(c, err), err);
	if (r < 0) {
		wpar_native_stage_undo(c->old);
		wpar_origin_remove(c->old->name);
		return r;
	}
	wpar_test_stop_at("saved");
	for (size_t i = 0; i < c->notes.n; i++)
		wpar_say_line(c->say->out, "%s", c->notes.v[i]);
	wpar_say_line(c->say->out, "What is the old system's own is in " WPAR_NATIVE_ASIDE ".");
	return finish_saved(&c->spec, c->say, err);
}

static int check_state(const struct wpar_spec *s, struct par_error **err)
{
	enum wpar_state st;
	int r = wpar_operation_state_locked(s, &st, err);

	if (r < 0 || st == WPAR_STATE_DEFINED ||
	    (st == WPAR_STATE_BROKEN && !s->creating && wpar_rootfs_is_migrating(s->name)))
		return r;
	return wpar_fail_state(s, st, "it must be Defined: stop it first", err);
}

int wpar_migrate_to_native(const struct wpar_spec *s, struct wpar_say *say, struct par_error **err)
{
	struct conversion c = {
		.old = s, .stage = WPAR_NO_STAGE, .trees = WPAR_NO_TREES, .say = say
	};
	int r = check_state(s, err);

	if (r < 0)
		return r;
	if (!s->version.image_digest)
		return finish_saved(s, say, err);
	r = convert(&c, err);
	conversion_done(&c);
	return r;
}
