/* SPDX-License-Identifier: Apache-2.0 */
/* mkrole: a new role. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"

static const struct par_opt opts[] = { { 0 } };

static int mkrole_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	(void)args;
	return wpar_rbac_make_run(ctx, WPAR_RBAC_ROLES, err);
}

const struct par_cmd wpar_cmd_mkrole = {
	.name = "mkrole",
	.synopsis = "[ATTRIBUTE=VALUE…] ROLE",
	.summary = "Make a role",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.run = mkrole_run,
};
