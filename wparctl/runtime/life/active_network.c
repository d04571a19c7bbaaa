/* SPDX-License-Identifier: Apache-2.0 */
/* The network of an active WPAR: see active_network.h. */
#include "wparctl/runtime/life/active_network.h"

#include "wparctl/network/plan_change.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch/launch.h"

int wpar_network_change(const struct wpar_spec *before, const struct wpar_spec *after,
			struct par_error **err)
{
	auto_net_plan old = { 0 }, new = { 0 };
	autofd int cgroup = wpar_cgroup_open(before->name, false, NULL);
	pid_t init = cgroup < 0 ? 0 : wpar_cgroup_init(cgroup);
	int r;

	if (init <= 0)
		return 0;
	r = wpar_launch_plan_network(before, &old, err);
	if (r == 0)
		r = wpar_launch_plan_network(after, &new, err);
	return r < 0 ? r : wpar_net_change(&old, &new, init, err);
}
