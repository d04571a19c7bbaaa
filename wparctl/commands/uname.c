/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparctl uname: the two flags that AIX's uname has and Linux's lacks.  In a system WPAR plain
 * `uname` knows them too (runtime/inside/uname_inside.c).
 */
#include "wparctl/commands/commands.h"

#include "wparctl/resources/lpar.h"
#include "wparctl/runtime/inside/inside.h"

struct uname_args {
	bool lpar, wpar;
};

static const struct par_opt opts[] = {
	OPT_FLAG(
		'L', NULL, struct uname_args, lpar,
		"Show number and name of the logical partition; -1 and NULL where they are not known"),
	OPT_FLAG('W', NULL, struct uname_args, wpar,
		 "Show the number of the workload partition; 0 in the global environment"),
	{ 0 },
};

static int uname_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct uname_args *a = args;

	if (!a->lpar && !a->wpar)
		return par_fail(err, PAR_E_USAGE, 0, "give -W or -L; all else is uname(1)'s");
	wpar_uname_print(a->lpar, a->wpar, ctx->out);
	return 0;
}

const struct par_cmd wpar_cmd_uname = {
	.name = "uname",
	.shown = "wparctl uname",
	.synopsis = "",
	.summary = "Show the numbers of the logical and the workload partition",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct uname_args),
	.run = uname_run,
};
