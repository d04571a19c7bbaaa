/* SPDX-License-Identifier: Apache-2.0 */
/* Subvolumes of btrfs, by its ioctls: see subvolume.h. */
#include "wparctl/filesystem/subvolume.h"

#include "lpard/common/fs.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool is_btrfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == BTRFS_SUPER_MAGIC;
}

bool wpar_subvolume_is(int fd)
{
	struct stat st;

	return is_btrfs(fd) && fstat(fd, &st) == 0 && st.st_ino == BTRFS_FIRST_FREE_OBJECTID;
}

int wpar_subvolume_make(int above, const char *name)
{
	struct btrfs_ioctl_vol_args args = { 0 };
	autofd int fd = -1;

	if (!is_btrfs(above) || strlen(name) > BTRFS_SUBVOL_NAME_MAX)
		return -EOPNOTSUPP;
	snprintf(args.name, sizeof(args.name), "%s", name);
	if (ioctl(above, BTRFS_IOC_SUBVOL_CREATE, &args) < 0)
		return -errno;
	fd = par_fs_open_folder(above, name);
	return fd < 0 ? fd : fchmod(fd, 0755) < 0 ? -errno : 0;
}

bool wpar_subvolume_same(int a, int b)
{
	struct btrfs_ioctl_fs_info_args x = { 0 }, y = { 0 };

	return is_btrfs(a) && is_btrfs(b) && ioctl(a, BTRFS_IOC_FS_INFO, &x) == 0 &&
	       ioctl(b, BTRFS_IOC_FS_INFO, &y) == 0 && memcmp(x.fsid, y.fsid, sizeof(x.fsid)) == 0;
}

/* ---- Where a folder lies ---- */

/* The path of a folder in its subvolume, with a slash behind each name; "" of its top. */
static int path_of(int fd, uint64_t tree, uint64_t inode, struct btrfs_ioctl_ino_lookup_args *ret)
{
	*ret = (struct btrfs_ioctl_ino_lookup_args){ .treeid = tree, .objectid = inode };
	return ioctl(fd, BTRFS_IOC_INO_LOOKUP, ret) < 0 ? -errno : 0;
}

/* Number of the subvolume that @fd lies in; 0 on failure */
static uint64_t number_of(int fd)
{
	struct btrfs_ioctl_ino_lookup_args args;

	return path_of(fd, 0, BTRFS_FIRST_FREE_OBJECTID, &args) < 0 ? 0 : args.treeid;
}

/* What is mounted may be a part of the subvolume: then its top cannot be reached. */
static int go_up(int fd)
{
	autofd int at = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	while (at >= 0 && !wpar_subvolume_is(at)) {
		autofd int above = par_fs_open_folder(at, "..");
		struct stat here, there;

		if (above < 0)
			return above;
		if (fstat(at, &here) < 0 || fstat(above, &there) < 0)
			return -errno;
		if (here.st_dev != there.st_dev || here.st_ino == there.st_ino)
			return -EXDEV;
		close(at);
		at = take_fd(&above);
	}
	return at < 0 ? -errno : take_fd(&at);
}

int wpar_subvolume_find(int fd, char **ret_path)
{
	struct btrfs_ioctl_ino_lookup_args args;
	autofd int top = is_btrfs(fd) ? go_up(fd) : -EOPNOTSUPP;
	struct stat st;
	size_t len;
	int r;

	if (top < 0)
		return top;
	if (fstat(fd, &st) < 0)
		return -errno;
	r = path_of(fd, 0, st.st_ino, &args);
	if (r < 0)
		return r;
	len = strlen(args.name);
	*ret_path = strndup(args.name, len && args.name[len - 1] == '/' ? len - 1 : len);
	return *ret_path ? take_fd(&top) : -ENOMEM;
}

/* ---- Those below ---- */

struct child {
	uint64_t number, folder; /* folder: the inode of the folder that it lies in */
};

/* The next one that lies in the subvolume @number, from @least on: 1, or 0: there is none. */
static int next_child(int fd, uint64_t number, uint64_t least, struct child *ret)
{
	struct btrfs_ioctl_search_args args = {
		.key = { .tree_id = BTRFS_ROOT_TREE_OBJECTID,
			 .min_objectid = number,
			 .max_objectid = number,
			 .min_offset = least,
			 .max_offset = UINT64_MAX,
			 .max_transid = UINT64_MAX,
			 .min_type = BTRFS_ROOT_REF_KEY,
			 .max_type = BTRFS_ROOT_REF_KEY,
			 .nr_items = 1 },
	};
	struct btrfs_ioctl_search_header head;
	struct btrfs_root_ref ref;

	if (ioctl(fd, BTRFS_IOC_TREE_SEARCH, &args) < 0)
		return -errno;
	if (args.key.nr_items == 0)
		return 0;
	memcpy(&head, args.buf, sizeof(head));
	memcpy(&ref, args.buf + sizeof(head), sizeof(ref));
	*ret = (struct child){ .number = head.offset, .folder = le64toh(ref.dirid) };
	return 1;
}

/* @place: as path_of() has it */
static bool lies_below(const char *place, const char *path)
{
	const size_t n = strlen(path);

	return n == 0 || (strncmp(place, path, n) == 0 && place[n] == '/');
}

int wpar_subvolume_has_others(int top, const char *path)
{
	const uint64_t number = number_of(top);
	struct child c = { 0 };
	int r;

	if (number == 0)
		return -errno;
	while ((r = next_child(top, number, c.number + 1, &c)) > 0) {
		struct btrfs_ioctl_ino_lookup_args args;

		r = path_of(top, number, c.folder, &args);
		/* It has gone meanwhile. */
		if (r == -ENOENT)
			continue;
		if (r < 0 || lies_below(args.name, path))
			return r < 0 ? r : 1;
	}
	return r;
}

/* ---- Making and removing ---- */

int wpar_subvolume_snapshot(int top, int at, const char *name)
{
	struct btrfs_ioctl_vol_args_v2 args = { .fd = top, .flags = BTRFS_SUBVOL_RDONLY };

	if (strlen(name) > BTRFS_SUBVOL_NAME_MAX)
		return -ENAMETOOLONG;
	snprintf(args.name, sizeof(args.name), "%s", name);
	return ioctl(at, BTRFS_IOC_SNAP_CREATE_V2, &args) < 0 ? -errno : 0;
}

/* One that nothing lies below, of those below @number; 0: there is none. */
static int remove_leaf(int fd, uint64_t number, bool *ret_removed)
{
	struct btrfs_ioctl_vol_args_v2 args = { .flags = BTRFS_SUBVOL_SPEC_BY_ID };
	struct child c = { .number = number };
	int r;

	while ((r = next_child(fd, c.number, 0, &c)) > 0)
		;
	*ret_removed = r == 0 && c.number != number;
	if (!*ret_removed)
		return r;
	args.subvolid = c.number;
	return ioctl(fd, BTRFS_IOC_SNAP_DESTROY_V2, &args) < 0 ? -errno : 0;
}

int wpar_subvolume_remove(int above, const char *name)
{
	struct btrfs_ioctl_vol_args args = { 0 };
	autofd int fd = is_btrfs(above) ? par_fs_open_folder(above, name) : -EOPNOTSUPP;
	uint64_t number;
	bool removed;

	if (fd < 0)
		return fd == -ENOTDIR || fd == -ELOOP ? -EOPNOTSUPP : fd;
	if (!wpar_subvolume_is(fd) || strlen(name) > BTRFS_SUBVOL_NAME_MAX)
		return -EOPNOTSUPP;
	number = number_of(fd);
	if (number == 0)
		return -errno;
	do {
		int r = remove_leaf(fd, number, &removed);

		if (r < 0)
			return r;
	} while (removed);
	snprintf(args.name, sizeof(args.name), "%s", name);
	return ioctl(above, BTRFS_IOC_SNAP_DESTROY, &args) < 0 ? -errno : 0;
}
