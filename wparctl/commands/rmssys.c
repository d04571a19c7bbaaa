/* SPDX-License-Identifier: Apache-2.0 */
/* rmssys: remove the definition of a subsystem; what runs goes on until it is stopped. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/src.h"
#include "wparctl/srcmstr/objrepos.h"
#include "wparctl/srcmstr/src_messages.h"

struct rmssys_args {
	const char *wpar, *subsystem;
	bool found;
};

static const struct par_opt opts[] = { OPT_STR('s', NULL, "SUBSYSTEM", struct rmssys_args,
					       subsystem, "Its name", .required = true),
				       WPAR_OPT_WITHIN(rmssys_args, wpar),
				       { 0 } };

static int rmssys_change(struct wpar_subsystems *l, void *user, struct par_error **err)
{
	struct rmssys_args *a = user;
	struct wpar_subsystem *s = wpar_subsystems_find(l, a->subsystem);

	(void)err;
	a->found = s != NULL;
	if (!s)
		return -ENOENT;
	wpar_subsystems_remove(l, s);
	return 0;
}

static int rmssys_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct rmssys_args *a = args;
	int r;

	a->found = true;
	r = wpar_objrepos_change(rmssys_change, a, err);
	if (!a->found) {
		fprintf(ctx->err, WPAR_SRC_MSG_NO_SUBSYS "\n", a->subsystem);
		return 1;
	}
	if (r == 0)
		fprintf(ctx->out, WPAR_SRC_MSG_DELETED "\n");
	return r;
}

static int rmssys_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct rmssys_args *a = args;

	return wpar_src_run(ctx, a->wpar, rmssys_act, a, err);
}

const struct par_cmd wpar_cmd_rmssys = {
	.name = "rmssys",
	.synopsis = "",
	.summary = "Remove the definition of a subsystem",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct rmssys_args),
	.run = rmssys_run,
};
