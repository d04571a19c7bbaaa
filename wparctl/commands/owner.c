/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl owner: which LPAR runs a workload partition, and of which generation that is? */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"

struct owner_args {
	bool take;
};

static const struct par_opt opts[] = {
	OPT_FLAG(0, "take", struct owner_args, take,
		 "It runs in no other LPAR any more: it may be started here"),
	{ 0 },
};

static int print(const struct wpar_owner *o, FILE *out, struct par_error **err)
{
	auto_buf text = { 0 };

	if (o->generation == 0) {
		fputs("{}\n", out);
		return 0;
	}
	if (wpar_owner_print(o, &text) < 0)
		return par_oom(err);
	fputs(text.data, out);
	return 0;
}

/* What runs here has its record already. */
static int take_over(const struct wpar_spec *s, struct par_error **err)
{
	enum wpar_state st;
	int r = wpar_operation_state_locked(s, &st, err);

	if (r < 0)
		return r;
	if (st != WPAR_STATE_DEFINED && st != WPAR_STATE_BROKEN)
		return wpar_fail_state(s, st, "it runs here already", err);
	r = wpar_owner_take(s, err);
	if (r == 0)
		wpar_event_log(s->name, "take-over", NULL);
	return r;
}

static int owner_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct owner_args *a = args;
	struct wpar_owner o;
	auto_spec s = { 0 };
	autofd int lock = -1;
	int r = wpar_operation_open(ctx->argv[0], &lock, &s, err);

	if (r < 0)
		return r;
	if (a->take)
		return take_over(&s, err);
	r = wpar_owner_get(&s, &o, err);
	return r < 0 ? r : print(&o, ctx->out, err);
}

const struct par_cmd wpar_cmd_owner = {
	.name = "owner",
	.shown = "wparctl owner",
	.synopsis = "NAME",
	.summary = "Show which LPAR runs a workload partition, or take it over",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct owner_args),
	.run = owner_run,
	.operand_values = "@wpars",
};
