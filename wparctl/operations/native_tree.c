/* SPDX-License-Identifier: Apache-2.0 */
/* Two trees become one: see native_tree.h.  Nothing is copied, all is renamed. */
#include "wparctl/operations/native_tree.h"

#include "lpard/common/cleanup.h"
#include "lpard/common/fs.h"
#include "wparctl/operations/native_plan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 200 /* of folders that both have; each is open meanwhile */

struct joining {
	int fresh, aside;
	struct par_strv *notes;
	char path[PATH_MAX]; /* of where it is, without a slash at its ends */
	unsigned int depth;
};

/* The folder of the path in the tree @top, made where it is missing. */
static int open_folder_of(int top, const char *path)
{
	autofree char *folder = par_strdup_printf("/%s", path);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	int r = 0;

	if (!slash)
		return -ENOMEM;
	slash[slash == folder] = '\0';
	if (slash != folder)
		r = par_fs_mkdirs_plain(top, folder);
	if (r < 0 && r != -EEXIST)
		return r;
	return par_fs_open_plain(top, folder, O_RDONLY | O_DIRECTORY, 0);
}

/* What has been put aside under its name before is what the same folder had elsewhere. */
static int put_aside(struct joining *j, int from, const char *name)
{
	autofd int to = -1;

	/* A folder in which nothing was changed. */
	if (unlinkat(from, name, AT_REMOVEDIR) == 0)
		return 0;
	to = open_folder_of(j->aside, j->path);
	if (to < 0)
		return to;
	return renameat(from, name, to, name) < 0 ? -errno : 0;
}

static int note_aside(struct joining *j)
{
	autofree char *text = NULL;

	if (!par_printable(j->path))
		return 0;
	text = par_strdup_printf("/%s is another kind of file in the native system; the old one is "
				 "in " WPAR_NATIVE_ASIDE ".",
				 j->path);
	return text ? par_strv_add(j->notes, text) : -ENOMEM;
}

static int each_in(struct joining *j, int from,
		   int (*one)(struct joining *j, int from, const char *name, int to), int to);

static int join_one(struct joining *j, int from, const char *name, int to);

static int join_folders(struct joining *j, int from, const char *name, int to)
{
	autofd int in = par_fs_open_folder(from, name), there = -1;
	int r;

	if (in < 0)
		return in;
	there = par_fs_open_folder(to, name);
	if (there < 0)
		return there;
	if (j->depth == DEPTH_MAX)
		return -ELOOP;
	j->depth++;
	r = each_in(j, in, join_one, there);
	j->depth--;
	if (r < 0)
		return r;
	return unlinkat(from, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* To the place of the same name in the folder @to. */
static int join_one(struct joining *j, int from, const char *name, int to)
{
	struct stat old, there;
	int r;

	if (fstatat(from, name, &old, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	/* An empty folder gives its place up to another one, with all that belongs to it. */
	if (renameat(from, name, to, name) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST && errno != EISDIR && errno != ENOTDIR)
		return -errno;
	if (fstatat(to, name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISDIR(old.st_mode) && S_ISDIR(there.st_mode))
		return join_folders(j, from, name, to);
	r = note_aside(j);
	return r < 0 ? r : put_aside(j, from, name);
}

static int place_one(struct joining *j, int from, const char *name, int to);

static int place_in(struct joining *j, int from, const char *name)
{
	autofd int in = par_fs_open_folder(from, name);
	int r = in < 0 ? in : each_in(j, in, place_one, -1);

	if (r < 0)
		return r;
	return unlinkat(from, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* By what is to become of it. */
static int place_one(struct joining *j, int from, const char *name, int to)
{
	const enum wpar_keeping what = wpar_native_keeping(j->path);
	autofd int place = -1;
	struct stat st;

	(void)to;
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode) && wpar_native_splits(j->path))
		return place_in(j, from, name);
	switch (what) {
	case WPAR_KEEP_HERE:
		place = open_folder_of(j->fresh, j->path);
		return place < 0 ? place : join_one(j, from, name, place);
	case WPAR_KEEP_PART: /* here the old system has no folder */
	case WPAR_KEEP_ASIDE:
	case WPAR_KEEP_CHANGED:
		return put_aside(j, from, name);
	case WPAR_KEEP_NOT:
		break;
	}
	return par_fs_remove_tree(from, name);
}

static int each_in(struct joining *j, int from,
		   int (*one)(struct joining *j, int from, const char *name, int to), int to)
{
	const size_t len = strlen(j->path);
	struct dirent **list = NULL;
	int n = scandirat(from, ".", &list, NULL, alphasort), r = n < 0 ? -errno : 0;

	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (r == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			const int w = snprintf(j->path + len, sizeof(j->path) - len, "%s%s",
					       len ? "/" : "", name);

			r = (size_t)w >= sizeof(j->path) - len ? -ENAMETOOLONG
							       : one(j, from, name, to);
			j->path[len] = '\0';
		}
		free(list[i]);
	}
	free(list);
	return r;
}

int wpar_native_tree_join(int old, int fresh, struct par_strv *notes)
{
	autofree struct joining *j = calloc(1, sizeof(*j));
	autofd int aside = -1;
	int r = par_fs_mkdirs_plain(fresh, WPAR_NATIVE_ASIDE);

	if (!j)
		return -ENOMEM;
	if (r < 0 && r != -EEXIST)
		return r;
	aside = par_fs_open_plain(fresh, WPAR_NATIVE_ASIDE, O_RDONLY | O_DIRECTORY, 0);
	if (aside < 0)
		return aside;
	/* It has the old system's secrets. */
	if (fchmod(aside, 0700) < 0)
		return -errno;
	*j = (struct joining){ .fresh = fresh, .aside = aside, .notes = notes };
	return each_in(j, old, place_one, -1);
}
