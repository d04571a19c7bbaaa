/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What state a WPAR is in: see state.h.  The kernel is asked each time: the control group (are
 * there processes?), and the lock (is a command at it?).
 */
#include "wparctl/runtime/life/state.h"

#include "wparctl/filesystem/rootfs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/life/lock.h"

int wpar_state_probe(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, NULL);
	struct wpar_cgroup_state st = { 0 };
	int r;

	if (cgroup >= 0) {
		r = wpar_cgroup_state(cgroup, &st);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r,
					"the control group of '%s' cannot be read", s->name);
	}
	if (!st.populated)
		*ret = s->type == WPAR_APPLICATION || wpar_rootfs_complete(s->name)
			       ? WPAR_STATE_DEFINED
			       : WPAR_STATE_BROKEN;
	else if (wpar_cgroup_init(cgroup) <= 0)
		*ret = WPAR_STATE_BROKEN;
	else
		*ret = st.frozen ? WPAR_STATE_FROZEN : WPAR_STATE_ACTIVE;
	return 0;
}

int wpar_state_get(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err)
{
	if (wpar_lock_busy(s->name)) {
		*ret = WPAR_STATE_TRANSITIONAL;
		return 0;
	}
	return wpar_state_probe(s, ret, err);
}
