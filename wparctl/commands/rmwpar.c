/* SPDX-License-Identifier: Apache-2.0 */
/* rmwpar: remove a WPAR, its file systems and its specification. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/kept.h"
#include "wparctl/operations/operation.h"

#define STOP_TIMEOUT_S 600

struct rmwpar_args {
	bool force, preserve, stop, verbose;
};

static const struct par_opt opts[] = {
	OPT_FLAG(
		'F', NULL, struct rmwpar_args, force,
		"Stop it if it runs, at once, and also while another command waits for it to stop"),
	OPT_FLAG('p', NULL, struct rmwpar_args, preserve, "Keep its file systems (mkwpar -p)"),
	OPT_FLAG('s', NULL, struct rmwpar_args, stop, "Stop it first if it runs"),
	OPT_FLAG('v', NULL, struct rmwpar_args, verbose, "Show each step"),
	{ 0 }
};

static int rmwpar_stop_first(const struct rmwpar_args *a, const struct wpar_spec *s,
			     struct wpar_say *say, struct par_error **err)
{
	struct wpar_stop_opts stop = { .hard = a->force,
				       .force = a->force,
				       .timeout_s = STOP_TIMEOUT_S };
	enum wpar_state st;
	int r = wpar_operation_state_locked(s, &st, err);

	if (r < 0)
		return r;
	/* What a killed start or an incomplete creation left is no running WPAR. */
	if (st == WPAR_STATE_BROKEN) {
		stop.hard = stop.force = true;
		return s->creating ? 0 : wpar_operation_stop(s, &stop, "rmwpar", say, err);
	}
	if (st == WPAR_STATE_DEFINED)
		return 0;
	if (!a->stop && !a->force)
		return wpar_fail_state(s, st, "stop it first, or use -s", err);
	return wpar_operation_stop(s, &stop, "rmwpar", say, err);
}

static int rmwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rmwpar_args *a = args;
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	auto_spec s = { 0 };
	autofd int lock = -1;
	int r = a->force ? wpar_operation_open_forced(ctx->argv[0], &lock, &s, err)
			 : wpar_operation_open(ctx->argv[0], &lock, &s, err);

	if (r < 0)
		return r;
	if (a->preserve && s.version.image_digest)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-p: the files of a versioned workload partition are the changes "
				"of its image, which goes with it");
	r = rmwpar_stop_first(a, &s, &say, err);
	if (r < 0)
		return r;
	if (a->verbose)
		wpar_say_line(ctx->out, "Removing workload partition %s.", s.name);
	r = a->preserve ? wpar_kept_note(&s, err) : 0;
	if (r < 0)
		return r;
	r = wpar_definition_remove(&s, a->preserve, err);
	if (r == 0 && !a->preserve)
		wpar_kept_forget(s.name);
	return r;
}

const struct par_cmd wpar_cmd_rmwpar = {
	.name = "rmwpar",
	.synopsis = "NAME",
	.summary = "Remove a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct rmwpar_args),
	.run = rmwpar_run,
	.operand_values = "@wpars",
};
