/* SPDX-License-Identifier: Apache-2.0 */
/* rmsecattr: a WPAR is in no domain any more.  AIX's other databases (-c, -d, -f, -p) are none
 * here. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"

struct rmsecattr_args {
	bool objects;
};

static const struct par_opt opts[] = { OPT_FLAG('o', NULL, struct rmsecattr_args, objects,
						"Of an object that is in domains"),
				       { 0 } };

static int rmsecattr_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rmsecattr_args *a = args;

	if (!a->objects)
		return par_fail(err, PAR_E_USAGE, 0, "-o is needed; see 'rmsecattr --help'");
	return wpar_rbac_remove_run(ctx, WPAR_RBAC_OBJECTS, err);
}

const struct par_cmd wpar_cmd_rmsecattr = {
	.name = "rmsecattr",
	.synopsis = "NAME",
	.summary = "Take a workload partition out of all domains",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct rmsecattr_args),
	.run = rmsecattr_run,
	.operand_values = "@wpars",
};
