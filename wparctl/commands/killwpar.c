/* SPDX-License-Identifier: Apache-2.0 */
/* killwpar: end a WPAR that stands still. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"

static int killwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct wpar_stop_opts stop = { .hard = true, .force = true };
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st;
	int r = wpar_operation_open(ctx->argv[0], &lock, &s, err);

	(void)args;
	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	if (st != WPAR_STATE_PAUSED && st != WPAR_STATE_FROZEN)
		return wpar_fail_state(
			&s, st, "only a Paused or Frozen one is ended so (stopwpar -h)", err);
	return wpar_stop(&s, &stop, NULL, err);
}

const struct par_cmd wpar_cmd_killwpar = {
	.name = "killwpar",
	.synopsis = "NAME",
	.summary = "End a paused workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.run = killwpar_run,
	.operand_values = "@wpars",
};
