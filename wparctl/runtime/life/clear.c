/* SPDX-License-Identifier: Apache-2.0 */
/* Clears away what a WPAR has left: see clear.h. */
#include "wparctl/runtime/life/clear.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/spec/spec.h"

int wpar_clear(const char *name, struct par_error **err)
{
	autofree char *run = wpar_path("/run/wpars");
	autofd int cgroup = wpar_cgroup_open(name, false, NULL), dir = -1;
	int r = 0;

	if (cgroup >= 0) {
		wpar_cgroup_kill(cgroup);
		r = wpar_cgroup_wait_empty(cgroup, 60000);
		if (r == 0)
			r = wpar_cgroup_remove(name);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r,
					"the processes of '%s' cannot be ended", name);
	}
	dir = run ? open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (dir >= 0)
		r = par_fs_remove_tree(dir, name);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s/%s' cannot be removed", run, name) : 0;
}
