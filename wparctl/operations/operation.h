/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that act on a defined WPAR share: who may, lock, state, start and stop. */
#pragma once

#include "wparctl/operations/say.h"
#include "wparctl/runtime/runtime.h"

/* wpar_need_root - PAR_E_NOT_PERMITTED unless the effective user is root */
int wpar_need_root(struct par_error **err);

/*
 * wpar_operation_open - lock, then load, a defined WPAR: the order that keeps two commands apart
 * @ret_lock	closed by the caller when its operation is over
 */
int wpar_operation_open(const char *name, int *ret_lock, struct wpar_spec *ret,
			struct par_error **err);

/*
 * wpar_operation_open_forced - the same for -F: an operation that waits for the WPAR to shut down
 * does not keep this one out, for the WPAR's processes are killed
 * PAR_E_BUSY when the other operation has not ended soon afterwards.
 */
int wpar_operation_open_forced(const char *name, int *ret_lock, struct wpar_spec *ret,
			       struct par_error **err);

/* wpar_operation_state - as wpar_state_get_among(), but B when its creation was not completed */
int wpar_operation_state(const struct wpar_traces *traces, const struct wpar_spec *s,
			 enum wpar_state *ret, struct par_error **err);
/* wpar_operation_state_locked - the same for who holds the lock itself */
int wpar_operation_state_locked(const struct wpar_spec *s, enum wpar_state *ret,
				struct par_error **err);

/* wpar_fail_state - "Workload partition NAME is Active …" as PAR_E_WRONG_STATE */
int wpar_fail_state(const struct wpar_spec *s, enum wpar_state st, const char *needs,
		    struct par_error **err);

/*
 * wpar_operation_start / _stop - with the lines that AIX's commands begin with; the lock is held
 * @command	the name that the line about waiting begins with
 */
int wpar_operation_start(const struct wpar_spec *s, struct wpar_say *say, struct par_error **err);
int wpar_operation_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
			const char *command, struct wpar_say *say, struct par_error **err);

/*
 * wpar_operation_start_held, _finish - the two halves of a start: startwpar -1 or -m, and -2
 * @environment	for the first process
 */
int wpar_operation_start_held(const struct wpar_spec *s, enum wpar_hold hold, struct wpar_say *say,
			      struct par_error **err);
int wpar_operation_finish(const struct wpar_spec *s, const struct par_strv *environment,
			  struct wpar_say *say, struct par_error **err);

/*
 * wpar_operation_restart - stop, unless it does not run (@st), then start: rebootwpar, stopwpar -r
 * Killed in between, it leaves wpar_operation_restarting(), and may be called again.
 */
int wpar_operation_restart(const struct wpar_spec *s, enum wpar_state st,
			   const struct wpar_stop_opts *opts, const char *command,
			   struct wpar_say *say, struct par_error **err);
/* wpar_operation_restarting - was a restart killed when the WPAR had stopped? */
bool wpar_operation_restarting(const char *name);
