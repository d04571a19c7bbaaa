/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of a WPAR's own for its devices: see device_node.h. */
#include "wparctl/filesystem/device_node.h"

#include "lpard/common/fs.h"

#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/*
 * A tmpfs without nodev, for /run may have that.  Linux before 6.15 binds only from mounts that
 * are in the namespace, so it is put into the space.
 */
static int open_nodes(const struct wpar_mount_space *space)
{
	autofd int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC), fd = -1;
	int r;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "mode", "0700", 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	if (fd < 0)
		return -errno;
	r = wpar_space_put(space, fd, WPAR_SPACE_DEVICES);
	return r < 0 ? r : take_fd(&fd);
}

/* A free name: they are counted. */
static int make_node(int folder, const struct stat *st, const struct wpar_mount_plan *p)
{
	char name[16];

	for (unsigned int n = 0; n < 1u << 16; n++) {
		snprintf(name, sizeof(name), "%u", n);
		if (mknodat(folder, name, (st->st_mode & S_IFMT) | 0600, st->st_rdev) == 0)
			break;
		if (errno != EEXIST)
			return -errno;
	}
	if (fchownat(folder, name, p->idbase, p->idbase, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fchmodat(folder, name, st->st_mode & 0777, 0) < 0)
		return -errno;
	return par_fs_open_plain(folder, name, O_PATH | O_NOFOLLOW, 0);
}

int wpar_device_node(const struct wpar_mount_plan *p, const struct wpar_mount_space *space,
		     int *folder, const char *source, struct par_error **err)
{
	struct stat st;
	int fd;

	if (stat(source, &st) < 0 && errno == ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "there is no device '%s'", source);
	if (stat(source, &st) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the device '%s' cannot be looked at",
				source);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "'%s' is not a device", source);
	if (*folder < 0)
		*folder = open_nodes(space);
	if (*folder < 0)
		return par_fail(err, PAR_E_SYSTEM, *folder, "no device can be exported");
	fd = make_node(*folder, &st, p);
	return fd < 0 ? par_fail(err, PAR_E_SYSTEM, fd, "the device '%s' cannot be exported",
				 source)
		      : fd;
}
