/* SPDX-License-Identifier: Apache-2.0 */
/* startwpar: activate a system WPAR. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/new_addresses.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"
#include "wparctl/srcmstr/split.h"

#include <string.h>

struct startwpar_args {
	bool resolve_clashes, maintenance, verbose, load_only, finish, in_place, dry_run;
	const char *environment;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct startwpar_args, resolve_clashes,
		 "Choose another host name where another WPAR has it, and leave out addresses"),
	OPT_STR('e', NULL, "NAME=VALUE…", struct startwpar_args, environment,
		"With -2: variables for its first process, with blanks between"),
	OPT_FLAG('m', NULL, struct startwpar_args, maintenance,
		 "Maintenance: all but its processes; clogin may go in"),
	OPT_FLAG('v', NULL, struct startwpar_args, verbose, "Show each step"),
	OPT_FLAG('1', NULL, struct startwpar_args, load_only,
		 "Stop in the Loaded state, before its first process runs"),
	OPT_FLAG('2', NULL, struct startwpar_args, finish,
		 "Go on from there: its first process runs"),
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
 * WPAR has.  Its files stay where they are; addresses that others have are left out.
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
	wpar_network_say_left_out("startwpar", &new, s->n_addresses);
	wpar_spec_done(s);
	*s = new;
	new = (struct wpar_spec){ 0 };
	return 0;
}

static int startwpar_check(const struct startwpar_args *a, struct par_error **err)
{
	const struct wpar_option_pair pairs[] = { { a->load_only, a->finish, "-1 and -2" },
						  { a->load_only, a->maintenance, "-1 and -m" },
						  { a->maintenance, a->finish, "-m and -2" },
						  { a->resolve_clashes, a->finish, "-a and -2" },
						  { a->dry_run, a->finish, "--dry-run and -2" } };
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	r = wpar_refuse_pairs(pairs, PAR_ARRAY_SIZE(pairs), err);
	if (r < 0)
		return r;
	if (a->environment && !a->finish)
		return par_fail(err, PAR_E_USAGE, 0, "-e needs -2");
	return 0;
}

/* The words of -e: "A=1 B='two words'". */
static int read_environment(const char *text, struct par_strv *ret, struct par_error **err)
{
	int r = text ? wpar_split(text, ret) : 0;

	if (r == -ENOMEM)
		return par_oom(err);
	if (r < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-e: a quote or a backslash ends nowhere");
	for (size_t i = 0; i < ret->n; i++) {
		if (ret->v[i][0] == '=' || !strchr(ret->v[i], '='))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"-e needs NAME=VALUE, not \"%.64s\"", ret->v[i]);
	}
	return 0;
}

static int finish(const struct startwpar_args *a, const struct wpar_spec *s, enum wpar_state st,
		  struct wpar_say *say, struct par_error **err)
{
	auto_strv environment = { 0 };
	int r = read_environment(a->environment, &environment, err);

	if (r < 0)
		return r;
	if (s->creating || (st != WPAR_STATE_LOADED &&
			    (st != WPAR_STATE_ACTIVE || !wpar_hold_was_released(s->name))))
		return wpar_fail_state(s, st, "-2 needs it to be Loaded (-1 or -m)", err);
	return wpar_operation_finish(s, &environment, say, err);
}

static int startwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct startwpar_args *a = args;
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st;
	int r = startwpar_check(a, err);

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
	if (a->finish)
		return finish(a, &s, st, &say, err);
	if (!s.creating && st == WPAR_STATE_LOADED)
		return wpar_fail_state(&s, st, "startwpar -2 goes on with its start", err);
	/* What a killed start left (B) is cleared away by the start itself. */
	if (s.creating || st == WPAR_STATE_ACTIVE || st == WPAR_STATE_FROZEN ||
	    st == WPAR_STATE_PAUSED || st == WPAR_STATE_MOVING)
		return wpar_fail_state(&s, st, "it must be Defined to be started", err);
	r = a->resolve_clashes ? resolve_clashes(&s, err) : 0;
	if (r < 0)
		return r;
	if (a->load_only || a->maintenance)
		return wpar_operation_start_held(
			&s, a->load_only ? WPAR_HOLD_LOADED : WPAR_HOLD_MAINTENANCE, &say, err);
	return wpar_operation_start(&s, &say, err);
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
