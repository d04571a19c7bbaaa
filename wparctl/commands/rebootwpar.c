/* SPDX-License-Identifier: Apache-2.0 */
/* rebootwpar: stop a system WPAR and start it again. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"

#define DEFAULT_TIMEOUT_S 600

struct rebootwpar_args {
	bool force, hard, no_timeout, verbose;
	uint64_t timeout_s;
};

static const struct par_opt opts[] = {
	OPT_FLAG('F', NULL, struct rebootwpar_args, force, "Reboot it whatever its state is"),
	OPT_FLAG('h', NULL, struct rebootwpar_args, hard, "Halt it at once, without its shutdown"),
	OPT_FLAG('N', NULL, struct rebootwpar_args, no_timeout, "Wait for as long as it takes"),
	OPT_U64('t', NULL, "SECONDS", struct rebootwpar_args, timeout_s,
		"Give up after SECONDS (default: 600)", .field.max = 1000000),
	OPT_FLAG('v', NULL, struct rebootwpar_args, verbose, "Show each step"),
	{ 0 }
};

static int rebootwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rebootwpar_args *a = args;
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	struct wpar_stop_opts stop = {
		.hard = a->hard || a->force,
		.force = a->force,
		.timeout_s = a->no_timeout  ? UINT64_MAX
			     : a->timeout_s ? a->timeout_s
					    : DEFAULT_TIMEOUT_S,
	};
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st;
	int r;

	if (a->no_timeout && a->timeout_s)
		return par_fail(err, PAR_E_USAGE, 0, "-N and -t cannot be used together");
	r = a->force ? wpar_operation_open_forced(ctx->argv[0], &lock, &s, err)
		     : wpar_operation_open(ctx->argv[0], &lock, &s, err);
	if (r < 0)
		return r;
	if (s.type == WPAR_APPLICATION)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s is an application workload partition and cannot be rebooted.",
				s.name);
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	if (st != WPAR_STATE_ACTIVE && !a->force &&
	    !(st == WPAR_STATE_DEFINED && wpar_operation_restarting(s.name)))
		return wpar_fail_state(&s, st, "it must be Active to be rebooted", err);
	return wpar_operation_restart(&s, st, &stop, "rebootwpar", &say, err);
}

const struct par_cmd wpar_cmd_rebootwpar = {
	.name = "rebootwpar",
	.synopsis = "NAME",
	.summary = "Stop a workload partition and start it again",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct rebootwpar_args),
	.run = rebootwpar_run,
	.operand_values = "@wpars",
};
