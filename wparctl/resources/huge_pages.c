/* SPDX-License-Identifier: Apache-2.0 */
/* The huge pages of a WPAR: see huge_pages.h. */
#include "wparctl/resources/huge_pages.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

void wpar_huge_pages_file(uint64_t size_kib, bool reserved, char ret[48])
{
	const bool gib = size_kib >= 1 << 20, mib = size_kib >= 1 << 10;

	snprintf(ret, 48, "hugetlb.%" PRIu64 "%s.%smax",
		 gib   ? size_kib >> 20
		 : mib ? size_kib >> 10
		       : size_kib,
		 gib   ? "GB"
		 : mib ? "MB"
		       : "KB",
		 reserved ? "rsvd." : "");
}

/* The system's usual size, in KiB; 0: it has none. */
static uint64_t usual_size(void)
{
	static const char key[] = "\nHugepagesize:";
	auto_buf b = { 0 };
	const char *at = par_fs_read("/proc/meminfo", 65536, &b) == 0 ? strstr(b.data, key) : NULL;

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* Each file of the group that limits huge pages of a size. */
static void refuse_all(int group)
{
	struct dirent **list = NULL;
	int n = scandirat(group, ".", &list, NULL, NULL);

	for (int i = 0; i < n; i++) {
		if (fnmatch("hugetlb.*.max", list[i]->d_name, 0) == 0)
			par_fs_write_str(group, list[i]->d_name, "0");
		free(list[i]);
	}
	free(list);
}

/* The groups of all WPARs: the first that asks gives every other one a limit of none. */
static void refuse_others(int top)
{
	struct dirent **list = NULL;
	int n = scandirat(top, ".", &list, NULL, NULL);

	for (int i = 0; i < n; i++) {
		autofd int group =
			list[i]->d_type != DT_DIR || list[i]->d_name[0] == '.'
				? -1
				: openat(top, list[i]->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (group >= 0)
			refuse_all(group);
		free(list[i]);
	}
	free(list);
}

/* The group above has what all WPARs together may have. */
static void add_up(int top, const char *file)
{
	const uint64_t sum = wpar_limits_sum(top, file);
	char text[32];

	if (sum == UINT64_MAX)
		snprintf(text, sizeof(text), "max");
	else
		snprintf(text, sizeof(text), "%" PRIu64, sum);
	par_fs_write_str(top, file, text);
}

static int write_pages(int top, int cgroup, uint64_t size_kib, uint64_t pages)
{
	char text[32] = "max", file[48];

	if (pages != WPAR_UNLIMITED)
		snprintf(text, sizeof(text), "%" PRIu64, pages * (size_kib << 10));
	for (int reserved = 0; reserved < 2; reserved++) {
		int r;

		wpar_huge_pages_file(size_kib, reserved, file);
		r = par_fs_write_str(cgroup, file, text);
		if (r < 0)
			return r;
		add_up(top, file);
	}
	return 0;
}

int wpar_huge_pages_set(const struct wpar_spec *s, int cgroup)
{
	const uint64_t pages = wpar_limits_in_force(s)->total_large_pages;
	const uint64_t size_kib = usual_size();
	autofd int top = -1, lock = -1;
	char file[48];
	bool has;
	int r;

	wpar_huge_pages_file(size_kib, false, file);
	has = faccessat(cgroup, file, F_OK, 0) == 0;
	if (size_kib == 0 || (!has && pages == 0))
		return 0;
	top = openat(cgroup, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return -errno;
	lock = wpar_limits_lock(top);
	r = has ? 0 : par_fs_write_str(top, "cgroup.subtree_control", "+hugetlb");
	if (r < 0)
		return pages ? r : 0;
	if (!has)
		refuse_others(top);
	else
		refuse_all(cgroup);
	return write_pages(top, cgroup, size_kib, pages);
}
