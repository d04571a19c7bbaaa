/* SPDX-License-Identifier: Apache-2.0 */
/* stopsrc: stop a subsystem, those of a group, or all. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/src.h"

struct stopsrc_args {
	struct wpar_src_which which;
	bool force, cancel;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct stopsrc_args, which.all, "All that run"),
	OPT_FLAG('c', NULL, struct stopsrc_args, cancel,
		 "Cancel it: SIGTERM, and SIGKILL when its wait time has passed"),
	OPT_FLAG('f', NULL, struct stopsrc_args, force,
		 "Force it: SIGKILL, or its signal for that"),
	OPT_STR('g', NULL, "GROUP", struct stopsrc_args, which.group, "All of a group"),
	OPT_U64('p', NULL, "PID", struct stopsrc_args, which.pid,
		"The one that runs as process PID", .field.max = INT32_MAX),
	OPT_STR('s', NULL, "SUBSYSTEM", struct stopsrc_args, which.subsystem, "One subsystem"),
	WPAR_OPT_WITHIN(stopsrc_args, which.wpar),
	{ 0 }
};

static int stopsrc_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct stopsrc_args *a = args;
	auto_src_request q = { 0 };
	int r = wpar_src_request(&a->which, WPAR_SRC_STOP, &q, err);

	if (r < 0)
		return r;
	q.how = a->force ? WPAR_SRC_FORCE : a->cancel ? WPAR_SRC_CANCEL : WPAR_SRC_NORMAL;
	return wpar_src_send(&q, NULL, ctx, err);
}

static int stopsrc_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct stopsrc_args *a = args;

	if (a->force && a->cancel)
		return par_fail(err, PAR_E_USAGE, 0, "-c and -f cannot be used together");
	return wpar_src_run(ctx, a->which.wpar, stopsrc_act, args, err);
}

const struct par_cmd wpar_cmd_stopsrc = {
	.name = "stopsrc",
	.synopsis = "",
	.summary = "Stop a subsystem, a group of subsystems, or all",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct stopsrc_args),
	.run = stopsrc_run,
};
