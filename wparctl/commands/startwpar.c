/* SPDX-License-Identifier: Apache-2.0 */
/* startwpar: activate a system WPAR. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"

struct startwpar_args {
	bool resolve_clashes, maintenance, verbose, load_only, finish, in_place, dry_run;
	const char *environment;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct startwpar_args, resolve_clashes,
		 "Choose another host name where another WPAR has it"),
	OPT_STR('e', NULL, "NAME=VALUE…", struct startwpar_args, environment, NULL),
	OPT_FLAG('m', NULL, struct startwpar_args, maintenance, NULL),
	OPT_FLAG('v', NULL, struct startwpar_args, verbose, "Show each step"),
	OPT_FLAG('1', NULL, struct startwpar_args, load_only, NULL),
	OPT_FLAG('2', NULL, struct startwpar_args, finish, NULL),
	OPT_FLAG_REFUSED('I', struct startwpar_args, in_place,
			 "on Linux no process that runs already can become the first process of a "
			 "workload partition"),
	OPT_FLAG(0, "dry-run", struct startwpar_args, dry_run,
		 "Show what would be mounted and start nothing"),
	{ 0 }
};

static int startwpar_show(const char *name, FILE *out, struct par_error **err)
{
	auto_spec s = { 0 };
	auto_buf plan = { 0 };
	int r = wpar_spec_load(name, &s, err);

	if (r < 0)
		return r;
	r = wpar_start_plan(&s, &plan, err);
	if (r < 0)
		return r;
	fputs(plan.data ? plan.data : "", out);
	return 0;
}

/*
 * A definition is checked when it is made; one written by hand may have a host name that another
 * WPAR has.  Its files stay where they are, and addresses are not made up.
 */
static int resolve_clashes(struct wpar_spec *s, struct par_error **err)
{
	auto_spec new = { 0 };
	autofd int registry = -1;
	int r = wpar_spec_copy(s, &new, err);

	if (r < 0)
		return r;
	r = wpar_definition_change_begin(s, &new, true, &registry, err);
	if (r < 0)
		return r;
	if (!par_streq(s->directory, new.directory))
		return par_fail(err, PAR_E_EXISTS, 0,
				"The base directory %s of workload partition %s is also another "
				"one's; change it with chwpar -d.",
				s->directory, s->name);
	r = wpar_spec_update(&new, err);
	if (r < 0)
		return r;
	wpar_spec_done(s);
	*s = new;
	new = (struct wpar_spec){ 0 };
	return 0;
}

static int startwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct startwpar_args *a = args;
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st;
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	if (a->dry_run)
		return startwpar_show(ctx->argv[0], ctx->out, err);
	r = wpar_operation_open(ctx->argv[0], &lock, &s, err);
	if (r < 0)
		return r;
	if (s.type != WPAR_SYSTEM)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s is an application workload partition; wparexec starts those.",
				s.name);
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	/* What a killed start left (B) is cleared away by the start itself. */
	if (s.creating || st == WPAR_STATE_ACTIVE || st == WPAR_STATE_FROZEN ||
	    st == WPAR_STATE_PAUSED || st == WPAR_STATE_MOVING)
		return wpar_fail_state(&s, st, "it must be Defined to be started", err);
	r = a->resolve_clashes ? resolve_clashes(&s, err) : 0;
	return r < 0 ? r : wpar_operation_start(&s, &say, err);
}

const struct par_cmd wpar_cmd_startwpar = {
	.name = "startwpar",
	.synopsis = "NAME",
	.summary = "Start a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct startwpar_args),
	.run = startwpar_run,
	.operand_values = "@wpars",
};
