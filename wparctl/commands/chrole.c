/* SPDX-License-Identifier: Apache-2.0 */
/* chrole: other attributes for a role. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"

static const struct par_opt opts[] = { { 0 } };

static int chrole_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	(void)args;
	return wpar_rbac_change_run(ctx, WPAR_RBAC_ROLES, err);
}

const struct par_cmd wpar_cmd_chrole = {
	.name = "chrole",
	.synopsis = "ATTRIBUTE=VALUE… ROLE",
	.summary = "Change a role",
	.family = PAR_FAMILY_AIX,
	.min_args = 2,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.run = chrole_run,
};
