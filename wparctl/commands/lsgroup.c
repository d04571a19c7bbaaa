/* SPDX-License-Identifier: Apache-2.0 */
/* lsgroup: groups of this system, or of a WPAR, with their attributes. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/accounts.h"

static const struct par_opt opts[] = { WPAR_ACCOUNT_LISTING_OPTS("groups") };

const struct par_cmd wpar_cmd_lsgroup = {
	.name = "lsgroup",
	.synopsis = "[ATTRIBUTE…] {ALL | GROUP[,GROUP…]}",
	.summary = "Show groups and their attributes",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct wpar_account_listing),
	.run = wpar_groups_list,
};
