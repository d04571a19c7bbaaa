/* SPDX-License-Identifier: Apache-2.0 */
#include "lpard/common/os_release.h"

#include <stdio.h>
#include <string.h>

bool par_os_release_value(const char *text, const char *name, char *ret, size_t size)
{
	const size_t n = strlen(name);

	*ret = '\0';
	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n');

		if (strncmp(line, name, n) == 0 && line[n] == '=') {
			const char *value = line + n + 1;

			value += *value == '"' || *value == '\'';
			snprintf(ret, size, "%.*s", (int)strcspn(value, "\"'\n"), value);
			return *ret;
		}
		line = end ? end + 1 : NULL;
	}
	return false;
}
