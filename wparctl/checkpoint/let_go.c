/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR goes on after a checkpoint: see let_go.h. */
#include "wparctl/checkpoint/let_go.h"

#include "wparctl/checkpoint/free_sockets.h"
#include "wparctl/network/again.h"
#include "wparctl/network/apply.h"
#include "wparctl/network/ping_range.h"
#include "wparctl/network/record.h"
#include "wparctl/network/unlock.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/life/checkpoint_mark.h"

int wpar_let_go_links(const struct wpar_net_plan *p, struct par_strv *ret)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->steps[i].kind == WPAR_NET_LINK && par_strv_add(ret, p->steps[i].device) < 0)
			return -ENOMEM;
	}
	return 0;
}

int wpar_let_go_ping(const struct wpar_spec *s, pid_t pid)
{
	return wpar_net_ping_range(pid, s->idbase, s->idbase + s->idrange - 1);
}

/* Its links were taken down so that nothing that came meanwhile was answered. */
static int connect_again(const struct wpar_spec *s, pid_t init, struct wpar_net_plan *p,
			 struct par_error **err)
{
	auto_strv links = { 0 };
	int r = wpar_launch_plan_network(s, p, err);

	if (r < 0)
		return r;
	if (wpar_let_go_links(p, &links) < 0)
		return par_oom(err);
	if (p->n == 0)
		return 0;
	r = wpar_net_record_write(p, err);
	if (r < 0)
		return r;
	return wpar_net_apply_again(p, (const char *const *)links.v, links.n, init, err);
}

static int go_on(const struct wpar_spec *s, int cgroup, pid_t init, struct par_error **err)
{
	auto_net_plan network = { 0 };
	int r = connect_again(s, init, &network, err);

	if (r < 0)
		return r;
	r = wpar_cgroup_freeze(cgroup, false);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "workload partition '%s' cannot be let go on",
				s->name);
	/* Of one that runs it means nothing; but the next who freezes it must not find it. */
	r = wpar_checkpoint_unmark(s->name, WPAR_MARK_PAUSED);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the state of '%s' cannot be written",
				s->name);
	wpar_net_announce(&network, true);
	return 0;
}

/* What one that was killed has not given back. */
static int take_from_criu(const struct wpar_spec *s, int cgroup, pid_t init, struct par_error **err)
{
	int r = wpar_net_unlock(init);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"what criu has left in the network of '%s' cannot be removed",
				s->name);
	r = wpar_free_sockets(cgroup);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the connections of '%s' cannot be taken back from criu", s->name)
		     : 0;
}

int wpar_let_go(const struct wpar_spec *s, struct par_error **err)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, err);
	struct wpar_cgroup_state st = { 0 };
	pid_t init;
	int r;

	if (cgroup < 0)
		return cgroup;
	init = wpar_cgroup_init(cgroup);
	if (init <= 0)
		return par_fail(err, PAR_E_WRONG_STATE, 0, "'%s' has no first process", s->name);
	r = wpar_cgroup_state(cgroup, &st);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the control group of '%s' cannot be read",
				s->name);
	wpar_let_go_ping(s, init); /* ignoring: ping says so */
	r = take_from_criu(s, cgroup, init, err);
	if (r < 0)
		return r;
	return st.frozen ? go_on(s, cgroup, init, err) : 0;
}
