/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chwpar: change a WPAR, also while it runs.
 *
 * The new specification is made and looked at first.  What runs is changed next, and what that has
 * changed is changed back when the specification cannot be saved; so a command that was killed
 * may be run again.
 */
#include "wparctl/commands/commands.h"
#include "wparctl/filesystem/fstab.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/filesystem/sizes.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/operations/change_spec.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/device_exports.h"
#include "wparctl/spec/error_buffer.h"
#include "wparctl/operations/image_volumes.h"
#include "wparctl/operations/machine.h"
#include "wparctl/operations/new_addresses.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/rbac_rename.h"
#include "wparctl/operations/refused.h"
#include "wparctl/operations/root_password.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/spec/keys.h"

#include <string.h>

struct chwpar_args {
	struct wpar_change_flags flags;
	struct par_groups bootsets;
	const char *bootset_ids;
	char *root_hash; /* of -P; owned by chwpar_run() */
	bool resolve_clashes, force, ask_password, verbose, dry_run;
};

#define NO_BOOTSETS \
	"a bootset is of a root volume group of its own, which no workload partition has"

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct chwpar_args, resolve_clashes,
		 "Choose another base directory, host name or UUID when it clashes"),
	OPT_FLAG('A', NULL, struct chwpar_args, flags.autostart,
		 "Start it whenever the system starts"),
	OPT_STR('b', NULL, "BOOTSET", struct chwpar_args, bootset_ids, NULL,
		.refused = NO_BOOTSETS),
	OPT_PAIRS('B', NULL, "bootset=…", struct chwpar_args, bootsets, NULL,
		  .refused = NO_BOOTSETS),
	WPAR_SETTINGS_C_TO_D(true),
	OPT_STR('d', NULL, "DIRECTORY", struct chwpar_args, flags.directory,
		"Move it to another base directory; it must be stopped"),
	OPT_FLAG('F', NULL, struct chwpar_args, force,
		 "Take file systems and devices away also while they are in use"),
	WPAR_SETTINGS_H_TO_M(true),
	OPT_FLAG('K', NULL, struct chwpar_args, flags.restore,
		 "Take away what the other flags name, or restore its default"),
	OPT_STR('n', NULL, "NAME", struct wpar_settings, name, "Rename it; it must be stopped"),
	WPAR_SETTINGS_N(true),
	OPT_FLAG('P', NULL, struct chwpar_args, ask_password,
		 "Ask for a new password of its root user, and set it"),
	WPAR_SETTINGS_R_TO_S(true),
	OPT_STR_OPTIONAL('u', NULL, "PATH", struct chwpar_args, flags.script,
			 "Script of the global environment for start and stop (-K -u: none)"),
	WPAR_SETTINGS_U,
	OPT_FLAG('v', NULL, struct chwpar_args, verbose, "Show each step"),
	WPAR_SETTINGS_X(true),
	OPT_STR(0, "owner", "USER", struct chwpar_args, flags.owner,
		"Who has the rights of its owner"),
	OPT_FLAG(0, "dry-run", struct chwpar_args, dry_run,
		 "Show the new specification and change nothing"),
	{ 0 }
};

static int chwpar_check_devices(const struct wpar_spec *old, struct wpar_spec *new,
				struct par_error **err)
{
	int r = wpar_devices_check(old, new, err);

	return r < 0 ? r : wpar_machine_check_devices(old, new, err);
}

/* What the flags name on this machine; what they do not name does not hold the change up. */
static int chwpar_check_machine(const struct chwpar_args *a, const struct wpar_spec *old,
				struct wpar_spec *new, struct par_error **err)
{
	const struct wpar_change_flags *f = &a->flags;
	const char *missing = wpar_change_missing(old, new, wpar_cgroup_has_controller);
	int r = 0;

	if (missing)
		return wpar_machine_fail_controller(missing, err);
	if (f->restore)
		return 0;
	if (f->settings.resources.n > 0)
		r = wpar_definition_check_limits(new, err);
	if (r < 0)
		return r;
	if (f->settings.devices.n > 0)
		r = chwpar_check_devices(old, new, err);
	if (r < 0)
		return r;
	if (f->settings.addresses.n > 0 || f->settings.routes.n > 0)
		r = wpar_network_complete(new, err);
	if (r < 0)
		return r;
	if (f->settings.mounts.n > 0 || f->script.given)
		r = wpar_machine_check_files(new, err);
	if (r < 0 || f->settings.mounts.n == 0)
		return r;
	return wpar_machine_check_file_systems(new, err);
}

static int chwpar_check_state(enum wpar_state st, const struct wpar_spec *old,
			      const struct wpar_spec *new, struct par_error **err)
{
	if (st != WPAR_STATE_DEFINED && st != WPAR_STATE_ACTIVE && st != WPAR_STATE_FROZEN)
		return wpar_fail_state(old, st, "it must be Defined or Active", err);
	return wpar_change_allowed_in(st, old, new, err);
}

static int chwpar_write(const struct wpar_spec *new, struct par_error **err)
{
	int r = wpar_fstab_update(new->name, new, err);

	return r < 0 ? r : wpar_spec_update(new, err);
}

static int chwpar_move_and_write(const struct wpar_spec *old, const struct wpar_spec *new,
				 bool renamed, struct par_error **err)
{
	int r = wpar_rootfs_move(old, new, err);

	if (r < 0)
		return r;
	wpar_test_stop_at("moved");
	r = chwpar_write(new, err);
	if (r < 0) {
		wpar_fstab_update(new->name, renamed ? NULL : old, NULL);
		wpar_rootfs_move(new, old, NULL);
		if (renamed)
			wpar_rootfs_forget_name(new->name);
	}
	return r;
}

/* The new one is saved before the old one goes; each has its domains as long as it is there. */
static int chwpar_save(const struct wpar_spec *old, const struct wpar_spec *new,
		       struct par_error **err)
{
	bool renamed = strcmp(old->name, new->name) != 0;
	int put = renamed ? wpar_rbac_rename_begin(old->name, new->name, err) : 0;
	int r = put < 0 ? put : chwpar_move_and_write(old, new, renamed, err);

	if (r < 0 && put > 0)
		wpar_rbac_rename_end(new->name, NULL);
	if (r < 0 || !renamed)
		return r;
	wpar_test_stop_at("renamed");
	wpar_console_log_rename(old->name, new->name);
	wpar_error_buffer_rename(old->name, new->name);
	r = wpar_spec_remove(old->name, err);
	if (r < 0)
		return r;
	wpar_rbac_rename_end(old->name, NULL);	  /* what stays is of a name that is no more */
	wpar_fstab_update(old->name, NULL, NULL); /* likewise */
	wpar_rootfs_forget_name(old->name);
	wpar_lock_forget(old->name);
	return 0;
}

static int chwpar_give_sizes(const struct wpar_spec *old, const struct wpar_spec *new, bool runs,
			     struct par_error **err)
{
	int r = runs ? 0 : wpar_rootfs_mount_points(new, err);

	if (r < 0)
		return r;
	r = runs ? 0 : wpar_image_places_check(new, err);
	return r < 0 ? r : wpar_sizes_change(old, new, err);
}

static int chwpar_switch_active(const struct wpar_spec *old, const struct wpar_spec *new,
				bool force, const struct wpar_report *report,
				struct par_error **err)
{
	int r = wpar_change_live(old, new, force, report, err);

	if (r < 0)
		return r;
	wpar_test_stop_at("changed");
	r = chwpar_save(old, new, err);
	if (r < 0)
		wpar_change_live(new, old, true, NULL, NULL);
	wpar_change_settle(r < 0 ? old : new);
	return r;
}

/* After an error the sizes may be the new ones; all else is as it was. */
static int chwpar_switch_steps(const struct chwpar_args *a, enum wpar_state st,
			       const struct wpar_spec *old, const struct wpar_spec *new,
			       struct wpar_say *say, struct par_error **err)
{
	struct wpar_report report = wpar_say_report(say);
	bool runs = st != WPAR_STATE_DEFINED;
	int r = 0;

	if (a->flags.settings.mounts.n > 0)
		r = chwpar_give_sizes(old, new, runs, err);
	if (r < 0)
		return r;
	if (runs)
		return chwpar_switch_active(old, new, a->force, &report, err);
	wpar_test_stop_at("changed");
	return chwpar_save(old, new, err);
}

static int chwpar_switch(const struct chwpar_args *a, enum wpar_state st,
			 const struct wpar_spec *old, const struct wpar_spec *new,
			 struct wpar_say *say, struct par_error **err)
{
	int r = chwpar_switch_steps(a, st, old, new, say, err);

	if (r < 0 && a->flags.settings.mounts.n > 0)
		wpar_sizes_change(new, old, NULL);
	return r;
}

/* New file systems are there before anything says so. */
static int chwpar_carry_out(const struct chwpar_args *a, enum wpar_state st,
			    const struct wpar_spec *old, const struct wpar_spec *new,
			    struct wpar_say *say, struct par_error **err)
{
	autofree char *base = wpar_path("%s", old->directory);
	int r = base ? wpar_volumes_begin(base, old, new, err) : par_oom(err);

	if (r < 0)
		return r;
	r = chwpar_switch(a, st, old, new, say, err);
	if (r < 0)
		wpar_volumes_undo(base, old, new);
	return r;
}

static void chwpar_tell_later(const struct wpar_spec *old, const struct wpar_spec *new, FILE *out)
{
	auto_strv lines = { 0 };

	wpar_change_later(old, new, &lines);
	for (size_t i = 0; i < lines.n; i++)
		wpar_say_line(out, "%s", lines.v[i]);
}

/*
 * What must be true before anything is changed, and the claims on what the new definition names:
 * the lock of a new name and the registry, which stay held.
 */
static int chwpar_begin(const struct chwpar_args *a, const struct wpar_spec *old,
			struct wpar_spec *new, enum wpar_state *ret_state, int *ret_lock,
			int *ret_registry, struct par_error **err)
{
	const size_t n_addresses = new->n_addresses;
	int r = wpar_operation_state_locked(old, ret_state, err);

	if (r < 0)
		return r;
	r = chwpar_check_state(*ret_state, old, new, err);
	if (r < 0)
		return r;
	r = chwpar_check_machine(a, old, new, err);
	if (r < 0)
		return r;
	if (a->flags.settings.mounts.n > 0)
		wpar_spec_number_projects(new, old);
	if (strcmp(old->name, new->name) != 0)
		r = wpar_lock(new->name, ret_lock, err);
	if (r < 0)
		return r;
	r = wpar_definition_change_begin(old, new, a->resolve_clashes, ret_registry, err);
	/* -a leaves out what mkwpar's -N gave; here it is what the change is about. */
	if (r == 0 && new->n_addresses < n_addresses)
		return par_fail(
			err, PAR_E_EXISTS, 0,
			"-N: another workload partition has that address; -a makes no other "
			"one up");
	return r;
}

/* The lock of a new name goes together with its file. */
static int chwpar_give_up(const struct wpar_spec *new, int lock, int error)
{
	if (lock >= 0)
		wpar_lock_forget(new->name);
	return error;
}

static int chwpar_locked(const struct par_cmd_ctx *ctx, const struct chwpar_args *a,
			 const struct wpar_spec *old, struct wpar_spec *new, struct par_error **err)
{
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	autofd int registry = -1, new_lock = -1;
	enum wpar_state st;
	int r = chwpar_begin(a, old, new, &st, &new_lock, &registry, err);

	if (r < 0)
		return chwpar_give_up(new, new_lock, r);
	r = chwpar_carry_out(a, st, old, new, &say, err);
	if (r < 0)
		return chwpar_give_up(new, new_lock, r);
	wpar_pending_end(old->name);
	if (st != WPAR_STATE_DEFINED)
		chwpar_tell_later(old, new, ctx->out);
	return 0;
}

/* The password comes last: it cannot be taken back, and nothing after it fails. */
static int chwpar_change_opened(const struct par_cmd_ctx *ctx, const struct chwpar_args *a,
				const struct wpar_spec *old, struct par_error **err)
{
	auto_spec new = { 0 };
	int r = 0;

	if (!a->root_hash || wpar_change_gives_anything(&a->flags)) {
		r = wpar_change_spec(&a->flags, old, &new, err);
		if (r < 0)
			return r;
		r = chwpar_locked(ctx, a, old, &new, err);
	}
	if (r < 0 || !a->root_hash)
		return r;
	return wpar_root_password_set(new.name ? &new : old, a->root_hash, err);
}

/* Another command may have changed it since, so all begins anew when the lock is held. */
static int chwpar_change(const struct par_cmd_ctx *ctx, const struct chwpar_args *a,
			 const char *name, struct par_error **err)
{
	auto_spec old = { 0 };
	auto_error why = NULL;
	autofd int lock = -1;
	int r = wpar_operation_open(name, &lock, &old, err);

	if (r < 0)
		return r;
	r = chwpar_change_opened(ctx, a, &old, &why);
	wpar_event_log(name, "change", why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}

static int chwpar_show(const struct par_cmd_ctx *ctx, const struct chwpar_args *a, const char *name,
		       struct par_error **err)
{
	auto_spec old = { 0 }, new = { 0 };
	auto_buf text = { 0 };
	int r = wpar_spec_load(name, &old, err);

	if (r < 0)
		return r;
	r = wpar_change_spec(&a->flags, &old, &new, err);
	if (r < 0)
		return r;
	r = chwpar_check_machine(a, &old, &new, err);
	if (r < 0)
		return r;
	r = wpar_spec_write(&new, &text, err);
	if (r < 0)
		return r;
	fputs(text.data, ctx->out);
	return 0;
}

/* Before the WPAR is locked: nobody waits for an answer. */
static int chwpar_ask(struct chwpar_args *a, const char *name, struct par_error **err)
{
	auto_spec s = { 0 };
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	if (a->flags.restore)
		return par_fail(err, PAR_E_USAGE, 0, "-K and -P cannot be used together");
	r = wpar_spec_load(name, &s, err);
	if (r < 0)
		return r;
	if (s.type != WPAR_SYSTEM)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-P is not valid for %s, an application workload partition", name);
	r = wpar_root_password_allowed(&s, err);
	return r < 0 ? r : wpar_root_password_ask(&s, &a->root_hash, err);
}

static int chwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct chwpar_args *a = args;
	const size_t words = (size_t)ctx->argc - 1;
	const char *name = ctx->argv[words];
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	r = wpar_change_words(&a->flags, ctx->argv, words, err);
	if (r < 0)
		return r;
	if (a->dry_run)
		return chwpar_show(ctx, a, name, err);
	r = a->ask_password ? chwpar_ask(a, name, err) : 0;
	if (r < 0)
		return r;
	r = chwpar_change(ctx, a, name, err);
	free(a->root_hash);
	return r;
}

const struct par_cmd wpar_cmd_chwpar = {
	.name = "chwpar",
	.synopsis = "NAME",
	.summary = "Change a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct chwpar_args),
	.run = chwpar_run,
	.operand_values = "@wpars",
	.print_keys = wpar_keys_print_doc,
};
