/* SPDX-License-Identifier: Apache-2.0 */
/* Clears away what a WPAR has left: see clear.h. */
#include "wparctl/runtime/life/clear.h"

#include "lpard/common/fs.h"
#include "wparctl/network/apply.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/limits.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/runtime/life/monitor_record.h"
#include "wparctl/runtime/life/outside_show.h"
#include "wparctl/runtime/life/ownership.h"

#define END_TIMEOUT_MS 60000

static int end_group(const char *name)
{
	int r = wpar_cgroup_remove_empty(name);
	autofd int cgroup = -1;

	if (r == 0)
		return 0;
	cgroup = wpar_cgroup_open(name, false, NULL);
	if (cgroup < 0)
		return wpar_cgroup_is_absent(cgroup) ? 0 : cgroup;
	wpar_cgroup_kill(cgroup);
	r = wpar_cgroup_wait_empty(cgroup, END_TIMEOUT_MS);
	if (r < 0)
		return r;
	return wpar_cgroup_remove(name);
}

static int end_processes(const char *name)
{
	autofree char *path = wpar_cgroup_path(".");
	autofd int top = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int r = end_group(name);

	if (r == 0 && top >= 0)
		wpar_limits_left(top);
	return r;
}

int wpar_clear(const char *name, struct par_error **err)
{
	autofree char *run = wpar_path("/run/wpars");
	autofree char *own = wpar_path("/run/wpars/%s", name);
	autofd int dir = -1;
	int r = end_processes(name);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the processes of '%s' cannot be ended",
				name);
	/* What is to be undone is written down there: nothing was. */
	if (own && access(own, F_OK) < 0 && errno == ENOENT)
		return 0;
	r = wpar_net_clear(name, err);
	if (r < 0)
		return r;
	wpar_outside_end(name);
	dir = run ? open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (dir < 0)
		return 0;
	r = par_fs_remove_tree(dir, name);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s/%s' cannot be removed", run, name) : 0;
}

static bool has_remains(const char *name)
{
	autofree char *group = wpar_cgroup_path(name);
	autofree char *run = wpar_path("/run/wpars/%s", name);

	return (group && access(group, F_OK) == 0) || (run && access(run, F_OK) == 0);
}

void wpar_clear_ended(const struct wpar_spec *s)
{
	struct wpar_cgroup_state st = { 0 };
	autofd int lock = -1, cgroup = -1;

	if (s->type != WPAR_SYSTEM || !has_remains(s->name) || wpar_lock(s->name, &lock, NULL) < 0)
		return;
	/* A monitor that lives clears away itself, and knows whether it is to start again. */
	if (wpar_monitor_pid(s->name) > 0)
		return;
	/* Only now: a start may have come in between. */
	cgroup = wpar_cgroup_open(s->name, false, NULL);
	if (cgroup >= 0 && (wpar_cgroup_state(cgroup, &st) < 0 || st.populated))
		return;
	wpar_clear(s->name, NULL); /* ignoring: the next start or removal does it, and says so */
	wpar_owner_stopped(s);
}
