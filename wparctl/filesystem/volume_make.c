/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New images and larger ones: see volume.h.  An image gets its name when its file system is whole;
 * what it needs of the disk is reserved first, so that a WPAR that fills it takes nothing from
 * others.
 */
#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/filesystem/loop.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/spec/stop_at.h"

#include <inttypes.h>
#include <linux/types.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#define SPARE_MIB 64 /* of the disk stays free when an image is made: the LPAR goes on */

/* linux/fs/ext4: the file system grows to so many blocks. */
#define EXT4_RESIZE _IOW('f', 16, __u64)
#define EXT4_BLOCK  4096

/* xfs_fs.h of xfsprogs; the layout is the kernel's. */
struct xfs_geometry {
	uint32_t blocksize, rtextsize, agblocks, agcount, logblocks, sectsize, inodesize, imaxpct;
	uint64_t datablocks, rtblocks, rtextents, logstart;
	unsigned char uuid[16];
	uint32_t sunit, swidth;
	int32_t version;
	uint32_t flags, logsectsize, rtsectsize, dirblocksize;
};
struct xfs_growth {
	uint64_t newblocks;
	uint32_t imaxpct;
};
#define XFS_GEOMETRY _IOR('X', 100, struct xfs_geometry)
#define XFS_GROW     _IOW('X', 110, struct xfs_growth)

static uint64_t bytes_of(const struct wpar_mount *m)
{
	return m->size_mib << 20;
}

static int find_mkfs(const struct wpar_mount *m, char **ret, struct par_error **err)
{
	const char *kernel = wpar_vfs_of_kernel(m->vfs);
	autofree char *name = par_strdup_printf("mkfs.%s", kernel);

	if (!name)
		return par_oom(err);
	if (par_find_program(name, "/usr/sbin:/sbin:/usr/bin:/bin", ret) == 0)
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"-M directory=%s: vfs=%s needs %s, of the package %s, which is not "
			"installed",
			m->directory, m->vfs, name,
			strcmp(kernel, "xfs") == 0 ? "xfsprogs" : "e2fsprogs");
}

static int run_mkfs(const char *program, const struct wpar_mount *m, const char *path,
		    struct par_error **err)
{
	/* Nothing is discarded, for that would give the reserved blocks back. */
	const char *const ext4[] = { program, "-q", "-F",	 "-m", "0", "-b",
				     "4096",  "-E", "nodiscard", path, NULL };
	const char *const xfs[] = { program, "-q", "-f", "-K", path, NULL };
	const struct par_spawn spawn = {
		.path = program,
		.argv = (char *const *)(strcmp(wpar_vfs_of_kernel(m->vfs), "xfs") == 0 ? xfs
										       : ext4),
		.fds = { -1, -1, -1 },
		.parent_death_signal = SIGKILL,
	};
	int status = 0, r;
	pid_t pid;

	r = par_spawn(&spawn, &pid, err);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	return par_fail(err, PAR_E_SYSTEM, 0,
			"-M directory=%s: no file system could be made: %s ended with status %d",
			m->directory, program, par_exit_status(status));
}

/* @have: bytes that it has already */
static int reserve(int fd, const struct wpar_mount *m, uint64_t have, struct par_error **err)
{
	const uint64_t size = bytes_of(m);
	struct statvfs fs;
	uint64_t room;

	if (fstatvfs(fd, &fs) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the disk cannot be looked at");
	room = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
	if (size > INT64_MAX || ((size - have) >> 20) + SPARE_MIB > room)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"-M directory=%s size=%" PRIu64
				"M does not fit on the disk of the base "
				"directory, which has %" PRIu64 "M left, of which %dM stay free",
				m->directory, m->size_mib, room, SPARE_MIB);
	if (fallocate(fd, 0, 0, (off_t)size) == 0)
		return 0;
	if (errno == EOPNOTSUPP)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-M directory=%s: the file system of the base directory cannot "
				"reserve space; ext4 and xfs can",
				m->directory);
	return par_fail(err, errno == ENOSPC || errno == EFBIG ? PAR_E_NO_SPACE : PAR_E_SYSTEM,
			errno, "-M directory=%s size=%" PRIu64 "M cannot be reserved", m->directory,
			m->size_mib);
}

static int fail_folder(const char *folder, int error, struct par_error **err)
{
	return par_fail(err, error == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, error,
			"'%s' cannot be made", folder);
}

int wpar_volume_folder_make(const char *base, char **ret, struct par_error **err)
{
	autofree char *folder = wpar_volume_folder(base);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	struct stat st;
	int r;

	if (!slash)
		return par_oom(err);
	*slash = '\0';
	r = par_fs_mkdirs(folder, 0700);
	if (r == 0 && (lstat(folder, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != 0 ||
		       (st.st_mode & 0077)))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"'%s' is not a folder of root's alone (mode 700)", folder);
	*slash = '/';
	if (r < 0)
		return fail_folder(folder, r, err);
	/* The removal of the last one there may have taken the folder above away: both are made. */
	r = par_fs_mkdirs(folder, 0700);
	if (r == -ENOENT)
		r = par_fs_mkdirs(folder, 0700);
	if (r < 0)
		return fail_folder(folder, r, err);
	*ret = take_ptr(folder);
	return 0;
}

static int fill_new(int fd, const char *program, const struct wpar_mount *m, const char *path,
		    struct par_error **err)
{
	int r = reserve(fd, m, 0, err);

	if (r < 0)
		return r;
	wpar_test_stop_at("reserved");
	r = run_mkfs(program, m, path, err);
	if (r == 0 && fsync(fd) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be written", path);
	return r;
}

static int fill_and_rename(int fd, const char *program, const struct wpar_mount *m, const char *new,
			   const char *path, struct par_error **err)
{
	int r = fill_new(fd, program, m, new, err);

	if (r < 0)
		return r;
	if (rename(new, path) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be made", path);
	return 0;
}

static int make_one(const char *base, const struct wpar_mount *m, struct par_error **err)
{
	autofree char *program = NULL, *folder = NULL, *new = NULL, *path = NULL;
	autofd int fd = -1;
	int r = find_mkfs(m, &program, err);

	if (r < 0)
		return r;
	r = wpar_volume_folder_make(base, &folder, err);
	if (r < 0)
		return r;
	new = par_strdup_printf("%s/.new", folder);
	path = wpar_volume_path(base, m);
	if (!new || !path)
		return par_oom(err);
	/* A killed command may have left both; the WPAR's lock is held. */
	if ((unlink(new) < 0 && errno != ENOENT) || (unlink(path) < 0 && errno != ENOENT))
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be removed", path);
	fd = open(new, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return par_fail(err, errno == ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, errno,
				"'%s' cannot be made", new);
	r = fill_and_rename(fd, program, m, new, path, err);
	if (r < 0) {
		unlink(new);
		rmdir(folder);
		return r;
	}
	par_fs_sync_folder_of(path);
	wpar_test_stop_at("image made");
	return 0;
}

static int grow_xfs(int mount, uint64_t size)
{
	struct xfs_geometry geometry = { 0 };
	struct xfs_growth grow = { 0 };

	if (ioctl(mount, XFS_GEOMETRY, &geometry) < 0 || geometry.blocksize == 0)
		return -errno;
	grow.newblocks = size / geometry.blocksize;
	grow.imaxpct = geometry.imaxpct;
	if (grow.newblocks <= geometry.datablocks)
		return 0;
	return ioctl(mount, XFS_GROW, &grow) < 0 ? -errno : 0;
}

static int grow_ext4(int mount, uint64_t size)
{
	uint64_t blocks = size / EXT4_BLOCK;

	return ioctl(mount, EXT4_RESIZE, &blocks) < 0 ? -errno : 0;
}

static int grow_mounted(int top, int image, const char *kernel, uint64_t size)
{
	autofd int loop = wpar_loop_find(image);
	int r = loop < 0 ? loop : wpar_loop_grow(loop);

	if (r < 0)
		return r;
	return strcmp(kernel, "xfs") == 0 ? grow_xfs(top, size) : grow_ext4(top, size);
}

/* The file system is mounted for it, here and by nobody else, or a second time. */
static int grow_file_system(const char *path, int image, const char *kernel, uint64_t size,
			    struct par_error **err)
{
	autofd int mount = wpar_volume_mount(path, kernel, "volume", err);
	autofd int top = mount < 0 ? -1 : openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = top < 0 ? -EPERM : grow_mounted(top, image, kernel, size);

	if (mount < 0)
		return mount;
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the file system in '%s' cannot grow", path)
		     : 0;
}

/* The file system has its old size still, so nothing lies behind that. */
static void give_back(int image, off_t size)
{
	autofd int loop = wpar_loop_find(image);

	if (ftruncate(image, size) == 0 && loop >= 0)
		wpar_loop_grow(loop);
}

static int grow_one(const char *base, const struct wpar_mount *m, struct par_error **err)
{
	autofree char *path = wpar_volume_path(base, m);
	autofd int image = path ? wpar_volume_image(path, err) : par_oom(err);
	struct stat st;
	int r;

	if (image < 0)
		return image;
	if (fstat(image, &st) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be looked at", path);
	if ((uint64_t)st.st_size > bytes_of(m))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-M directory=%s: the file system has %" PRIu64 "M and cannot be "
				"made smaller",
				m->directory, (uint64_t)st.st_size >> 20);
	/* One that has the size may have been reserved by a killed command, and not have grown. */
	r = reserve(image, m, (uint64_t)st.st_size, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("grown");
	r = grow_file_system(path, image, wpar_vfs_of_kernel(m->vfs), bytes_of(m), err);
	if (r < 0)
		give_back(image, st.st_size);
	return r;
}

int wpar_volumes_begin(const char *base, const struct wpar_spec *old, const struct wpar_spec *new,
		       struct par_error **err)
{
	for (size_t i = 0; i < new->n_mounts; i++) {
		const struct wpar_mount *m = &new->mounts[i];
		const struct wpar_mount *before = old ? wpar_spec_mount(old, m->directory) : NULL;
		int r = 0;

		if (!wpar_mount_is_volume(m))
			continue;
		if (!before)
			r = make_one(base, m, err);
		else if (before->size_mib != m->size_mib)
			r = grow_one(base, m, err);
		if (r == 0)
			continue;
		wpar_volumes_undo(base, old, new);
		return r;
	}
	return 0;
}

void wpar_volumes_undo(const char *base, const struct wpar_spec *old, const struct wpar_spec *new)
{
	for (size_t i = 0; i < new->n_mounts; i++) {
		const struct wpar_mount *m = &new->mounts[i];

		if (wpar_mount_is_volume(m) && !(old && wpar_spec_mount(old, m->directory)))
			wpar_volume_remove(base, m); /* what stays, the next one removes */
	}
}
