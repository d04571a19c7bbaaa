/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts a block device: see device_mount.h.  The kernel keeps the source as it was given, so the
 * device is given as a node of the name that is to be shown, in the working directory.
 */
#include "wparctl/filesystem/device_mount.h"

#include "lpard/common/fs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A detached tmpfs, for as long as its descriptor is open. */
static int make_node(const char *name, dev_t dev)
{
	autofd int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	autofd int nodes = -1;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	nodes = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	if (nodes < 0 || mknodat(nodes, name, S_IFBLK | 0600, dev) < 0)
		return -errno;
	return take_fd(&nodes);
}

static int set_options(int fs, const struct wpar_device_option *options)
{
	for (; options && options->name; options++) {
		unsigned int command = options->value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

		if (syscall(SYS_fsconfig, fs, command, options->name, options->value, 0) < 0)
			return -errno;
	}
	return 0;
}

/* With the node in the working directory. */
static int mount_here(const char *fstype, const char *name,
		      const struct wpar_device_option *options, unsigned int attrs)
{
	autofd int fs = (int)syscall(SYS_fsopen, fstype, FSOPEN_CLOEXEC);
	int fd, r;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", name, 0) < 0)
		return -errno;
	r = set_options(fs, options);
	if (r < 0)
		return r;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attrs);
	return fd < 0 ? -errno : fd;
}

int wpar_device_mount(dev_t dev, const char *fstype, const char *name,
		      const struct wpar_device_option *options, unsigned int attrs)
{
	autofd int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int nodes = here < 0 || name[0] == '/' ? -errno : make_node(name, dev);
	int fd;

	if (name[0] == '/')
		return mount_here(fstype, name, options, attrs);
	if (nodes < 0)
		return nodes;
	if (fchdir(nodes) < 0)
		return -errno;
	fd = mount_here(fstype, name, options, attrs);
	/* Where it was is a folder that is held open: there is a way back. */
	if (fchdir(here) < 0)
		abort();
	return fd;
}
