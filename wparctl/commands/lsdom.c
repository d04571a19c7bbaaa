/* SPDX-License-Identifier: Apache-2.0 */
/* lsdom: domains with their attributes. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"

static const struct par_opt opts[] = { WPAR_RBAC_LISTING_OPTS('C', 'f'), { 0 } };

static int lsdom_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	return wpar_rbac_list_run(ctx, WPAR_RBAC_DOMAINS, args, err);
}

const struct par_cmd wpar_cmd_lsdom = {
	.name = "lsdom",
	.synopsis = "[ATTRIBUTE…] {ALL | DOMAIN[,DOMAIN…]}",
	.summary = "Show domains and their attributes",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct wpar_rbac_listing),
	.run = lsdom_run,
};
