/* SPDX-License-Identifier: Apache-2.0 */
/* stopwpar: shut a WPAR down; an application WPAR is gone afterwards. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/operation.h"

#define DEFAULT_TIMEOUT_S 600
#define HARD_TIMEOUT_S	  60

struct stopwpar_args {
	bool force, hard, no_timeout, restart, verbose;
	uint64_t timeout_s;
};

static const struct par_opt opts[] = {
	OPT_FLAG('F', NULL, struct stopwpar_args, force, "Stop it whatever its state is"),
	OPT_FLAG('h', NULL, struct stopwpar_args, hard, "Halt it at once, without its shutdown"),
	OPT_FLAG('N', NULL, struct stopwpar_args, no_timeout, "Wait for as long as it takes"),
	OPT_FLAG('r', NULL, struct stopwpar_args, restart, "Start it again"),
	OPT_U64('t', NULL, "SECONDS", struct stopwpar_args, timeout_s,
		"Give up after SECONDS (default: 600)", .field.max = 1000000),
	OPT_FLAG('v', NULL, struct stopwpar_args, verbose, "Show each step"),
	{ 0 }
};

/* A killed stopwpar of an application WPAR has left its definition, and no wparexec is at it. */
static bool stopwpar_is_orphan(const struct wpar_spec *s)
{
	autofd int hold = -1;

	return s->type == WPAR_APPLICATION && wpar_definition_hold(s->name, &hold) == 0;
}

static int stopwpar_check(const struct stopwpar_args *a, const struct wpar_spec *s,
			  enum wpar_state *ret, struct par_error **err)
{
	int r;

	if (a->no_timeout && a->timeout_s)
		return par_fail(err, PAR_E_USAGE, 0, "-N and -t cannot be used together");
	if (a->restart && s->type == WPAR_APPLICATION)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s is an application workload partition and cannot be restarted.",
				s->name);
	r = wpar_operation_state_locked(s, ret, err);
	if (r < 0)
		return r;
	if (*ret == WPAR_STATE_DEFINED && !a->force &&
	    !(a->restart && wpar_operation_restarting(s->name)) && !stopwpar_is_orphan(s))
		return wpar_fail_state(s, *ret, "it is not running", err);
	if (*ret == WPAR_STATE_BROKEN && !a->force && !a->hard)
		return wpar_fail_state(s, *ret, "use -F", err);
	return 0;
}

static int stopwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct stopwpar_args *a = args;
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	struct wpar_stop_opts stop = {
		.hard = a->hard || a->force,
		.force = a->force,
		.timeout_s = a->no_timeout	   ? UINT64_MAX
			     : a->timeout_s	   ? a->timeout_s
			     : a->hard || a->force ? HARD_TIMEOUT_S
						   : DEFAULT_TIMEOUT_S,
	};
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st = WPAR_STATE_ACTIVE;
	int r = a->force ? wpar_operation_open_forced(ctx->argv[0], &lock, &s, err)
			 : wpar_operation_open(ctx->argv[0], &lock, &s, err);

	if (r < 0)
		return r;
	r = stopwpar_check(a, &s, &st, err);
	if (r < 0)
		return r;
	if (a->restart)
		return wpar_operation_restart(&s, st, &stop, "stopwpar", &say, err);
	wpar_pending_end(s.name);
	if (st == WPAR_STATE_DEFINED)
		stop.hard = stop.force = true; /* there is only to be cleared away */
	r = wpar_operation_stop(&s, &stop, "stopwpar", &say, err);
	if (r < 0)
		return r;
	return s.type == WPAR_APPLICATION ? wpar_definition_remove(&s, false, err) : 0;
}

const struct par_cmd wpar_cmd_stopwpar = {
	.name = "stopwpar",
	.synopsis = "NAME",
	.summary = "Stop a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct stopwpar_args),
	.run = stopwpar_run,
	.operand_values = "@wpars",
};
