/* SPDX-License-Identifier: Apache-2.0 */
/* Can a file system be given to a WPAR: see id_mapping.h. */
#include "wparctl/filesystem/id_mapping.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* A user namespace with ids of WPARs, from a process that lives only for it. */
static int open_user_namespace(pid_t pid)
{
	char map[64], path[64];
	autofd int dir = -1;
	int r, fd;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	snprintf(map, sizeof(map), "0 %u 65536\n", WPAR_ID_FIRST);
	r = par_fs_write_str(dir, "uid_map", map);
	if (r < 0)
		return r;
	r = par_fs_write_str(dir, "gid_map", map);
	if (r < 0)
		return r;
	fd = openat(dir, "ns/user", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int make_user_namespace(void)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	int fd;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	fd = open_user_namespace(pid);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return fd;
}

int wpar_open_existing(const char *path)
{
	autofree char *copy = strdup(path);

	while (copy && *copy) {
		int fd = open(copy, O_PATH | O_CLOEXEC);

		if (fd >= 0 || errno != ENOENT)
			return fd;
		*strrchr(copy, '/') = '\0';
	}
	return open("/", O_PATH | O_CLOEXEC);
}

int wpar_id_mapping_check(const char *path, struct par_error **err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	autofd int fd = wpar_open_existing(path), tree = -1, userns = -1;

	if (fd < 0)
		return 0;
	tree = (int)syscall(SYS_open_tree, fd, "",
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	userns = tree < 0 ? -1 : make_user_namespace();
	if (userns < 0)
		return 0;
	attr.userns_fd = (uint64_t)userns;
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) == 0 ||
	    errno != EINVAL)
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"The file system of %s cannot be given to a workload partition, for ids "
			"cannot be mapped on it; those of local disks, such as ext4 and xfs, can.",
			path);
}
