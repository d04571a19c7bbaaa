/* SPDX-License-Identifier: Apache-2.0 */
/* chkptwpar: take a checkpoint of a running WPAR. */
#include "wparctl/checkpoint/rounds.h"
#include "wparctl/checkpoint/take.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"

#define DEFAULT_LEVEL 2 /* errors and warnings */

struct chkptwpar_args {
	const char *folder, *log;
	uint64_t level;
	bool kill, pause, force, at_once;
};

static const struct par_opt opts[] = {
	OPT_STR('d', NULL, "STATEDIR", struct chkptwpar_args, folder,
		"The folder of the checkpoint; made when it is not there", .values = "@files",
		.required = true),
	OPT_FLAG('F', NULL, struct chkptwpar_args, force,
		 "End the sessions of clogin, which are in no checkpoint"),
	OPT_FLAG('k', NULL, struct chkptwpar_args, kill, "End it, once the checkpoint is whole"),
	OPT_U64('l', NULL, "LEVEL", struct chkptwpar_args, level,
		"How much criu writes into its log, 1 to 4 (default: 2)", .field.min = 1,
		.field.max = 4),
	OPT_STR('o', NULL, "LOGFILE", struct chkptwpar_args, log,
		"criu's log (default: STATEDIR/chkptwpar.log)", .values = "@files"),
	OPT_FLAG('p', NULL, struct chkptwpar_args, pause,
		 "Leave it Paused: resumewpar lets it go on, killwpar ends it"),
	OPT_FLAG(0, "at-once", struct chkptwpar_args, at_once,
		 "Copy no memory before all stands still"),
	{ 0 },
};

static int chkptwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct chkptwpar_args *a = args;
	const struct wpar_option_pair pairs[] = { { a->kill, a->pause, "-k and -p" } };
	auto_spec s = { 0 };
	autofd int lock = -1;
	struct wpar_take take;
	enum wpar_state st;
	int r = wpar_refuse_pairs(pairs, PAR_ARRAY_SIZE(pairs), err);

	if (r < 0)
		return r;
	r = wpar_operation_open(ctx->argv[0], &lock, &s, err);
	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	if (st != WPAR_STATE_ACTIVE)
		return wpar_fail_state(&s, st, "a checkpoint is taken of an Active one", err);
	take = (struct wpar_take){
		.spec = &s,
		.folder = a->folder,
		.log = a->log,
		.level = a->level ? (unsigned int)a->level : DEFAULT_LEVEL,
		.then = a->kill	   ? WPAR_TAKE_KILL
			: a->pause ? WPAR_TAKE_PAUSE
				   : WPAR_TAKE_GO_ON,
		.rounds = a->at_once ? 0 : WPAR_ROUNDS_MOST,
		.end_sessions = a->force,
		.lock = lock,
		.complaint = ctx->err,
	};
	return wpar_checkpoint_take(&take, err);
}

const struct par_cmd wpar_cmd_chkptwpar = {
	.name = "chkptwpar",
	.synopsis = "NAME",
	.summary = "Take a checkpoint of a running workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct chkptwpar_args),
	.run = chkptwpar_run,
	.operand_values = "@wpars",
};
