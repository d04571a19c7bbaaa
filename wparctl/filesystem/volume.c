/* SPDX-License-Identifier: Apache-2.0 */
/* Images with file systems, and their mounts: see volume.h; making them is in volume_make.c. */
#include "wparctl/filesystem/volume.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/copy.h"
#include "wparctl/filesystem/device_mount.h"
#include "wparctl/filesystem/loop.h"
#include "wparctl/spec/keys.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* A move of a file system that was killed leaves its image with two names in the folder. */
static bool find_other_name(int folder, const char *name, const struct stat *image,
			    char ret[NAME_MAX + 1])
{
	int fd = image->st_nlink > 1 ? openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	bool found = false;
	struct dirent *e;

	while (dir && !found && (e = readdir(dir))) {
		struct stat st;

		found = strcmp(e->d_name, name) != 0 &&
			fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			st.st_dev == image->st_dev && st.st_ino == image->st_ino;
		if (found)
			snprintf(ret, NAME_MAX + 1, "%s", e->d_name);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return found;
}

/* The name that the specification has is the one that stays. */
static int unlink_other_names(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	autofree char *folder = strndup(path, (size_t)(name - path));
	autofd int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	char other[NAME_MAX + 1];
	struct stat image;

	if (!folder)
		return -ENOMEM;
	if (fd < 0 || fstatat(fd, name, &image, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	while (find_other_name(fd, name, &image, other)) {
		if (unlinkat(fd, other, 0) < 0)
			return -errno;
	}
	return 0;
}

/* @ret: the image, open as @fd, as it is then */
static int keep_one_name(int fd, const char *path, struct stat *ret)
{
	int r = unlink_other_names(path);

	if (r < 0)
		return r;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

int wpar_volume_image(const char *path, struct par_error **err)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int fd = par_fs_open_plain(root, path, O_RDWR | O_NONBLOCK, 0);
	struct stat st;
	int r;

	if (fd == -ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "there is no '%s'", path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return par_fail(err, PAR_E_SYSTEM, fd < 0 ? fd : errno, "'%s' cannot be opened",
				path);
	r = st.st_nlink > 1 ? keep_one_name(fd, path, &st) : 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' keeps its second name", path);
	if (st.st_nlink > 1)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"'%s' has a name elsewhere, too (a hard link): remove that", path);
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 0077) || st.st_nlink != 1)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"'%s' is not a file of root's alone (mode 600)", path);
	return take_fd(&fd);
}

static int mount_device(dev_t dev, const char *path, const char *fstype, const char *name,
			bool clone, struct par_error **err)
{
	static const struct wpar_device_option ext4[] = { { "errors", "remount-ro" }, { 0 } };
	/* A copy of an image has the same UUID. */
	static const struct wpar_device_option xfs[] = { { "nouuid", NULL }, { 0 } };
	/* The kernel completes what its journal has, which lies in the clone alone. */
	static const struct wpar_device_option read_only[] = { { "ro", NULL }, { 0 } };
	static const struct wpar_device_option read_only_xfs[] = { { "ro", NULL },
								   { "nouuid", NULL },
								   { 0 } };
	const bool is_xfs = strcmp(fstype, "xfs") == 0;
	const struct wpar_device_option *options = clone    ? is_xfs ? read_only_xfs : read_only
						   : is_xfs ? xfs
							    : ext4;
	int fd = wpar_device_mount(dev, fstype, name, options, MOUNT_ATTR_NODEV);

	if (fd == -EBUSY)
		return par_fail(err, PAR_E_SYSTEM, fd,
				"the file system in '%s' has become read-only after an error; "
				"stop the workload partition and check it with fsck",
				path);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, fd,
				"the file system in '%s' cannot be mounted; fsck checks it", path);
	return fd;
}

static int mount_image(int image, const char *path, const char *fstype, const char *name,
		       bool clone, struct par_error **err)
{
	autofd int loop = wpar_loop_open(image, path, err);
	char device[32];
	struct stat st;

	if (loop < 0)
		return loop;
	if (fstat(loop, &st) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be looked at", path);
	snprintf(device, sizeof(device), "/dev/loop%u", minor(st.st_rdev));
	return mount_device(st.st_rdev, path, fstype, name ? name : device, clone, err);
}

int wpar_volume_mount(const char *path, const char *fstype, const char *name,
		      struct par_error **err)
{
	autofd int image = wpar_volume_image(path, err);

	return image < 0 ? image : mount_image(image, path, fstype, name, false, err);
}

int wpar_volume_clone_mount(const struct wpar_volume_clone *c, const char *fstype,
			    struct par_error **err)
{
	return mount_image(c->file, c->path, fstype, "snapshot", true, err);
}

/* Moves what is in @from into the volume @m; a directory that is not there has nothing. */
static int take_one(const char *base, int top, const struct wpar_mount *m, struct par_error **err)
{
	autofree char *image = wpar_volume_path(base, m);
	autofd int from = par_fs_open_plain(top, m->directory, O_RDONLY | O_DIRECTORY, 0);
	autofd int mount = -1, to = -1;
	struct dirent *e;
	struct stat st;
	DIR *dir;
	int r;

	if (from == -ENOENT)
		return 0;
	if (!image)
		return par_oom(err);
	if (from < 0 || fstat(from, &st) < 0)
		return from < 0 ? from : -errno;
	mount = wpar_volume_mount(image, wpar_vfs_of_kernel(m->vfs), "volume", err);
	if (mount < 0)
		return mount;
	to = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (to < 0 || fchown(to, st.st_uid, st.st_gid) < 0 || fchmod(to, st.st_mode & 07777) < 0)
		return -errno;
	r = wpar_copy_tree(from, to, NULL);
	if (r == -ENOSPC)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"-M directory=%s: what a new workload partition has there does not "
				"fit into %" PRIu64 "M",
				m->directory, m->size_mib);
	if (r < 0 || syncfs(to) < 0)
		return r < 0 ? r : -errno;
	dir = fdopendir(take_fd(&from));
	while (dir && r == 0 && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = par_fs_remove_tree(dirfd(dir), e->d_name);
	}
	if (dir)
		closedir(dir);
	return dir ? r : -ENOMEM;
}

/* The deepest first: what another file system hides must be moved into that one. */
int wpar_volumes_take(const struct wpar_spec *s, const char *base, int top, struct par_error **err)
{
	for (size_t i = s->n_mounts; i-- > 0;) {
		int r = wpar_mount_is_volume(&s->mounts[i])
				? take_one(base, top, &s->mounts[i], err)
				: 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int open_folder(const char *base)
{
	autofree char *path = wpar_volume_folder(base);
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return path ? par_fs_open_plain(root, path, O_RDONLY | O_DIRECTORY, 0) : -ENOMEM;
}

bool wpar_volumes_exist(const char *base)
{
	struct wpar_mount m = { 0 };
	int fd = open_folder(base);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool found = false;

	while (dir && !found && (e = readdir(dir))) {
		found = wpar_volume_parse(e->d_name, &m) == 0;
		free(m.directory);
		free(m.vfs);
		m = (struct wpar_mount){ 0 };
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return found;
}

/* What -M says of one that was kept is laid over it. */
static int merge_kept(struct wpar_mount *m, struct wpar_mount *kept, struct par_error **err)
{
	if (m->vfs && !par_streq(m->vfs, kept->vfs))
		return par_fail(err, PAR_E_EXISTS, 0,
				"-M directory=%s: a file system of vfs=%s was kept there",
				m->directory, kept->vfs);
	if (!m->vfs)
		m->vfs = take_ptr(kept->vfs);
	if (!m->size_mib)
		m->size_mib = kept->size_mib;
	if (m->size_mib < kept->size_mib)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-M directory=%s: the file system that was kept there has %" PRIu64
				"M and cannot be made smaller",
				m->directory, kept->size_mib);
	return 0;
}

/* Takes @kept, or parts of it. */
static int add_kept(struct wpar_spec *s, struct wpar_mount *kept, struct par_error **err)
{
	struct wpar_mount *m = wpar_spec_mount(s, kept->directory);

	if (m)
		return merge_kept(m, kept, err);
	m = wpar_record_add(s, WPAR_STANZA_MOUNT);
	if (!m)
		return par_oom(err);
	*m = *kept;
	*kept = (struct wpar_mount){ 0 };
	return 0;
}

static int adopt_one(struct wpar_spec *s, int folder, const char *name, struct par_error **err)
{
	struct wpar_mount kept = { 0 };
	char other[NAME_MAX + 1];
	struct stat st = { 0 };
	int r = wpar_volume_parse(name, &kept);

	/* What a killed command has left. */
	if (r == -EINVAL)
		return 0;
	if (r < 0 || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		r = par_fail(err, PAR_E_SYSTEM, r < 0 ? r : errno, "'%s' cannot be looked at",
			     name);
	} else if (find_other_name(folder, name, &st, other)) {
		/* One of the names of an image that was being moved; the other is as good. */
		r = unlinkat(folder, name, 0) < 0
			    ? par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be removed", name)
			    : 0;
	} else {
		kept.size_mib = (uint64_t)st.st_size >> 20;
		r = add_kept(s, &kept, err);
	}
	free(kept.directory);
	free(kept.vfs);
	return r;
}

int wpar_volumes_adopt(struct wpar_spec *s, struct par_error **err)
{
	autofree char *base = wpar_path("%s", s->directory);
	int fd = base ? open_folder(base) : -ENOMEM, r = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!dir)
		return fd == -ENOENT ? 0
				     : par_fail(err, PAR_E_SYSTEM, fd < 0 ? fd : errno,
						"the file systems that were kept cannot be read");
	while (r == 0 && (e = readdir(dir)))
		r = adopt_one(s, fd, e->d_name, err);
	closedir(dir);
	return r;
}

int wpar_volume_remove(const char *base, const struct wpar_mount *m)
{
	autofree char *path = wpar_volume_path(base, m), *folder = wpar_volume_folder(base);
	int r;

	if (!path || !folder)
		return -ENOMEM;
	r = unlink_other_names(path);
	if (r < 0)
		return r;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	rmdir(folder);
	return 0;
}

int wpar_volume_link(const char *base, const struct wpar_mount *from, const struct wpar_mount *to)
{
	autofree char *old = wpar_volume_path(base, from), *new = wpar_volume_path(base, to);
	struct stat a, b;
	int r;

	if (!old || !new)
		return -ENOMEM;
	r = link(old, new) < 0 ? -errno : 0;
	if (r == -EEXIST && lstat(old, &a) == 0 && lstat(new, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino)
		r = 0;
	if (r == 0)
		par_fs_sync_folder_of(new);
	return r;
}

int wpar_volume_unlink(const char *base, const struct wpar_mount *m)
{
	autofree char *path = wpar_volume_path(base, m);

	if (!path)
		return -ENOMEM;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* The folder of all of them stays: other commands may be about to use it. */
/* In /wpars, which is ours, it stays; elsewhere, where we have made it, it goes with the last. */
static void remove_empty(const char *volumes)
{
	autofree char *ours = wpar_path(WPAR_BASE_DIR);

	if (ours && !wpar_path_is_within(volumes, ours))
		rmdir(volumes);
}

int wpar_volumes_remove(const char *base)
{
	autofree char *path = wpar_volume_folder(base);
	char *slash = path ? strrchr(path, '/') : NULL;
	autofd int above = -1;
	int r;

	if (!slash)
		return -ENOMEM;
	*slash = '\0';
	above = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (above < 0)
		return errno == ENOENT ? 0 : -errno;
	r = par_fs_remove_tree(above, slash + 1);
	if (r == 0)
		remove_empty(path);
	return r;
}

int wpar_volumes_move(const char *from, const char *to)
{
	autofree char *old = wpar_volume_folder(from), *new = wpar_volume_folder(to);
	char *slash = new ? strrchr(new, '/') : NULL;
	int r;

	if (!old || !slash)
		return -ENOMEM;
	if (access(old, F_OK) < 0)
		return 0;
	*slash = '\0';
	r = par_fs_mkdirs(new, 0700);
	*slash = '/';
	if (r < 0)
		return r;
	return rename(old, new) < 0 ? -errno : 0;
}
