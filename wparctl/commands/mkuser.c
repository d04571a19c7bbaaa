/* SPDX-License-Identifier: Apache-2.0 */
/* mkuser: a new user, on this system or in a WPAR. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/accounts.h"
#include "wparctl/operations/refused.h"

struct mkuser_args {
	const char *wpar;
	bool admin;
};

static const struct par_opt opts[] = {
	OPT_FLAG_REFUSED('a', struct mkuser_args, admin,
			 "Linux has no administrative users; roles give rights"),
	WPAR_OPT_WITHIN(mkuser_args, wpar),
	{ 0 }
};

static int mkuser_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct mkuser_args *a = args;
	int r = wpar_refuse_options(opts, a, err);

	return r < 0 ? r : wpar_account_change_run(ctx, WPAR_ACCOUNT_MAKE, a->wpar, err);
}

const struct par_cmd wpar_cmd_mkuser = {
	.name = "mkuser",
	.synopsis = "[ATTRIBUTE=VALUE…] USER",
	.summary = "Make a user",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct mkuser_args),
	.run = mkuser_run,
};
