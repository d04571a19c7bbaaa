/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkwpar: define a system WPAR and make its file systems.
 *
 * The specification is saved first, marked `creating`; when all is there the mark is taken off.  A
 * failure undoes all.  After a kill the mark tells: lswpar shows B, and mkwpar begins anew.  With
 * -s another mark (pending.h) says that the start is still to come: the same command goes on with
 * that.
 */
#include "lpard/common/interrupt.h"
#include "wparctl/commands/commands.h"
#include "wparctl/commands/mkwpar_flags.h"
#include "wparctl/operations/copy_system.h"
#include "wparctl/operations/creation.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/device_exports.h"
#include "wparctl/operations/image_flags.h"
#include "wparctl/operations/image_services.h"
#include "wparctl/operations/image_volumes.h"
#include "wparctl/operations/kept.h"
#include "wparctl/operations/new_addresses.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/populate.h"
#include "wparctl/operations/settings.h"
#include "wparctl/operations/refused.h"
#include "wparctl/operations/root_password.h"
#include "wparctl/operations/user_again.h"
#include "wparctl/spec/keys.h"
#include "wparctl/filesystem/fstab.h"
#include "wparctl/filesystem/nfs_fill.h"
#include "wparctl/filesystem/resolver.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/filesystem/sizes.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/versioned/versioned.h"

#include <string.h>

static const struct par_opt opts[] = {
	WPAR_SETTINGS_OPTS,
	OPT_FLAG(
		'a', NULL, struct mkwpar_args, resolve_clashes,
		"Choose another base directory, host name or UUID when it clashes, and leave out addresses"),
	OPT_FLAG('A', NULL, struct mkwpar_args, autostart, "Start it whenever the system starts"),
	OPT_STR('b', NULL, "FILE", struct mkwpar_args, devexports,
		"The devices that it may have (default: /etc/wpars/devexports)",
		.values = "@files"),
	OPT_STR('B', NULL, "BACKUP|IMAGE", struct mkwpar_args, backup,
		"Fill it from BACKUP, of savewpar (with -C: the system image of a versioned WPAR; with -t: "
		"one of this system)",
		.values = "@files"),
	OPT_FLAG('C', NULL, struct mkwpar_args, versioned, "Make a versioned WPAR (needs -B)"),
	OPT_STR('d', NULL, "DIRECTORY", struct mkwpar_args, directory,
		"Base directory (default: /wpars/NAME)"),
	OPT_STR('E', NULL, "DIRECTORY", struct mkwpar_args, secfile, NULL,
		.refused = "the files of a workload partition come from this system, or from the "
			   "image of -B"),
	OPT_FLAG_REFUSED('F', struct mkwpar_args, force,
			 "what is refused could not work, so it cannot be forced"),
	OPT_STR('g', NULL, "VG", struct mkwpar_args, vg, "Volume group: there is rootvg"),
	OPT_STR('k', NULL, "PATH", struct mkwpar_args, made_script,
		"Program of the global environment, run when its file systems are made",
		.values = "@files"),
	OPT_FLAG('l', NULL, struct mkwpar_args, private_usr,
		 "Give it /usr and /opt of its own, copies of the LPAR's"),
	OPT_PAIRS(
		'L', NULL, "image_data=FILE|none", struct mkwpar_args, image_flags,
		"Describe the image of -C by FILE, or (none) by what it has, not by its image.data"),
	OPT_FLAG_REFUSED('O', struct mkwpar_args, override_vg,
			 "a workload partition has no volume group of its own, so it overwrites "
			 "none"),
	OPT_STR_OPTIONAL('p', NULL, "NAME", struct mkwpar_args, preserve,
			 "Use the file systems that rmwpar -p has kept"),
	OPT_FLAG('P', NULL, struct mkwpar_args, ask_password,
		 "Ask for the password of its root user, and set it"),
	OPT_FLAG('r', NULL, struct mkwpar_args, resolver,
		 "Copy the name resolution files of the global environment"),
	OPT_FLAG('s', NULL, struct mkwpar_args, start, "Start it when it is made"),
	OPT_FLAG('t', NULL, struct mkwpar_args, system_copy,
		 "Make a copy of this system (with -B: of an image of it by mksysb)"),
	OPT_PAIRS('T', NULL, "preserve_private=yes|no", struct mkwpar_args, copy_flags,
		  "What such a copy has besides; also preserve_wpars="),
	OPT_FLAG('v', NULL, struct mkwpar_args, verbose, "Show each step"),
	OPT_FLAG_REFUSED('W', struct mkwpar_args, unknown_of_e,
			 "AIX has it beside -e, and its documents do not say what it does; -e "
			 "alone copies the settings"),
	OPT_FLAG(0, "dry-run", struct mkwpar_args, dry_run,
		 "Show the specification and make nothing"),
	OPT_FLAG(0, "minimal", struct mkwpar_args, minimal,
		 "Without cron, inetd, sshd and syslogd"),
	OPT_STR(0, "owner", "USER", struct mkwpar_args, owner,
		"Who has the rights of its owner (default: root)"),
	OPT_FLAG(0, "progress", struct mkwpar_args, progress,
		 "Show how far an image is unpacked, or a copy of the system is made"),
	{ 0 }
};

/* What the flags say of the WPAR; without a name only for -w. */
static int mkwpar_read_flags(const struct mkwpar_args *a, struct wpar_spec *s,
			     struct par_error **err)
{
	int r = wpar_settings_apply(&a->settings, s, err);

	if (r < 0)
		return r;
	if (a->versioned && a->backup && a->settings.from_wpar)
		mkwpar_forget_system(a, s);
	r = a->system_copy ? mkwpar_read_copy(a, s, err) : 0;
	if (r < 0)
		return r;
	r = mkwpar_refuse_spec(a, s, err);
	if (r < 0)
		return r;
	r = wpar_settings_set(s, "name", s->name ? NULL : a->preserve.value, err);
	if (r < 0)
		return r;
	r = wpar_settings_set(s, "directory", a->directory, err);
	if (r < 0)
		return r;
	r = wpar_settings_set(s, "vg", a->vg, err);
	if (r < 0)
		return r;
	r = wpar_settings_set(s, "owner", a->owner, err);
	if (r < 0)
		return r;
	s->minimal |= a->minimal;
	s->autostart |= a->autostart;
	s->private_usr |= a->private_usr;
	if (!s->name && a->settings.write_only)
		return 0;
	if (!s->name)
		return par_fail(err, PAR_E_USAGE, 0, "the name is missing: -n NAME");
	if (s->type != WPAR_SYSTEM)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"application workload partitions are made by wparexec");
	return 0;
}

/* What was not given, and whether it all fits together. */
static int mkwpar_complete(const struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err)
{
	int r = 0;

	if (!s->name)
		return 0;
	if (!s->directory)
		s->directory = wpar_default_directory(s->name);
	if (!s->directory)
		return par_oom(err);
	if (a->preserve.given)
		r = wpar_volumes_adopt(s, err);
	if (r < 0)
		return r;
	if (a->preserve.given)
		r = wpar_kept_take(s, err);
	if (r < 0)
		return r;
	r = wpar_devices_export(a->devexports, s, err);
	if (r < 0)
		return r;
	/* What a versioned one has besides follows from the image. */
	r = a->backup && !a->system_copy ? wpar_image_mounts_expect(s, err)
					 : wpar_populate_defaults(&a->populate, s, err);
	if (r < 0)
		return r;
	if (a->system_copy)
		wpar_copy_system_sizes(s);
	r = a->system_copy && !a->backup ? wpar_copy_system_places(s, err) : 0;
	if (r < 0)
		return r;
	return a->settings.write_only ? wpar_spec_check(s, err) : wpar_definition_allowed(s, err);
}

static enum wpar_files mkwpar_files(const struct mkwpar_args *a)
{
	return a->preserve.given ? WPAR_FILES_KEPT : WPAR_FILES_NEW;
}

static int mkwpar_image(const struct mkwpar_args *a, struct wpar_image_source *ret,
			struct par_error **err)
{
	static char name[] = "mkwpar";

	*ret = (struct wpar_image_source){ .path = a->backup,
					   .progress = a->progress,
					   .note = a->verbose ? wpar_image_say_note : NULL,
					   .user = name };
	return wpar_image_flags(&a->image_flags, ret, err);
}

/* Killed from now on, the WPAR takes the image away with it when it is removed. */
static int mkwpar_name_image(const struct mkwpar_args *a, struct wpar_spec *s,
			     struct par_error **err)
{
	if (s->version.image_digest || !*a->image.digest)
		return 0;
	s->version.image_digest = strdup(a->image.digest);
	return s->version.image_digest ? wpar_spec_save(s, err) : par_oom(err);
}

/*
 * Puts the image into the store and the facts of its system into the specification; once that is
 * saved, it tells other commands that the image is in use.
 */
static int mkwpar_take_image(struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err)
{
	struct wpar_image_source src;
	autofd int hold = -1;
	int r = mkwpar_image(a, &src, err);

	if (r < 0)
		return r;
	src.checked = &a->image;
	r = mkwpar_name_image(a, s, err);
	if (r < 0)
		return r;
	r = wpar_image_take(&src, &s->version, &hold, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("taken");
	r = wpar_image_mounts_size(s, err);
	if (r < 0)
		return r;
	r = wpar_spec_defaults(s, err);
	if (r < 0)
		return r;
	r = wpar_definition_allowed(s, err);
	if (r < 0)
		return r;
	wpar_spec_number_projects(s, NULL);
	return wpar_spec_save(s, err);
}

/* By -e or -f alone: the image of that specification, which must be here already. */
static int mkwpar_need_image(const struct mkwpar_args *a, const struct wpar_spec *s,
			     struct par_error **err)
{
	autofd int image = -1;

	if (a->backup || !s->version.image_digest)
		return 0;
	image = wpar_image_open(s->version.image_digest, NULL);
	if (image < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"The image of the specification, %.12s, is not in the store: "
				"give it by -C -B IMAGE.",
				s->version.image_digest);
	return a->settings.from_file
		       ? wpar_image_same_known(&s->version, NULL, s->version.image_digest, err)
		       : 0;
}

/* Beside the file systems that were kept, those that -M gives and those that it makes larger. */
static int mkwpar_add_volumes(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *base = wpar_path("%s", s->directory);
	auto_spec kept = { 0 };
	int r;

	if (!base)
		return par_oom(err);
	kept.directory = strdup(s->directory);
	if (!kept.directory)
		return par_oom(err);
	r = wpar_volumes_adopt(&kept, err);
	return r < 0 ? r : wpar_volumes_begin(base, &kept, s, err);
}

/* What would be seen on its console only. */
static void mkwpar_say_lacks(const struct wpar_spec *s)
{
	autofree char *what = wpar_image_command_lacks(s);

	if (what)
		fprintf(stderr, "mkwpar: Command: It will not run in '%s': %s.\n", s->name, what);
}

/* What the flags put into its files, before anything of it runs; the script has the last word. */
static int mkwpar_customize(const struct mkwpar_args *a, const struct wpar_spec *s,
			    struct par_error **err)
{
	const bool versioned = mkwpar_is_versioned(a, s);
	int r = versioned ? wpar_image_volumes_fill(s, err) : 0;

	if (r < 0)
		return r;
	r = versioned ? wpar_image_services(s, err) : a->resolver ? wpar_resolver_copy(s, err) : 0;

	if (r < 0)
		return r;
	if (versioned)
		mkwpar_say_lacks(s);
	r = a->root_hash ? wpar_root_password_set(s, a->root_hash, err) : 0;
	if (r < 0)
		return r;
	return a->made_script ? wpar_script_run_made(s, a->made_script, err) : 0;
}

static int mkwpar_copy_system(struct mkwpar_args *a, struct wpar_spec *s,
			      const struct wpar_report *report, struct par_error **err)
{
	struct wpar_image_source src;
	int r = mkwpar_image(a, &src, err);

	if (r < 0)
		return r;
	src.checked = &a->image;
	return wpar_copy_system_create(a->backup ? &src : NULL, s, a->progress, report, err);
}

/* With the specification saved as being created: all that can fail and is undone. */
static int mkwpar_fill(struct mkwpar_args *a, const struct par_buf *words, struct wpar_spec *s,
		       struct wpar_say *say, struct wpar_nfs_fill **servers, struct par_error **err)
{
	const struct wpar_rootfs_source backup = wpar_backup_filler(&a->populate.fill);
	const struct wpar_rootfs_source *from = a->files_of ? &backup : NULL;
	struct wpar_report report = wpar_say_report(say);
	int r;

	/* The specification is saved: an image that is here now stays. */
	r = a->versioned && a->backup ? mkwpar_take_image(a, s, err) : mkwpar_need_image(a, s, err);
	if (r < 0)
		return r;
	wpar_say_line(say->out, "Mounting all workload partition file systems.");
	r = a->preserve.given ? mkwpar_add_volumes(s, err)
	    : a->system_copy  ? mkwpar_copy_system(a, s, &report, err)
			      : wpar_rootfs_create(s, from, &report, err);
	if (r < 0)
		return r;
	if (a->preserve.given)
		r = wpar_sizes_change(NULL, s, err);
	if (r < 0)
		return r;
	r = mkwpar_customize(a, s, err);
	if (r < 0)
		return r;
	r = wpar_image_servers_fill(s, a->preserve.given, servers, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("servers filled");
	wpar_test_wait_at("servers filled");
	r = a->start ? wpar_pending_begin(s->name, words->data, words->len) : 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the start of '%s' cannot be noted", s->name);
	r = wpar_fstab_update(s->name, s, err);
	if (r < 0)
		return r;
	r = par_interrupt_check(err);
	if (r < 0)
		return r;
	wpar_creation_end(s);
	s->copy = (struct wpar_copy_controls){ 0 };
	r = wpar_spec_save(s, err);
	if (r == 0)
		wpar_kept_forget(s->name);
	return r;
}

/* What is to be run again to make the same of it; NULL: mkwpar. */
static const char *mkwpar_creator(const struct mkwpar_args *a)
{
	return a->system_copy ? (a->backup ? "mkwpar -t -B" : "mkwpar -t")
	       : a->versioned ? "mkwpar -C"
	       : a->files_of  ? "mkwpar -B"
			      : NULL;
}

/* From here on the name and the directory are this WPAR's. */
static int mkwpar_claim(const struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err)
{
	const size_t n_addresses = s->n_addresses;
	int r = wpar_user_again(s->name, NULL, err);

	if (r < 0)
		return r;
	r = wpar_creation_begin(s, mkwpar_creator(a), err);
	if (r < 0)
		return r;
	r = wpar_definition_redo(s->name, err);
	if (r < 0)
		return r;
	r = wpar_definition_claim(s, mkwpar_files(a), a->resolve_clashes, err);
	if (r == 0 && n_addresses)
		wpar_network_say_left_out("mkwpar", s, n_addresses);
	return r;
}

static int mkwpar_create(const struct par_cmd_ctx *ctx, struct mkwpar_args *a, struct wpar_spec *s,
			 struct par_error **err)
{
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	auto_nfs_fill servers = NULL;
	auto_buf words = { 0 };
	autofd int lock = -1;
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	r = wpar_creation_words(ctx, &words, err);
	if (r < 0)
		return r;
	r = wpar_lock(s->name, &lock, err);
	if (r < 0)
		return r;
	if (a->start && wpar_creation_is_pending(s->name, &words))
		return wpar_creation_go_on(s->name, &say, err);
	par_interrupt_begin();
	r = mkwpar_claim(a, s, err);
	if (r < 0) {
		wpar_lock_forget(s->name);
		return r;
	}
	wpar_test_wait_at("looked at");
	wpar_say_line(ctx->out, "mkwpar: Creating file systems...");
	r = par_interrupt_explain(mkwpar_fill(a, &words, s, &say, &servers, err), err);
	wpar_event_log(s->name, "create", r < 0 && err ? *err : NULL);
	if (r < 0) {
		/* What cannot be removed from a server now is, when the command is repeated. */
		if (wpar_nfs_fill_undo(servers) == 0)
			wpar_definition_remove(s, a->preserve.given, NULL);
		return r;
	}
	wpar_nfs_fill_done(servers);
	wpar_test_stop_at("made");
	wpar_populate_say(&a->populate, ctx->out);
	wpar_say_line(ctx->out, "syncroot: Returns Status = SUCCESS");
	wpar_creation_say_made(s, a->start, ctx->out);
	/* What a start leaves running is none of this command's. */
	par_interrupt_end();
	return a->start ? wpar_operation_start(s, &say, err) : 0;
}

/* --dry-run: the same answers as in earnest, and what -a would choose. */
static int mkwpar_rehearse(const struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err)
{
	int r = wpar_definition_expect_new(s->name, err);

	return r < 0 ? r : wpar_definition_check(s, mkwpar_files(a), a->resolve_clashes, err);
}

/* An image of which no WPAR can be made here is refused at once, unless the name is taken. */
static int mkwpar_check_image(struct mkwpar_args *a, const struct wpar_spec *s,
			      struct par_error **err)
{
	struct wpar_image_source src;
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	if (wpar_creation_is_made(s->name)) /* which is said, or only its start is to come */
		return 0;
	r = mkwpar_image(a, &src, err);
	if (r < 0)
		return r;
	src.checked = &a->image;
	if (a->system_copy)
		return wpar_copy_system_check(&src, err);
	r = wpar_image_check(&src, s->version.image_digest, &a->image, err);
	return r < 0 || !a->settings.from_file
		       ? r
		       : wpar_image_same_known(&s->version, &src, a->image.digest, err);
}

/* What a file says of the image's system is what the image says. */
static int mkwpar_look_into(struct mkwpar_args *a, const struct wpar_image_source *src,
			    struct wpar_spec *s, struct par_error **err)
{
	auto_image_data before = { .version = s->version };
	int r;

	s->version = (struct wpar_version){ 0 };
	s->version.image_digest = take_ptr(before.version.image_digest);
	r = wpar_image_look(src, &s->version, &a->image, err);
	return r < 0 || !a->settings.from_file
		       ? r
		       : wpar_image_same_system(&before.version, &s->version, err);
}

/* A specification that is written names the image and its system: it is looked at before. */
static int mkwpar_look(struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err)
{
	struct wpar_image_source src;
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	r = mkwpar_image(a, &src, err);
	if (r < 0)
		return r;
	r = mkwpar_look_into(a, &src, s, err);
	if (r < 0)
		return r;
	a->looked = true;
	return s->name ? wpar_spec_defaults(s, err) : 0;
}

/* Before anything is made, or locked. */
static int mkwpar_ask(struct mkwpar_args *a, const struct wpar_spec *s, struct par_error **err)
{
	int r = a->made_script		  ? wpar_script_check_made(s, a->made_script, err)
		: a->backup && !a->looked ? mkwpar_check_image(a, s, err)
					  : mkwpar_need_image(a, s, err);

	if (r < 0 || !a->ask_password)
		return r;
	r = wpar_need_root(err);
	if (r < 0)
		return r;
	r = wpar_root_password_allowed(s, err);
	if (r < 0)
		return r;
	r = wpar_definition_expect_new(s->name, err);
	return r < 0 ? r : wpar_root_password_ask(s, &a->root_hash, err);
}

static int mkwpar_do(const struct par_cmd_ctx *ctx, struct mkwpar_args *a, struct par_error **err)
{
	auto_spec s = { 0 };
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	r = mkwpar_refuse(a, err);
	if (r < 0)
		return r;
	if (a->files_of)
		r = wpar_populate_open(a->files_of, a->progress, &a->populate, err);
	if (r < 0)
		return r;
	r = mkwpar_read_flags(a, &s, err);
	if (r < 0)
		return r;
	r = mkwpar_complete(a, &s, err);
	if (r < 0)
		return r;
	if (a->dry_run && s.name && !a->settings.write_only)
		r = mkwpar_rehearse(a, &s, err);
	if (r < 0)
		return r;
	if (a->versioned && a->backup && (a->settings.to_file || a->dry_run)) {
		r = mkwpar_look(a, &s, err);
		if (r < 0)
			return r;
	}
	r = wpar_settings_output(&a->settings, &s, a->dry_run, ctx->out, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = mkwpar_ask(a, &s, err);
	return r < 0 ? r : mkwpar_create(ctx, a, &s, err);
}

static int mkwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct mkwpar_args *a = args;
	int r;

	a->populate = WPAR_NO_POPULATE;
	if (!a->versioned && !a->system_copy)
		a->files_of = take_ptr(a->backup);
	r = mkwpar_do(ctx, a, err);
	wpar_populate_done(&a->populate);
	wpar_image_checked_done(&a->image);
	free(a->root_hash);
	return r;
}

const struct par_cmd wpar_cmd_mkwpar = {
	.name = "mkwpar",
	.synopsis = "",
	.summary = "Create a system workload partition",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct mkwpar_args),
	.run = mkwpar_run,
	.print_keys = wpar_keys_print_doc,
};
