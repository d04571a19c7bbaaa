/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What state a WPAR is in: see state.h.  The kernel is asked each time: the control group (are
 * there processes?), and the lock (is a command at it?).
 */
#include "wparctl/runtime/life/state.h"

#include "wparctl/filesystem/rootfs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/life/checkpoint_mark.h"
#include "wparctl/runtime/life/hold.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/runtime/life/monitor_record.h"
#include "wparctl/runtime/life/move_record.h"

#define DYING_MS 5000 /* on a machine that has much else to do */

/* 1: the WPAR runs; 0: nothing runs; -ESRCH: something does, without a first process. */
static int probe_group(const struct wpar_spec *s, struct wpar_cgroup_state *ret)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, NULL);
	pid_t init;
	int r;

	if (cgroup < 0)
		return wpar_cgroup_is_absent(cgroup) ? 0 : cgroup;
	r = wpar_cgroup_state(cgroup, ret);
	if (r < 0 || !ret->populated)
		return r;
	init = wpar_cgroup_await_init(cgroup, WPAR_CGROUP_START_MS);
	if (init == -EAGAIN)
		return -ESRCH;
	if (init != 0)
		return init > 0 ? 1 : (int)init;
	/* The kernel ends all processes of a first process that has ended: at once, but not
	 * atomically. */
	if (wpar_cgroup_wait_empty(cgroup, DYING_MS) == 0)
		return 0;
	return wpar_cgroup_init(cgroup) > 0 ? 1 : -ESRCH;
}

/* Of one that does not run: is it there, or, which some @may be, about to be started again? */
static int probe_files(const struct wpar_spec *s, bool may, enum wpar_state *ret,
		       struct par_error **err)
{
	int r = s->type == WPAR_APPLICATION ? 1 : wpar_rootfs_complete(s->name);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the state of '%s' cannot be read", s->name);
	if (may && wpar_monitor_restarts(s->name))
		*ret = WPAR_STATE_TRANSITIONAL;
	else
		*ret = r > 0 ? WPAR_STATE_DEFINED : WPAR_STATE_BROKEN;
	return 0;
}

/* Who is about to let one go that stands still has the lock. */
static enum wpar_state state_of_frozen(const struct wpar_spec *s)
{
	if (wpar_checkpoint_marked(s->name, WPAR_MARK_RESTORING))
		return WPAR_STATE_BROKEN;
	return wpar_checkpoint_marked(s->name, WPAR_MARK_PAUSED) ? WPAR_STATE_PAUSED
								 : WPAR_STATE_FROZEN;
}

/* Its first process may wait for startwpar -2. */
static enum wpar_state state_of_running(const struct wpar_spec *s)
{
	return s->type == WPAR_SYSTEM && wpar_hold_of(s->name) != WPAR_HOLD_NONE
		       ? WPAR_STATE_LOADED
		       : WPAR_STATE_ACTIVE;
}

int wpar_state_probe(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	struct wpar_cgroup_state st = { 0 };
	int r = probe_group(s, &st);

	if (r < 0 && r != -ESRCH)
		return par_fail(err, PAR_E_SYSTEM, r, "the control group of '%s' cannot be read",
				s->name);
	if (r == 0)
		return probe_files(s, true, ret, err);
	if (r < 0)
		*ret = WPAR_STATE_BROKEN;
	else
		*ret = st.frozen ? state_of_frozen(s) : state_of_running(s);
	return 0;
}

/* One that stands still here, and may be started by the mover only. */
static int tell_moving(const struct wpar_spec *s, enum wpar_state *ret)
{
	if ((*ret == WPAR_STATE_DEFINED || *ret == WPAR_STATE_PAUSED) &&
	    wpar_move_is_under_way(s->name))
		*ret = WPAR_STATE_MOVING;
	return 0;
}

int wpar_state_get(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	bool busy = wpar_lock_busy(s->name);
	int r;

	*ret = WPAR_STATE_TRANSITIONAL;
	if (busy && !wpar_lock_is_monitors(s->name))
		return 0;
	r = wpar_state_probe(s, ret, err);
	/* The monitor of one that runs mounts something there, which changes no state; of one that
	 * no longer does it clears away. */
	if (r == 0 && busy && (*ret == WPAR_STATE_DEFINED || *ret == WPAR_STATE_BROKEN))
		*ret = WPAR_STATE_TRANSITIONAL;
	return r < 0 ? r : tell_moving(s, ret);
}

int wpar_state_get_among(const struct wpar_traces *traces, const struct wpar_spec *s,
			 enum wpar_state *ret, struct par_error **err)
{
	int r;

	if (wpar_traces_may_be(traces, s->name))
		return wpar_state_get(s, ret, err);
	r = probe_files(s, false, ret, err);
	return r < 0 ? r : tell_moving(s, ret);
}
