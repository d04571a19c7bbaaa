/* SPDX-License-Identifier: Apache-2.0 */
/* restartwpar: a WPAR goes on from a checkpoint. */
#include "wparctl/checkpoint/restart.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/machine.h"
#include "wparctl/operations/operation.h"

#define DEFAULT_LEVEL 2 /* errors and warnings */

struct restartwpar_args {
	const char *folder, *log;
	uint64_t level;
	bool force;
};

static const struct par_opt opts[] = {
	OPT_STR('d', NULL, "STATEDIR", struct restartwpar_args, folder,
		"The folder of the checkpoint", .values = "@files", .required = true),
	OPT_FLAG('F', NULL, struct restartwpar_args, force,
		 "Also when it has been started or checkpointed since: that is lost"),
	OPT_U64('l', NULL, "LEVEL", struct restartwpar_args, level,
		"How much criu writes into its log, 1 to 4 (default: 2)", .field.min = 1,
		.field.max = 4),
	OPT_STR('o', NULL, "LOGFILE", struct restartwpar_args, log,
		"criu's log (default: STATEDIR/restartwpar.log)", .values = "@files"),
	{ 0 },
};

static int restartwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct restartwpar_args *a = args;
	auto_spec s = { 0 };
	autofd int lock = -1;
	struct wpar_restart restart;
	enum wpar_state st;
	int r = wpar_operation_open(ctx->argv[0], &lock, &s, err);

	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	/* What a killed start or restart has left (B) is cleared away. */
	if (s.creating || (st != WPAR_STATE_DEFINED && st != WPAR_STATE_BROKEN))
		return wpar_fail_state(
			&s, st, "it goes on from a checkpoint only when nothing of it runs", err);
	r = wpar_spec_check_rules(&s, err);
	if (r < 0)
		return r;
	r = wpar_machine_check_start(&s, ctx->err, err);
	if (r < 0)
		return r;
	restart = (struct wpar_restart){
		.spec = &s,
		.folder = a->folder,
		.log = a->log,
		.level = a->level ? (unsigned int)a->level : DEFAULT_LEVEL,
		.force = a->force,
		.complaint = ctx->err,
	};
	return wpar_checkpoint_restart(&restart, err);
}

const struct par_cmd wpar_cmd_restartwpar = {
	.name = "restartwpar",
	.synopsis = "NAME",
	.summary = "Have a workload partition go on from a checkpoint",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct restartwpar_args),
	.run = restartwpar_run,
	.operand_values = "@wpars",
};
