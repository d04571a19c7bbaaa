/* SPDX-License-Identifier: Apache-2.0 */
/* setsecattr: a WPAR comes into domains.  AIX's other databases (-c, -d, -f, -p) are none here. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"

struct setsecattr_args {
	bool objects;
};

static const struct par_opt opts[] = { OPT_FLAG('o', NULL, struct setsecattr_args, objects,
						"Of an object that is in domains"),
				       { 0 } };

static int setsecattr_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct setsecattr_args *a = args;

	if (!a->objects)
		return par_fail(err, PAR_E_USAGE, 0, "-o is needed; see 'setsecattr --help'");
	return wpar_rbac_set_run(ctx, WPAR_RBAC_OBJECTS, err);
}

const struct par_cmd wpar_cmd_setsecattr = {
	.name = "setsecattr",
	.synopsis = "ATTRIBUTE=VALUE… NAME",
	.summary = "Put a workload partition into domains",
	.family = PAR_FAMILY_AIX,
	.min_args = 2,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct setsecattr_args),
	.run = setsecattr_run,
	.operand_values = "@wpars",
};
