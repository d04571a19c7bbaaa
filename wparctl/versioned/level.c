/* SPDX-License-Identifier: Apache-2.0 */
/* The level of this system: see level.h. */
#include "wparctl/versioned/level.h"

#include "lpard/common/fs.h"

#include <ctype.h>
#include <string.h>

/* VERSION_ID="12" of os-release(5) */
static bool find_version(const char *text, char ret[WPAR_LEVEL_MAX])
{
	static const char key[] = "VERSION_ID=";

	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n');

		if (par_starts_with(line, key)) {
			const char *value = line + strlen(key);

			value += *value == '"' || *value == '\'';
			snprintf(ret, WPAR_LEVEL_MAX, "%.*s", (int)strcspn(value, "\"'\n"), value);
			return *ret;
		}
		line = end ? end + 1 : NULL;
	}
	return false;
}

bool wpar_level_here(char ret[WPAR_LEVEL_MAX])
{
	auto_buf debian = { 0 }, release = { 0 };

	if (par_fs_read("/etc/debian_version", 256, &debian) == 0 && debian.data &&
	    isdigit((unsigned char)debian.data[0])) {
		snprintf(ret, WPAR_LEVEL_MAX, "%.*s", (int)strcspn(debian.data, " \n"),
			 debian.data);
		return true;
	}
	return par_fs_read("/etc/os-release", 65536, &release) == 0 && release.data &&
	       find_version(release.data, ret);
}
