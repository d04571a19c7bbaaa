/* SPDX-License-Identifier: Apache-2.0 */
/* What a backup leaves out: see patterns.h. */
#include "wparctl/backup/patterns.h"

#include "wparctl/spec/spec.h"

#include <errno.h>
#include <string.h>

#define MAX_PATTERNS (1 << 20) /* bytes of a file of them */

int wpar_patterns_read(const char *path, struct par_strv *ret, struct par_error **err)
{
	auto_buf text = { 0 };
	int r = wpar_config_read(path, MAX_PATTERNS, &text, err);
	char *rest, *line;

	if (r == -ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, r,
				"-e: there is no file '%s'; write it, a pattern of grep on each "
				"line, or leave -e out",
				path);
	if (r < 0)
		return r;
	for (rest = text.data; (line = strsep(&rest, "\n"));) {
		if (line[strspn(line, " \t")] && par_strv_add(ret, line) < 0)
			return par_oom(err);
	}
	return 0;
}
