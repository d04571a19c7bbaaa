/* SPDX-License-Identifier: Apache-2.0 */
/*
 * df in the global environment, where it is installed as such (in an LPAR): GNU df lists one line
 * per device, and the file systems of the WPARs are parts of one.  So this names to it what it
 * would list itself, and beside that every file system below the base directory of an active WPAR.
 */
#include "wparctl/runtime/inside/inside.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* The base directories of WPARs that are mounted: the first line of /run/wpars/NAME/outside. */
static int list_bases(struct par_strv *ret)
{
	autofree char *run = wpar_path(WPAR_RUN_DIR);
	DIR *dir = run ? opendir(run) : NULL;
	struct dirent *e;
	int r = 0;

	while (dir && r == 0 && (e = readdir(dir))) {
		autofree char *path = NULL;
		auto_buf b = { 0 };

		if (e->d_name[0] == '.')
			continue;
		path = par_strdup_printf("%s/%s/outside", run, e->d_name);
		if (!path || par_fs_read(path, 1 << 20, &b) < 0 || b.len == 0)
			continue;
		r = par_strv_add_len(ret, b.data, strcspn(b.data, "\n"));
	}
	if (dir)
		closedir(dir);
	return r;
}

static bool is_of_wpar(const char *point, const struct par_strv *bases)
{
	for (size_t i = 0; i < bases->n; i++) {
		if (wpar_path_is_within(point, bases->v[i]))
			return true;
	}
	return false;
}

/* As GNU df does: with blocks, and the first of its device. */
static bool is_listed(const char *point, dev_t *seen, size_t *n_seen, size_t room)
{
	struct statvfs fs;
	struct stat st;

	if (statvfs(point, &fs) < 0 || fs.f_blocks == 0 || stat(point, &st) < 0)
		return false;
	for (size_t i = 0; i < *n_seen; i++) {
		if (seen[i] == st.st_dev)
			return false;
	}
	if (*n_seen < room)
		seen[(*n_seen)++] = st.st_dev;
	return true;
}

int wpar_df_list_outside(char *mountinfo, struct par_strv *ret)
{
	struct wpar_mounted m;
	auto_strv bases = { 0 };
	size_t n_seen = 0;
	dev_t seen[512];
	char *save = NULL;

	if (list_bases(&bases) < 0)
		return -ENOMEM;
	for (char *l = strtok_r(mountinfo, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!wpar_mounted_parse(l, &m))
			continue;
		if (!is_of_wpar(m.point, &bases) &&
		    !is_listed(m.point, seen, &n_seen, PAR_ARRAY_SIZE(seen)))
			continue;
		if (par_strv_add(ret, m.point) < 0)
			return -ENOMEM;
	}
	return 0;
}
