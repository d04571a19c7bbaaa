/* SPDX-License-Identifier: Apache-2.0 */
/* chuser: other attributes for a user, on this system or in a WPAR. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/accounts.h"

struct chuser_args {
	const char *wpar;
};

static const struct par_opt opts[] = { WPAR_OPT_WITHIN(chuser_args, wpar), { 0 } };

static int chuser_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct chuser_args *a = args;

	return wpar_account_change_run(ctx, WPAR_ACCOUNT_CHANGE, a->wpar, err);
}

const struct par_cmd wpar_cmd_chuser = {
	.name = "chuser",
	.synopsis = "ATTRIBUTE=VALUE… USER",
	.summary = "Change a user",
	.family = PAR_FAMILY_AIX,
	.min_args = 2,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct chuser_args),
	.run = chuser_run,
};
