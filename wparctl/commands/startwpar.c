/* SPDX-License-Identifier: Apache-2.0 */
/* startwpar: activate a system WPAR. */
#include "wparctl/commands/commands.h"
#include "wparctl/commands/common.h"

struct startwpar_args {
	bool resolve_clashes, maintenance, verbose, load_only, finish, in_place, dry_run;
	const char *environment;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct startwpar_args, resolve_clashes, NULL),
	OPT_STR('e', NULL, "NAME=VALUE…", struct startwpar_args, environment, NULL),
	OPT_FLAG('m', NULL, struct startwpar_args, maintenance, NULL),
	OPT_FLAG('v', NULL, struct startwpar_args, verbose, "Show each step"),
	OPT_FLAG('1', NULL, struct startwpar_args, load_only, NULL),
	OPT_FLAG('2', NULL, struct startwpar_args, finish, NULL),
	OPT_FLAG('I', NULL, struct startwpar_args, in_place, NULL),
	OPT_FLAG(0, "dry-run", struct startwpar_args, dry_run,
		 "Show what would be mounted and start nothing"),
	{ 0 }
};

static int refuse_unsupported(const struct startwpar_args *a, struct par_error **err)
{
	const char *flag = a->resolve_clashes ? "-a"
			   : a->environment   ? "-e"
			   : a->maintenance   ? "-m"
			   : a->load_only     ? "-1"
			   : a->finish	      ? "-2"
			   : a->in_place      ? "-I"
					      : NULL;

	if (flag)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s is not supported yet", flag);
	return 0;
}

static int startwpar(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct startwpar_args *a = args;
	struct cmd_say say = { .out = ctx->out, .verbose = a->verbose };
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st;
	int r = refuse_unsupported(a, err);

	if (r == 0 && a->dry_run) {
		auto_buf plan = { 0 };

		r = wpar_spec_load(ctx->argv[0], &s, err);
		if (r == 0)
			r = wpar_start_plan(&s, &plan, err);
		if (r == 0)
			fputs(plan.data ? plan.data : "", ctx->out);
		return r;
	}
	if (r == 0)
		r = cmd_open(ctx->argv[0], &lock, &s, err);
	if (r == 0 && s.type != WPAR_SYSTEM)
		r = par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			     "%s is an application workload partition; wparexec starts those.",
			     s.name);
	if (r == 0)
		r = cmd_state_locked(&s, &st, err);
	/* What a killed start left (B) is cleared away by the start itself. */
	if (r == 0 && (s.creating || st == WPAR_STATE_ACTIVE || st == WPAR_STATE_FROZEN ||
		       st == WPAR_STATE_PAUSED || st == WPAR_STATE_MOVING))
		r = cmd_fail_state(&s, st, "it must be Defined to be started", err);
	return r < 0 ? r : cmd_start(&s, &say, err);
}

const struct par_cmd cmd_startwpar = {
	.name = "startwpar",
	.synopsis = "NAME",
	.summary = "Start a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct startwpar_args),
	.run = startwpar,
	.operand_values = "@wpars",
};
