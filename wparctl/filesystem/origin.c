/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of what WPARs have from the LPAR: see origin.h. */
#include "wparctl/filesystem/origin.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <string.h>

#define LISTS	 WPAR_STORE_DIR "/lists"
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

static int make_folder(void)
{
	autofree char *folder = wpar_path(LISTS);

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
	int r = make_folder();

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
	r = make_folder();
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

void wpar_origin_copy(const char *old, const char *new)
{
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
	for (size_t i = 0; i < PAR_ARRAY_SIZE(suffixes); i++) {
		autofree char *path = list_path(name, (enum wpar_origin)i);

		if (path) {
			unlink(path);
			par_fs_replace_clear(AT_FDCWD, path);
		}
	}
}
