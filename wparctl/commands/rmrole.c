/* SPDX-License-Identifier: Apache-2.0 */
/* rmrole: a role goes. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"

static const struct par_opt opts[] = { { 0 } };

static int rmrole_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	(void)args;
	return wpar_rbac_remove_run(ctx, WPAR_RBAC_ROLES, err);
}

const struct par_cmd wpar_cmd_rmrole = {
	.name = "rmrole",
	.synopsis = "ROLE",
	.summary = "Remove a role",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = rmrole_run,
};
