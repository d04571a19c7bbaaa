/* SPDX-License-Identifier: Apache-2.0 */
/* Clears away what a WPAR has left: see clear.h. */
#include "wparctl/runtime/life/clear.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/spec/spec.h"

#define END_TIMEOUT_MS 60000

static int end_processes(const char *name)
{
	autofd int cgroup = wpar_cgroup_open(name, false, NULL);
	int r;

	if (cgroup < 0)
		return 0;
	wpar_cgroup_kill(cgroup);
	r = wpar_cgroup_wait_empty(cgroup, END_TIMEOUT_MS);
	if (r < 0)
		return r;
	return wpar_cgroup_remove(name);
}

int wpar_clear(const char *name, struct par_error **err)
{
	autofree char *run = wpar_path("/run/wpars");
	autofd int dir = -1;
	int r = end_processes(name);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the processes of '%s' cannot be ended",
				name);
	dir = run ? open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (dir < 0)
		return 0;
	r = par_fs_remove_tree(dir, name);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s/%s' cannot be removed", run, name) : 0;
}
