/* SPDX-License-Identifier: Apache-2.0 */
/* Where criu and its log belong: see home_group.h. */
#include "wparctl/checkpoint/home_group.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"

#include <libgen.h>
#include <limits.h>
#include <string.h>

char *wpar_home_group(void)
{
	/* "/sys/fs/cgroup/wpars/x", of which the tree's root is what stands before. */
	autofree char *top = wpar_cgroup_top(), *path = wpar_cgroup_path("x");
	auto_buf text = { 0 };
	const char *line;
	size_t len;

	if (!top || !path || par_fs_read("/proc/self/cgroup", 1 << 16, &text) < 0 || !text.data)
		return NULL;
	line = par_starts_with(text.data, "0::") ? text.data : strstr(text.data, "\n0::");
	if (!line)
		return NULL;
	line = strstr(line, "::") + 2;
	len = strlen(path) - strlen(top) - strlen("/x");
	return par_strdup_printf("%.*s%.*s", (int)len, path, (int)strcspn(line, "\n"), line);
}

int wpar_criu_log_path(const char *given, const char *folder, const char *name, char **ret,
		       struct par_error **err)
{
	autofree char *above = NULL, *real = NULL, *last = NULL;

	if (!given) {
		*ret = par_strdup_printf("%s/%s", folder, name);
		return *ret ? 0 : par_oom(err);
	}
	above = strdup(given);
	last = strdup(given);
	if (!above || !last)
		return par_oom(err);
	real = realpath(dirname(above), NULL);
	if (!real)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "the folder of '%s' is not there", given);
	*ret = par_strdup_printf("%s/%s", real, basename(last));
	return *ret ? 0 : par_oom(err);
}
