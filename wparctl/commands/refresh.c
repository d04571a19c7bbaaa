/* SPDX-License-Identifier: Apache-2.0 */
/* refresh: have a subsystem read its configuration again. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/src.h"

struct refresh_args {
	struct wpar_src_which which;
};

static const struct par_opt opts[] = {
	OPT_STR('g', NULL, "GROUP", struct refresh_args, which.group, "All of a group"),
	OPT_U64('p', NULL, "PID", struct refresh_args, which.pid,
		"The one that runs as process PID", .field.max = INT32_MAX),
	OPT_STR('s', NULL, "SUBSYSTEM", struct refresh_args, which.subsystem, "One subsystem"),
	WPAR_OPT_WITHIN(refresh_args, which.wpar),
	{ 0 }
};

static int refresh_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct refresh_args *a = args;
	auto_src_request q = { 0 };
	int r = wpar_src_request(&a->which, WPAR_SRC_REFRESH, &q, err);

	return r < 0 ? r : wpar_src_send(&q, NULL, ctx, err);
}

static int refresh_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct refresh_args *a = args;

	return wpar_src_run(ctx, a->which.wpar, refresh_act, args, err);
}

const struct par_cmd wpar_cmd_refresh = {
	.name = "refresh",
	.synopsis = "",
	.summary = "Have a subsystem read its configuration again",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct refresh_args),
	.run = refresh_run,
};
