/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparexec: run a command in an application WPAR.  The WPAR lives until the last of its processes
 * has ended; the exit status is the command's.  The lines about the WPAR go to stderr, so that
 * stdout is the command's alone; on a terminal both are seen, in AIX's order.
 */
#include "wparctl/commands/commands.h"
#include "wparctl/commands/common.h"
#include "wparctl/spec/keys.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

struct wparexec_args {
	struct cmd_settings settings;
	bool load_only, resolve_clashes, force, verbose, dry_run;
};

static const struct par_opt opts[] = {
	CMD_SETTINGS_OPTS,
	OPT_FLAG('1', NULL, struct wparexec_args, load_only, NULL),
	OPT_FLAG('a', NULL, struct wparexec_args, resolve_clashes, NULL),
	OPT_FLAG('F', NULL, struct wparexec_args, force, NULL),
	OPT_FLAG('v', NULL, struct wparexec_args, verbose, "Show each step"),
	OPT_FLAG(0, "dry-run", struct wparexec_args, dry_run,
		 "Show the specification and run nothing"),
	{ 0 }
};

static int refuse_unsupported(const struct wparexec_args *a, struct par_error **err)
{
	const char *flag = a->load_only ? "-1" : a->resolve_clashes ? "-a" : a->force ? "-F" : NULL;

	if (flag)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s is not supported yet", flag);
	return 0;
}

/* The command's variables (NAME=value …) and where the command itself begins. */
static int split_operands(const struct par_cmd_ctx *ctx, struct par_strv *environment,
			  char ***ret_command, struct par_error **err)
{
	char **p = ctx->argv;

	for (; *p && (*p)[0] != '/' && strchr(*p, '='); p++) {
		if (par_strv_add(environment, *p) < 0)
			return par_oom(err);
	}
	if (!*p)
		return par_fail(err, PAR_E_USAGE, 0, "the command is missing");
	if ((*p)[0] != '/')
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The command %s is not an absolute path.", *p);
	*ret_command = p;
	return 0;
}

static int build_spec(const struct wparexec_args *a, const char *command, struct wpar_spec *s,
		      struct par_error **err)
{
	const char *base = strrchr(command, '/') + 1;
	int r = cmd_settings_apply(&a->settings, s, err);

	if (r < 0)
		return r;
	if (!s->name)
		r = wpar_key_set(wpar_key_find(WPAR_STANZA_GENERAL, "name"), s, base, err);
	if (r == 0)
		r = wpar_key_set(wpar_key_find(WPAR_STANZA_GENERAL, "application"), s, command,
				 err);
	if (r < 0)
		return r;
	if (a->settings.from_wpar || s->type == WPAR_SYSTEM) {
		/* Made from a system WPAR's settings: the file systems stay behind. */
		s->type = WPAR_APPLICATION;
		free(s->directory);
		s->directory = NULL;
		s->private_usr = s->autostart = false;
	}
	r = wpar_spec_defaults(s, err);
	return r < 0 ? r : wpar_spec_check(s, err);
}

/*
 * Its specification stays locked for as long as its wparexec lives, so that a second one can tell
 * a WPAR that is about to start from one whose owner was killed.
 */
static int hold_spec(const char *name, int *ret)
{
	autofree char *path = wpar_path(WPAR_RUN_DIR "/%s.cf", name);
	autofd int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	*ret = take_fd(&fd);
	return 0;
}

/* An application WPAR of that name whose wparexec was killed: what still runs in it ends. */
static int clear_remains(const char *name, struct par_error **err)
{
	auto_spec old = { 0 };
	struct wpar_stop_opts stop = { .hard = true, .force = true, .timeout_s = 10 };
	enum wpar_state st;
	autofd int held = -1;
	int r;

	if (wpar_spec_load(name, &old, NULL) < 0 || old.type != WPAR_APPLICATION ||
	    hold_spec(name, &held) < 0)
		return 0; /* cmd_claim() says what there is to say */
	r = wpar_state_probe(&old, &st, err);
	if (r == 0 && st != WPAR_STATE_DEFINED)
		r = wpar_stop(&old, &stop, NULL, err);
	return r < 0 ? r : wpar_spec_remove(name, err);
}

static int run_command(const struct wparexec_args *a, struct wpar_spec *s, char **command,
		       const struct par_strv *environment, FILE *out, struct par_error **err)
{
	struct cmd_say say = { .out = out, .verbose = a->verbose };
	struct wpar_report report = cmd_report(&say);
	autofd int lock = -1, held = -1;
	int r, status;

	r = cmd_need_root(err);
	if (r == 0)
		r = wpar_lock(s->name, &lock, err);
	if (r == 0)
		r = clear_remains(s->name, err);
	if (r == 0)
		r = cmd_claim(s, err);
	if (r < 0)
		return r;
	r = hold_spec(s->name, &held);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not hold the specification");
	cmd_say_line(out, "Starting workload partition %s.", s->name);
	/* While it runs others may act on it: stopwpar, above all. */
	close(take_fd(&lock));
	status = wpar_exec(s, command, environment, &report, err);
	if (wpar_lock(s->name, &lock, NULL) < 0)
		return status; /* a stopwpar is at it and removes it */
	r = wpar_spec_remove(s->name, status < 0 ? NULL : err);
	wpar_lock_forget(s->name);
	return status < 0 ? status : r < 0 ? r : status;
}

static int wparexec(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct wparexec_args *a = args;
	auto_strv environment = { 0 };
	auto_spec s = { 0 };
	char **command = NULL;
	int r = refuse_unsupported(a, err);

	if (r == 0)
		r = split_operands(ctx, &environment, &command, err);
	if (r == 0)
		r = build_spec(a, command[0], &s, err);
	if (r == 0)
		r = cmd_settings_output(&a->settings, &s, a->dry_run, ctx->out, err);
	if (r != 0)
		return r < 0 ? r : 0;
	return run_command(a, &s, command, &environment, ctx->err, err);
}

const struct par_cmd cmd_wparexec = {
	.name = "wparexec",
	.synopsis = "[--] [NAME=VALUE…] /COMMAND [ARG…]",
	.summary = "Run a command in an application workload partition",
	.family = PAR_FAMILY_AIX,
	.max_args = PAR_ARGS_ANY,
	.stop_at_operand = true,
	.opts = opts,
	.args_size = sizeof(struct wparexec_args),
	.run = wparexec,
};
