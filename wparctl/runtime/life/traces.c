/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which WPARs have left a trace: see traces.h.  /run/wpars has NAME.lock from the first command on,
 * NAME/ and NAME.cf; the control groups have NAME.
 */
#include "wparctl/runtime/life/traces.h"

#include "wparctl/resources/cgroup.h"
#include "wparctl/spec/spec.h"

#include <dirent.h>
#include <string.h>

void wpar_traces_done(struct wpar_traces *t)
{
	par_strv_done(&t->names);
	*t = (struct wpar_traces){ 0 };
}

/* The names of a folder up to their first dot, which no WPAR's name has. */
static int add_names(DIR *dir, struct par_strv *names)
{
	struct dirent *e;

	while ((errno = 0, e = readdir(dir))) {
		const size_t len = strcspn(e->d_name, ".");

		if (len > 0 && par_strv_add_len(names, e->d_name, len) < 0)
			return -ENOMEM;
	}
	return -errno;
}

/* A folder that is not there has none. */
static int add_folder(const char *path, struct par_strv *names)
{
	DIR *dir = opendir(path);
	int r;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	r = add_names(dir, names);
	closedir(dir);
	return r;
}

void wpar_traces_take(struct wpar_traces *ret)
{
	autofree char *run = wpar_path(WPAR_RUN_DIR), *groups = wpar_cgroup_path(".");

	*ret = (struct wpar_traces){ 0 };
	/* A machine without control groups runs no WPAR. */
	if (!run || add_folder(run, &ret->names) < 0 ||
	    (groups && add_folder(groups, &ret->names) < 0))
		return;
	par_strv_sort(&ret->names);
	ret->known = true;
}

bool wpar_traces_may_be(const struct wpar_traces *t, const char *name)
{
	return !t->known || par_strv_has(&t->names, name);
}
