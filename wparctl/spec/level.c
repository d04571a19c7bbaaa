/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of operating systems: see level.h. */
#include "wparctl/spec/level.h"

#include "lpard/common/fs.h"
#include "lpard/common/os_release.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

bool wpar_level_here(char ret[WPAR_LEVEL_MAX])
{
	auto_buf debian = { 0 }, release = { 0 };

	if (par_fs_read("/etc/debian_version", 256, &debian) == 0 && debian.data &&
	    isdigit((unsigned char)debian.data[0])) {
		snprintf(ret, WPAR_LEVEL_MAX, "%.*s", (int)strcspn(debian.data, " \n"),
			 debian.data);
		return true;
	}
	return par_fs_read("/etc/os-release", PAR_OS_RELEASE_MAX, &release) == 0 &&
	       par_os_release_value(release.data, "VERSION_ID", ret, WPAR_LEVEL_MAX);
}

bool wpar_system_here(char ret[WPAR_LEVEL_MAX])
{
	auto_buf release = { 0 };

	return par_fs_read("/etc/os-release", PAR_OS_RELEASE_MAX, &release) == 0 &&
	       par_os_release_value(release.data, "ID", ret, WPAR_LEVEL_MAX);
}

/* The number at the front of *@p, which goes on behind it; -1: there is none that can be. */
static int64_t take_number(const char **p)
{
	int64_t n = 0;

	if (!isdigit((unsigned char)**p))
		return -1;
	for (; isdigit((unsigned char)**p); (*p)++) {
		n = n * 10 + (**p - '0');
		if (n > INT32_MAX)
			return -1;
	}
	return n;
}

enum wpar_level_order wpar_level_compare(const char *level, const char *here)
{
	enum wpar_level_order order = WPAR_LEVEL_SAME;

	for (bool first = true; level && here && (first || *level || *here); first = false) {
		const int64_t a = !first && !*level ? -2 : take_number(&level);
		const int64_t b = !first && !*here ? -2 : take_number(&here);

		if (a == -1 || b == -1 || (*level && *level != '.') || (*here && *here != '.'))
			return WPAR_LEVEL_UNKNOWN;
		if (order == WPAR_LEVEL_SAME && a != b)
			order = a < b ? WPAR_LEVEL_OLDER : WPAR_LEVEL_NEWER;
		level += *level == '.' && level[1];
		here += *here == '.' && here[1];
	}
	return level && here ? order : WPAR_LEVEL_UNKNOWN;
}

bool wpar_level_same_release(const char *a, const char *b)
{
	const size_t n = strcspn(a, ".");

	return n == strcspn(b, ".") && strncmp(a, b, n) == 0;
}
