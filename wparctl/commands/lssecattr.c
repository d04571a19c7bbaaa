/* SPDX-License-Identifier: Apache-2.0 */
/* lssecattr: which WPAR is in which domains.  AIX's other databases (-c, -d, -f, -p) are none here.
 */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"

static const struct par_opt opts[] = { OPT_FLAG('o', NULL, struct wpar_rbac_listing, objects,
						"Of objects that are in domains"),
				       WPAR_RBAC_LISTING_OPTS('C', 'F'),
				       { 0 } };

static int lssecattr_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct wpar_rbac_listing *a = args;

	if (!a->objects)
		return par_fail(err, PAR_E_USAGE, 0, "-o is needed; see 'lssecattr --help'");
	return wpar_rbac_list_run(ctx, WPAR_RBAC_OBJECTS, args, err);
}

const struct par_cmd wpar_cmd_lssecattr = {
	.name = "lssecattr",
	.synopsis = "[ATTRIBUTE…] {ALL | NAME[,NAME…]}",
	.summary = "Show which workload partitions are in which domains",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct wpar_rbac_listing),
	.run = lssecattr_run,
	.operand_values = "@wpars",
};
