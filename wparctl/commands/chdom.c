/* SPDX-License-Identifier: Apache-2.0 */
/* chdom: other attributes for a domain. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"

static const struct par_opt opts[] = { { 0 } };

static int chdom_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	(void)args;
	return wpar_rbac_change_run(ctx, WPAR_RBAC_DOMAINS, err);
}

const struct par_cmd wpar_cmd_chdom = {
	.name = "chdom",
	.synopsis = "ATTRIBUTE=VALUE… DOMAIN",
	.summary = "Change a domain",
	.family = PAR_FAMILY_AIX,
	.min_args = 2,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.run = chdom_run,
};
