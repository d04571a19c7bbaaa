/* SPDX-License-Identifier: Apache-2.0 */
/* rmuser: a user that goes, on this system or in a WPAR. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/accounts.h"

struct rmuser_args {
	const char *wpar;
	bool password;
};

static const struct par_opt opts[] = {
	OPT_FLAG('p', NULL, struct rmuser_args, password,
		 "Remove the password information, too: it never stays"),
	WPAR_OPT_WITHIN(rmuser_args, wpar),
	{ 0 }
};

/* -p asks for what is so in any case: without the account there is no line in shadow. */
static int rmuser_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rmuser_args *a = args;

	return wpar_account_change_run(ctx, WPAR_ACCOUNT_REMOVE, a->wpar, err);
}

const struct par_cmd wpar_cmd_rmuser = {
	.name = "rmuser",
	.synopsis = "USER",
	.summary = "Remove a user",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct rmuser_args),
	.run = rmuser_run,
};
