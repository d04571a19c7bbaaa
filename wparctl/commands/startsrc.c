/* SPDX-License-Identifier: Apache-2.0 */
/* startsrc: start a subsystem, or those of a group. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/src.h"

#include <string.h>

struct startsrc_args {
	struct wpar_src_which which;
	const char *arguments, *environment;
};

static const struct par_opt opts[] = {
	OPT_STR('a', NULL, "ARGUMENTS", struct startsrc_args, arguments,
		"More arguments, behind those on file"),
	OPT_STR('e', NULL, "NAME=VALUE…", struct startsrc_args, environment,
		"More of its environment"),
	OPT_STR('g', NULL, "GROUP", struct startsrc_args, which.group, "All of a group"),
	OPT_STR('s', NULL, "SUBSYSTEM", struct startsrc_args, which.subsystem, "One subsystem"),
	WPAR_OPT_WITHIN(startsrc_args, which.wpar),
	{ 0 }
};

static int startsrc_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct startsrc_args *a = args;
	auto_src_request q = { 0 };
	int r = wpar_src_request(&a->which, WPAR_SRC_START, &q, err);

	if (r < 0)
		return r;
	q.arguments = a->arguments ? strdup(a->arguments) : NULL;
	q.environment = a->environment ? strdup(a->environment) : NULL;
	if ((a->arguments && !q.arguments) || (a->environment && !q.environment))
		return par_oom(err);
	return wpar_src_send(&q, NULL, ctx, err);
}

static int startsrc_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct startsrc_args *a = args;

	return wpar_src_run(ctx, a->which.wpar, startsrc_act, args, err);
}

const struct par_cmd wpar_cmd_startsrc = {
	.name = "startsrc",
	.synopsis = "",
	.summary = "Start a subsystem or a group of subsystems",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct startsrc_args),
	.run = startsrc_run,
};
