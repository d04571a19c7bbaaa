/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of what WPARs have from the LPAR: see origin.h. */
#include "wparctl/filesystem/origin.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <string.h>

#define LISTS	 WPAR_STORE_DIR "/lists"
#define LEVELS	 WPAR_STORE_DIR "/levels"
#define MAX_LIST (256u << 20)

/* A WPAR's name has no dot. */
static const char *const suffixes[] = {
	[WPAR_ORIGIN_ROOT] = "",
	[WPAR_ORIGIN_PRIVATE] = ".private",
};

static char *list_path(const char *name, enum wpar_origin which)
{
	return wpar_path(LISTS "/%s%s", name, suffixes[which]);
}

static char *level_path(const char *name)
{
	return wpar_path(LEVELS "/%s", name);
}

static int make_folder(const char *of)
{
	autofree char *folder = wpar_path("%s", of);

	return folder ? par_fs_mkdirs(folder, 0700) : -ENOMEM;
}

/* A list is never written to, so that one file serves all WPARs of a generation. */
static int link_list(int at, const char *from, const char *to)
{
	if (unlink(to) < 0 && errno != ENOENT)
		return -errno;
	return linkat(at, from, AT_FDCWD, to, 0) < 0 ? -errno : 0;
}

int wpar_origin_take(const char *name, int folder)
{
	autofree char *path = list_path(name, WPAR_ORIGIN_ROOT);
	int r = make_folder(LISTS);

	if (r < 0)
		return r;
	return path ? link_list(folder, "list", path) : -ENOMEM;
}

int wpar_origin_write(const char *name, enum wpar_origin which, const struct wpar_inventory *l)
{
	autofree char *path = list_path(name, which);
	auto_buf text = { 0 };
	int r = wpar_inventory_write(l, &text);

	if (r < 0 || !path)
		return -ENOMEM;
	r = make_folder(LISTS);
	if (r < 0)
		return r;
	return par_fs_replace(AT_FDCWD, path, text.data ? text.data : "", text.len, 0600);
}

int wpar_origin_read(const char *name, enum wpar_origin which, struct wpar_inventory *ret)
{
	autofree char *path = list_path(name, which);
	auto_buf text = { 0 };
	int r = path ? par_fs_read(path, MAX_LIST, &text) : -ENOMEM;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = wpar_inventory_parse(text.data ? text.data : "", ret);
	return r < 0 ? r : 1;
}

int wpar_origin_note_level(const char *name, const char *level, bool lasting)
{
	autofree char *path = level_path(name);
	int r = make_folder(LEVELS);

	if (!path)
		return -ENOMEM;
	if (r < 0)
		return r;
	if (!level || !*level || strlen(level) >= WPAR_LEVEL_MAX || !par_printable(level))
		return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
	return lasting ? par_fs_replace(AT_FDCWD, path, level, strlen(level), 0600)
		       : par_fs_replace_volatile(AT_FDCWD, path, level, strlen(level), 0600);
}

bool wpar_origin_level(const char *name, char ret[WPAR_LEVEL_MAX])
{
	autofree char *path = level_path(name);
	auto_buf text = { 0 };

	if (!path || par_fs_read(path, WPAR_LEVEL_MAX - 1, &text) < 0 || !text.len ||
	    !par_printable(text.data))
		return false;
	snprintf(ret, WPAR_LEVEL_MAX, "%s", text.data);
	return true;
}

void wpar_origin_copy(const char *old, const char *new)
{
	char level[WPAR_LEVEL_MAX];

	/* One that is not noted is not known. */
	(void)!wpar_origin_note_level(new, wpar_origin_level(old, level) ? level : NULL, true);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(suffixes); i++) {
		autofree char *from = list_path(old, (enum wpar_origin)i);
		autofree char *to = list_path(new, (enum wpar_origin)i);

		/* Without its list a WPAR keeps all that differs: syncwpar lists it. */
		if (from && to && access(from, F_OK) == 0)
			(void)!link_list(AT_FDCWD, from, to);
	}
}

void wpar_origin_remove(const char *name)
{
	autofree char *level = level_path(name);

	if (level) {
		unlink(level);
		par_fs_replace_clear(AT_FDCWD, level);
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(suffixes); i++) {
		autofree char *path = list_path(name, (enum wpar_origin)i);

		if (path) {
			unlink(path);
			par_fs_replace_clear(AT_FDCWD, path);
		}
	}
}
