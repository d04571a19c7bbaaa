/* SPDX-License-Identifier: Apache-2.0 */
/* -f FILE: see names_file.h. */
#include "wparctl/operations/names_file.h"

#include "lpard/common/fs.h"

#include <string.h>

#define MAX_NAMES_FILE (1 << 20)

int wpar_names_of_file(const char *path, struct par_strv *ret, struct par_error **err)
{
	auto_buf text = { 0 };
	int r = par_fs_read(path, MAX_NAMES_FILE, &text);
	char *rest, *line;

	if (r < 0)
		return par_fail(err, r == -ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, r,
				"'%s' cannot be read", path);
	for (rest = text.data; (line = strsep(&rest, "\n"));) {
		line = par_trim(line);
		if (*line && *line != '#' && *line != '*' && par_strv_add(ret, line) < 0)
			return par_oom(err);
	}
	return ret->n ? 0
		      : par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "'%s' names no workload partition",
				 path);
}
