/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that act on a defined WPAR share: see operation.h. */
#include "wparctl/operations/operation.h"

#include "wparctl/operations/definition.h"
#include "wparctl/operations/machine.h"
#include "wparctl/operations/user_again.h"
#include "wparctl/runtime/life/move_record.h"

#include <string.h>

int wpar_need_root(struct par_error **err)
{
	if (geteuid() == 0)
		return 0;
	return par_fail(err, PAR_E_NOT_PERMITTED, 0, "Only the root user can run this command.");
}

static int operation_open(const char *name, bool force, int *ret_lock, struct wpar_spec *ret,
			  struct par_error **err)
{
	autofd int lock = -1;
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	/* First without the lock: an unknown name must not leave a lock file. */
	r = wpar_spec_load(name, ret, err);
	if (r < 0) {
		wpar_definition_sweep(name);
		return r;
	}
	wpar_spec_done(ret);
	/* Before, too: with force the WPAR's processes would be killed. */
	r = wpar_move_admits(name, err);
	if (r < 0)
		return r;
	r = force ? wpar_kill_and_lock(name, &lock, err) : wpar_lock(name, &lock, err);
	if (r < 0)
		return r;
	r = wpar_move_admits(name, err);
	if (r < 0)
		return r;
	r = wpar_spec_load(name, ret, err);
	if (r < 0) {
		/* The holder before has removed the WPAR. */
		wpar_lock_forget(name);
		return r;
	}
	r = wpar_user_again(name, ret, err);
	if (r < 0)
		return r;
	*ret_lock = take_fd(&lock);
	return 0;
}

int wpar_operation_open(const char *name, int *ret_lock, struct wpar_spec *ret,
			struct par_error **err)
{
	return operation_open(name, false, ret_lock, ret, err);
}

int wpar_operation_open_forced(const char *name, int *ret_lock, struct wpar_spec *ret,
			       struct par_error **err)
{
	return operation_open(name, true, ret_lock, ret, err);
}

static enum wpar_state broken_if_incomplete(const struct wpar_spec *s, enum wpar_state st)
{
	return s->creating && st == WPAR_STATE_DEFINED ? WPAR_STATE_BROKEN : st;
}

int wpar_operation_state(const struct wpar_traces *traces, const struct wpar_spec *s,
			 enum wpar_state *ret, struct par_error **err)
{
	int r = wpar_state_get_among(traces, s, ret, err);

	if (r < 0)
		return r;
	*ret = broken_if_incomplete(s, *ret);
	return 0;
}

int wpar_operation_state_locked(const struct wpar_spec *s, enum wpar_state *ret,
				struct par_error **err)
{
	int r = wpar_state_probe(s, ret, err);

	if (r < 0)
		return r;
	*ret = broken_if_incomplete(s, *ret);
	return 0;
}

int wpar_fail_state(const struct wpar_spec *s, enum wpar_state st, const char *needs,
		    struct par_error **err)
{
	const char *creator = s->creator ? s->creator : "mkwpar";

	if (s->creating && st == WPAR_STATE_TRANSITIONAL)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"Workload partition %s is being made by %s; wait until that has "
				"ended.",
				s->name, creator);
	if (s->creating)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"The creation of workload partition %s was not completed; run "
				"%s again, or remove it with rmwpar.",
				s->name, creator);
	return par_fail(err, PAR_E_WRONG_STATE, 0, "Workload partition %s is in the %s state; %s.",
			s->name, wpar_state_word(st), needs);
}

static int begin_start(const struct wpar_spec *s, struct wpar_say *say, struct par_error **err)
{
	int r = wpar_spec_check_rules(s, err);

	if (r < 0)
		return r;
	wpar_say_line(say->out, "Starting workload partition %s.", s->name);
	return wpar_machine_check_start(s, say->out, err);
}

int wpar_operation_start(const struct wpar_spec *s, struct wpar_say *say, struct par_error **err)
{
	struct wpar_report report = wpar_say_report(say);
	int r = begin_start(s, say, err);

	return r < 0 ? r : wpar_start(s, &report, err);
}

int wpar_operation_start_held(const struct wpar_spec *s, enum wpar_hold hold, struct wpar_say *say,
			      struct par_error **err)
{
	struct wpar_report report = wpar_say_report(say);
	int r = begin_start(s, say, err);

	return r < 0 ? r : wpar_start_held(s, hold, &report, err);
}

int wpar_operation_finish(const struct wpar_spec *s, const struct par_strv *environment,
			  struct wpar_say *say, struct par_error **err)
{
	struct wpar_report report = wpar_say_report(say);

	return wpar_start_finish(s, environment, &report, err);
}

int wpar_operation_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
			const char *command, struct wpar_say *say, struct par_error **err)
{
	struct wpar_report report = wpar_say_report(say);

	wpar_say_line(say->out, "Stopping workload partition '%s'.", s->name);
	if (opts->hard || opts->force || wpar_hold_of(s->name) != WPAR_HOLD_NONE)
		return wpar_stop(s, opts, &report, err);
	if (opts->timeout_s == UINT64_MAX)
		wpar_say_line(say->out, "%s: 0960-261 Waiting for the workload partition to halt.",
			      command);
	else
		wpar_say_line(say->out,
			      "%s: 0960-261 Waiting up to %llu seconds for the workload "
			      "partition to halt.",
			      command, (unsigned long long)opts->timeout_s);
	return wpar_stop(s, opts, &report, err);
}

/* What the mark of a start to come (pending.h) says of rebootwpar and stopwpar -r. */
static const char restart[] = "restart";

bool wpar_operation_restarting(const char *name)
{
	return wpar_pending_is(name, restart, strlen(restart));
}

int wpar_operation_restart(const struct wpar_spec *s, enum wpar_state st,
			   const struct wpar_stop_opts *opts, const char *command,
			   struct wpar_say *say, struct par_error **err)
{
	int r = wpar_pending_begin(s->name, restart, strlen(restart));

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the restart of '%s' cannot be noted",
				s->name);
	r = st == WPAR_STATE_DEFINED ? 0 : wpar_operation_stop(s, opts, command, say, err);
	if (r < 0) {
		wpar_pending_end(s->name);
		return r;
	}
	wpar_test_stop_at("restarting");
	return wpar_operation_start(s, say, err);
}
