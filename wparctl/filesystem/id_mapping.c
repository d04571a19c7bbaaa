/* SPDX-License-Identifier: Apache-2.0 */
/* Can a file system be given to a WPAR: see id_mapping.h. */
#include "wparctl/filesystem/id_mapping.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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

/* @parent: its pid; a killed command leaves no process */
static int wait_for_the_end(void *parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (getppid() == *(const pid_t *)parent)
		pause();
	return 0;
}

/* That process shares this one's memory: a copy of it would be most of the cost. */
static int make_user_namespace(void)
{
	_Alignas(16) char stack[16384];
	pid_t parent = getpid();
	pid_t pid = clone(wait_for_the_end, stack + sizeof(stack),
			  CLONE_NEWUSER | CLONE_VM | SIGCHLD, &parent);
	int fd;

	if (pid < 0)
		return -errno;
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

/* @userns: of the namespace that all paths are tried with; -1: to be made */
static int check_path(int fd, const char *path, int *userns, struct par_error **err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	autofd int tree = (int)syscall(SYS_open_tree, fd, "",
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (tree >= 0 && *userns < 0)
		*userns = make_user_namespace();
	if (tree < 0 || *userns < 0)
		return 0;
	attr.userns_fd = (uint64_t)*userns;
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) == 0 ||
	    errno != EINVAL)
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"The file system of %s cannot be given to a workload partition, for ids "
			"cannot be mapped on it; those of local disks, such as ext4 and xfs, can.",
			path);
}

static bool is_among(dev_t device, const dev_t *tried, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (tried[i] == device)
			return true;
	}
	return false;
}

int wpar_id_mapping_check(const struct par_strv *paths, struct par_error **err)
{
	autofree dev_t *tried = calloc(paths->n + 1, sizeof(*tried));
	autofd int userns = -1;
	size_t n = 0;

	if (!tried)
		return par_oom(err);
	for (size_t i = 0; i < paths->n; i++) {
		autofd int fd = wpar_open_existing(paths->v[i]);
		struct stat st;
		int r;

		/* Whether it can be done depends on the file system, whichever folder of it is
		 * tried. */
		if (fd < 0 || fstat(fd, &st) < 0 || is_among(st.st_dev, tried, n))
			continue;
		r = check_path(fd, paths->v[i], &userns, err);
		if (r < 0)
			return r;
		tried[n++] = st.st_dev;
	}
	return 0;
}
