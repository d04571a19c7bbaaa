/* SPDX-License-Identifier: Apache-2.0 */
/* The network of an active WPAR: see active_network.h. */
#include "wparctl/runtime/life/active_network.h"

#include "wparctl/network/plan_change.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/spec/keys.h"

static bool is_changed(const struct wpar_spec *before, const struct wpar_spec *after)
{
	return before->routing != after->routing ||
	       wpar_records_differ(before, after, WPAR_STANZA_NETWORK) ||
	       wpar_records_differ(before, after, WPAR_STANZA_ROUTE);
}

int wpar_network_change(const struct wpar_spec *before, const struct wpar_spec *after,
			struct par_error **err)
{
	auto_net_plan old = { 0 }, new = { 0 };
	autofd int cgroup = -1;
	pid_t init;
	int r;

	if (!is_changed(before, after) && !wpar_net_change_is_open(before->name))
		return 0;
	cgroup = wpar_cgroup_open(before->name, false, NULL);
	init = cgroup < 0 ? 0 : wpar_cgroup_init(cgroup);
	if (init <= 0)
		return 0;
	r = wpar_launch_plan_network(before, &old, err);
	if (r < 0)
		return r;
	r = wpar_launch_plan_network(after, &new, err);
	return r < 0 ? r : wpar_net_change(&old, &new, init, err);
}

void wpar_network_settle(const struct wpar_spec *now)
{
	auto_net_plan plan = { 0 };

	if (wpar_net_change_is_open(now->name) && wpar_launch_plan_network(now, &plan, NULL) == 0)
		wpar_net_change_end(&plan, NULL);
}

void wpar_network_undo(const struct wpar_spec *before, const struct wpar_spec *after)
{
	/* What is there is known: nothing has to be made again. */
	wpar_network_settle(after);
	if (wpar_network_change(after, before, NULL) == 0)
		wpar_network_settle(before);
}
