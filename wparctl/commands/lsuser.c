/* SPDX-License-Identifier: Apache-2.0 */
/* lsuser: users of this system, or of a WPAR, with their attributes. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/accounts.h"

static const struct par_opt opts[] = { WPAR_ACCOUNT_LISTING_OPTS("users") };

const struct par_cmd wpar_cmd_lsuser = {
	.name = "lsuser",
	.synopsis = "[ATTRIBUTE…] {ALL | USER[,USER…]}",
	.summary = "Show users and their attributes",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct wpar_account_listing),
	.run = wpar_users_list,
};
