/* SPDX-License-Identifier: Apache-2.0 */
/* resumewpar: a WPAR that stands still goes on. */
#include "wparctl/checkpoint/let_go.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"

static int resumewpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	auto_spec s = { 0 };
	autofd int lock = -1;
	auto_error why = NULL;
	enum wpar_state st;
	int r = wpar_operation_open(ctx->argv[0], &lock, &s, err);

	(void)args;
	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	if (st != WPAR_STATE_PAUSED && st != WPAR_STATE_FROZEN)
		return wpar_fail_state(&s, st, "only a Paused or Frozen one goes on", err);
	r = wpar_let_go(&s, &why);
	wpar_event_log(s.name, "resume", why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}

const struct par_cmd wpar_cmd_resumewpar = {
	.name = "resumewpar",
	.synopsis = "NAME",
	.summary = "Let a paused workload partition go on",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.run = resumewpar_run,
	.operand_values = "@wpars",
};
