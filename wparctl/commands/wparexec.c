/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparexec: run a command in an application WPAR.  The WPAR lives until the last of its processes
 * has ended; the exit status is the command's.  The lines about the WPAR go to stderr, so that
 * stdout is the command's alone; on a terminal both are seen, in AIX's order.
 */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/device_exports.h"
#include "wparctl/operations/machine.h"
#include "wparctl/operations/new_addresses.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/settings.h"
#include "wparctl/operations/refused.h"
#include "wparctl/operations/user_session.h"
#include "wparctl/operations/user_again.h"

#include <string.h>
#include <sys/stat.h>

struct wparexec_args {
	struct wpar_settings settings;
	const char *user, *owner, *directory, *umask;
	bool load_only, resolve_clashes, force, verbose, dry_run;
};

static const struct par_opt opts[] = {
	WPAR_SETTINGS_OPTS,
	OPT_FLAG_REFUSED('1', struct wparexec_args, load_only,
			 "an application workload partition is there only while its wparexec runs; "
			 "-w -o FILE writes its specification, and -f FILE runs it"),
	OPT_FLAG('a', NULL, struct wparexec_args, resolve_clashes,
		 "Choose another host name or UUID when it clashes, and leave out addresses"),
	OPT_FLAG_REFUSED('F', struct wparexec_args, force,
			 "what is refused could not work, so it cannot be forced"),
	OPT_STR('l', NULL, "USER", struct wparexec_args, user,
		"Run the command as USER of the global environment, with USER's files"),
	OPT_STR(0, "owner", "USER", struct wparexec_args, owner,
		"For the agent: who asks, and has the rights of its owner"),
	OPT_STR(0, "directory", "PATH", struct wparexec_args, directory,
		"Where the command begins (default: the current directory)"),
	OPT_STR(0, "umask", "MASK", struct wparexec_args, umask,
		"With -l, the mask of new files' modes (default: that of wparexec)"),
	OPT_FLAG('v', NULL, struct wparexec_args, verbose, "Show each step"),
	OPT_FLAG(0, "dry-run", struct wparexec_args, dry_run,
		 "Show the specification and run nothing"),
	{ 0 }
};

/* The command's variables (NAME=value …) and where the command itself begins, if there is one. */
static int split_operands(const struct par_cmd_ctx *ctx, struct par_strv *environment,
			  char ***ret_command, struct par_error **err)
{
	char **p = ctx->argv;

	for (; *p && (*p)[0] != '/' && strchr(*p, '='); p++) {
		if (par_strv_add(environment, *p) < 0)
			return par_oom(err);
	}
	if (*p && (*p)[0] != '/')
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The command %s is not an absolute path.", *p);
	*ret_command = p;
	return 0;
}

/* What would be left out of the specification is not written as if it were there. */
static int check_written(const struct wparexec_args *a, char *const *command,
			 const struct par_strv *environment, struct par_error **err)
{
	bool arguments = command[0] && command[1];

	if ((!a->settings.write_only && !a->settings.to_file) ||
	    (!arguments && environment->n == 0))
		return 0;
	return par_fail(err, PAR_E_USAGE, 0,
			"-o: a specification has no place for the %s of the command",
			arguments ? "arguments" : "variables");
}

static bool is_named_mount(const struct par_groups *groups, const char *directory)
{
	for (size_t i = 0; i < groups->n; i++) {
		for (size_t j = 0; j < groups->v[i].n; j++) {
			if (par_starts_with(groups->v[i].v[j], "directory=") &&
			    par_streq(groups->v[i].v[j] + strlen("directory="), directory))
				return true;
		}
	}
	return false;
}

/* Of another WPAR's specification the file systems stay behind, but those that -M names. */
static void leave_file_systems(const struct wparexec_args *a, struct wpar_spec *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_mounts; i++) {
		struct wpar_mount *m = &s->mounts[i];

		if (is_named_mount(&a->settings.mounts, m->directory)) {
			s->mounts[kept++] = *m;
			continue;
		}
		free(m->directory);
		free(m->vfs);
		free(m->device);
		free(m->host);
		free(m->options);
	}
	s->n_mounts = kept;
}

/* Nor is it a versioned one: it runs the global environment's programs. */
static void forget_version(struct wpar_spec *s)
{
	struct wpar_spec rest = { .version = s->version };

	s->version = (struct wpar_version){ 0 };
	wpar_spec_done(&rest);
}

static int wparexec_build_spec(const struct wparexec_args *a, const char *command,
			       struct wpar_spec *s, struct par_error **err)
{
	int r = wpar_settings_apply(&a->settings, s, err);

	if (r < 0)
		return r;
	/* That of the specification, if it has one. */
	if (!command)
		command = s->application;
	if (!command)
		return par_fail(err, PAR_E_USAGE, 0, "the command is missing");
	r = wpar_settings_set(s, "name", s->name ? NULL : strrchr(command, '/') + 1, err);
	if (r < 0)
		return r;
	r = command == s->application ? 0 : wpar_settings_set(s, "application", command, err);
	if (r < 0)
		return r;
	r = wpar_settings_set(s, "user", a->user, err);
	if (r < 0)
		return r;
	r = wpar_settings_set(s, "owner", a->owner, err);
	if (r < 0)
		return r;
	if (a->settings.from_wpar || s->type == WPAR_SYSTEM) {
		/* Made from a system WPAR's settings. */
		leave_file_systems(a, s);
		forget_version(s);
		s->type = WPAR_APPLICATION;
		free(s->directory);
		s->directory = NULL;
		s->private_usr = s->autostart = false;
	}
	r = wpar_spec_defaults(s, err);
	if (r < 0 || a->settings.write_only)
		return r < 0 ? r : wpar_spec_check(s, err);
	r = s->user ? wpar_exec_check_user(s->user, err) : 0;
	if (r < 0)
		return r;
	r = wpar_devices_check(NULL, s, err);
	return r < 0 ? r : wpar_definition_allowed(s, err);
}

/* What the agent hands on of a user's environment has a prefix, so that it means nothing to us. */
static int take_environment(const struct wparexec_args *a, struct par_strv *ret,
			    struct par_error **err)
{
	const size_t skip = a->owner ? strlen(WPAR_USER_VARIABLE) : 0;

	for (char **p = environ; *p; p++) {
		if ((!a->owner || par_starts_with(*p, WPAR_USER_VARIABLE)) &&
		    par_strv_add(ret, *p + skip) < 0)
			return par_oom(err);
	}
	return 0;
}

static int take_umask(const struct wparexec_args *a, mode_t *ret, struct par_error **err)
{
	char *end = NULL;
	unsigned long value;

	*ret = umask(022);
	umask(*ret);
	if (!a->umask)
		return 0;
	value = strtoul(a->umask, &end, 8);
	if (!*a->umask || strspn(a->umask, "01234567") != strlen(a->umask) || value > 0777)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"--umask %s: it is an octal number up to 777", a->umask);
	*ret = (mode_t)value;
	return 0;
}

/* The command as it is to be run; @ret_cwd is owned by the caller. */
static int take_command(const struct wparexec_args *a, struct wpar_exec_command *c,
			struct par_strv *inherited, char **ret_cwd, struct par_error **err)
{
	int r = take_environment(a, inherited, err);

	if (r < 0)
		return r;
	if (a->directory && a->directory[0] != '/')
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"--directory %s: it is no absolute path", a->directory);
	/* Of one that has been removed nothing is known. */
	*ret_cwd = a->directory ? strdup(a->directory) : getcwd(NULL, 0);
	c->inherited = inherited;
	c->directory = *ret_cwd && (*ret_cwd)[0] == '/' ? *ret_cwd : NULL;
	return take_umask(a, &c->umask, err);
}

/* The command's own status is what counts: a script that fails then is only told. */
static void wparexec_end_script(const struct wpar_spec *s, FILE *out)
{
	auto_error why = NULL;

	if (wpar_script_run(s, WPAR_SCRIPT_STOP, &why) < 0)
		wpar_say_line(out, "wparexec: %s", par_error_text(why));
}

static int wparexec_claim(const struct wparexec_args *a, struct wpar_spec *s,
			  struct par_error **err)
{
	const size_t n_addresses = s->n_addresses;
	int r = wpar_user_again(s->name, NULL, err);

	if (r < 0)
		return r;
	r = wpar_definition_redo_application(s->name, err);
	if (r < 0)
		return r;
	r = wpar_definition_claim(s, WPAR_FILES_NEW, a->resolve_clashes, err);
	if (r == 0 && n_addresses)
		wpar_network_say_left_out("wparexec", s, n_addresses);
	return r;
}

/* Not even the lock of a WPAR that is not the user's: its commands would have to wait. */
static int wparexec_look_for_other(const struct wparexec_args *a, const char *name,
				   struct par_error **err)
{
	auto_spec old = { 0 };

	if (!a->owner || wpar_spec_load(name, &old, NULL) < 0 ||
	    (old.type == WPAR_APPLICATION && par_streq(old.owner, a->owner)))
		return 0;
	return wpar_definition_expect_new(name, err);
}

static void wparexec_tell_start(const struct wparexec_args *a, const struct wpar_spec *s, FILE *out)
{
	if (a->verbose) {
		wpar_say_line(out, "wparexec: Verifying file systems...");
		wpar_say_line(out, "Workload partition %s created successfully.", s->name);
	}
	wpar_say_line(out, "Starting workload partition %s.", s->name);
}

static int wparexec_run_command(const struct wparexec_args *a, struct wpar_spec *s,
				const struct wpar_exec_command *command, FILE *out,
				struct par_error **err)
{
	struct wpar_say say = { .out = out, .verbose = a->verbose };
	struct wpar_report report = wpar_say_report(&say);
	autofd int lock = -1, hold = -1, given_up = -1;
	auto_error left = NULL;
	int r, status;

	r = wpar_need_root(err);
	if (r < 0)
		return r;
	r = wparexec_look_for_other(a, s->name, err);
	if (r < 0)
		return r;
	r = wpar_lock(s->name, &lock, err);
	if (r < 0)
		return r;
	r = wparexec_claim(a, s, err);
	if (r < 0) {
		wpar_lock_forget(s->name);
		return r;
	}
	r = wpar_definition_hold(s->name, &hold);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not hold the specification");
	/* Whoever reads for a user reads when that user likes: not while the lock is held. */
	if (!a->owner)
		wparexec_tell_start(a, s, out);
	status = wpar_script_run(s, WPAR_SCRIPT_START, err);
	/* While the WPAR runs other commands may act on it: stopwpar, above all. */
	if (status == 0) {
		given_up = take_fd(&lock);
		wpar_lock_give_up(given_up);
		if (a->owner)
			wparexec_tell_start(a, s, out);
		status = wpar_exec(s, command, &report, err);
		wparexec_end_script(s, out);
	}
	if (lock < 0 && wpar_lock_again(s->name, take_fd(&given_up), &lock, NULL) < 0)
		return status; /* a stopwpar holds the lock, and removes the WPAR */
	/* The command's status is the answer, also when something stays behind. */
	if (wpar_spec_remove(s->name, &left) < 0 && left)
		wpar_say_line(out, "wparexec: %s", left->msg);
	wpar_lock_forget(s->name);
	return status;
}

static int wparexec_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct wparexec_args *a = args;
	auto_strv environment = { 0 };
	auto_spec s = { 0 };
	struct wpar_exec_command how = { 0 };
	auto_strv inherited = { 0 };
	autofree char *cwd = NULL;
	char **command = NULL, *of_file[] = { NULL, NULL };
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	r = split_operands(ctx, &environment, &command, err);
	if (r < 0)
		return r;
	r = check_written(a, command, &environment, err);
	if (r < 0)
		return r;
	r = wparexec_build_spec(a, command[0], &s, err);
	if (r < 0)
		return r;
	if (a->dry_run && !a->settings.write_only) {
		r = wpar_definition_expect_new(s.name, err);
		if (r < 0)
			return r;
		r = wpar_definition_check(&s, WPAR_FILES_NEW, a->resolve_clashes, err);
		if (r < 0)
			return r;
	}
	r = wpar_settings_output(&a->settings, &s, a->dry_run, ctx->out, err);
	if (r != 0)
		return r < 0 ? r : 0;
	of_file[0] = s.application;
	how.argv = command[0] ? command : of_file;
	how.variables = &environment;
	r = take_command(a, &how, &inherited, &cwd, err);
	return r < 0 ? r : wparexec_run_command(a, &s, &how, ctx->err, err);
}

const struct par_cmd wpar_cmd_wparexec = {
	.name = "wparexec",
	.synopsis = "[--] [NAME=VALUE…] /COMMAND [ARG…]",
	.summary = "Run a command in an application workload partition",
	.family = PAR_FAMILY_AIX,
	.max_args = PAR_ARGS_ANY,
	.stop_at_operand = true,
	.opts = opts,
	.args_size = sizeof(struct wparexec_args),
	.run = wparexec_run,
};
