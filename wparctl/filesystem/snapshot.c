/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of base directories: see snapshot.h. */
#include "wparctl/filesystem/snapshot.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/subvolume.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/spec/spec.h"

#include <string.h>
#include <unistd.h>

#define NAME ".snapshot" /* a name that begins with a dot is none of a volume */

static int open_volumes(const char *base)
{
	autofree char *path = wpar_volume_folder(base);
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return path ? par_fs_open_plain(root, path, O_RDONLY | O_DIRECTORY, 0) : -ENOMEM;
}

/* When nothing else is in it. */
static void remove_folder(const char *base)
{
	autofree char *path = wpar_volume_folder(base);

	if (path)
		rmdir(path);
}

int wpar_snapshot_clear(const char *base)
{
	autofd int folder = open_volumes(base);
	int r;

	/* A place that cannot be opened has none of ours: each is made in one that could be. */
	if (folder < 0)
		return folder == -ENOMEM ? folder : 0;
	if (faccessat(folder, NAME, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	r = wpar_subvolume_remove(folder, NAME);
	if (r == 0)
		remove_folder(base);
	return r;
}

void wpar_snapshot_done(struct wpar_snapshot *s)
{
	if (s->folder >= 0) {
		wpar_subvolume_remove(s->folder, NAME); /* what stays, the next one removes */
		close(s->folder);
		remove_folder(s->base);
	}
	if (s->top >= 0)
		close(s->top);
	free(s->inside);
	free(s->path);
	free(s->base);
	*s = WPAR_NO_SNAPSHOT;
}

static int find_top(const char *base, struct wpar_snapshot *s, const char **ret_why)
{
	autofd int fd = open(base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	s->top = wpar_subvolume_find(fd, &s->inside);
	if (s->top < 0) {
		*ret_why =
			s->top == -EOPNOTSUPP
				? "its base directory does not lie on btrfs"
				: "of the subvolume of its base directory only a part is mounted";
		return s->top == -EOPNOTSUPP || s->top == -EXDEV ? 0 : s->top;
	}
	r = wpar_subvolume_has_others(s->top, s->inside);
	*ret_why = "it has subvolumes of its own, which no snapshot has";
	return r < 0 ? r : !r;
}

static int make_folder(const char *base, struct wpar_snapshot *s, const char **ret_why,
		       struct par_error **err)
{
	autofree char *folder = NULL;
	int r = wpar_volume_folder_make(base, &folder, err);

	if (r < 0)
		return r;
	s->base = strdup(base);
	s->folder = open_volumes(base);
	s->path = par_strdup_printf("%s/" NAME "%s%s", folder, *s->inside ? "/" : "", s->inside);
	if (!s->path || !s->base)
		return par_oom(err);
	if (s->folder < 0)
		return par_fail(err, PAR_E_SYSTEM, s->folder, "'%s' cannot be opened", folder);
	*ret_why = "the folder beside its base directory is on another file system";
	return wpar_subvolume_same(s->top, s->folder);
}

static int prepare(const char *base, struct wpar_snapshot *s, const char **ret_why,
		   struct par_error **err)
{
	int r = find_top(base, s, ret_why);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be looked at", base);
	return r == 0 ? 0 : make_folder(base, s, ret_why, err);
}

int wpar_snapshot_prepare(const char *base, struct wpar_snapshot *ret, const char **ret_why,
			  struct par_error **err)
{
	int r;

	*ret = WPAR_NO_SNAPSHOT;
	r = prepare(base, ret, ret_why, err);
	if (r <= 0)
		wpar_snapshot_done(ret);
	return r;
}

int wpar_snapshot_take(const struct wpar_snapshot *s)
{
	int r = wpar_subvolume_has_others(s->top, s->inside);

	if (r != 0)
		return r < 0 ? r : -EXDEV;
	return wpar_subvolume_snapshot(s->top, s->folder, NAME);
}
