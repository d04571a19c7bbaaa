/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearly empty mount namespaces: see mount_space.h.  /run/wpars/.space names the process that keeps
 * one: its pid, its start, and the number of its descriptor.
 */
#include "wparctl/filesystem/mount_space.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/spec/spec.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define RECORD WPAR_RUN_DIR "/.space"

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void wpar_space_done(struct wpar_mount_space *s)
{
	close_one(&s->ns);
	close_one(&s->home);
	close_one(&s->cwd);
	close_one(&s->bare);
}

static int this_namespace(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* The space that a process keeps; -1: none does. */
static int open_kept(void)
{
	autofree char *path = wpar_path(RECORD);
	unsigned long long started = 0;
	struct par_process_stat stat;
	auto_buf b = { 0 };
	int pid = 0, number = 0;
	autofd int fd = -1;
	char at[64];

	if (!path || par_fs_read(path, 64, &b) < 0 ||
	    sscanf(b.data, "%d %llu %d", &pid, &started, &number) != 3 || pid <= 0 || number < 0)
		return -1;
	snprintf(at, sizeof(at), "/proc/%d/fd/%d", pid, number);
	fd = open(at, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* Then it is that process's, as long as that has not ended before. */
	if (fd < 0 || par_process_stat(pid, &stat) < 0 || stat.started != started ||
	    ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNS)
		return -1;
	return take_fd(&fd);
}

/* In place, at once: who reads it meanwhile, or after a kill, finds no such process. */
void wpar_space_keep(int bare)
{
	autofree char *path = wpar_path(RECORD);
	struct par_process_stat stat;
	autofd int fd = -1;
	char text[64];
	int n;

	if (bare < 0 || !path || par_process_stat(getpid(), &stat) < 0)
		return;
	n = snprintf(text, sizeof(text), "%d %llu %d\n", (int)getpid(),
		     (unsigned long long)stat.started, bare);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || pwrite(fd, text, (size_t)n, 0) != n || ftruncate(fd, n) < 0)
		unlink(path);
}

static int copy_tree(const char *path)
{
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path,
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	return fd < 0 ? -errno : fd;
}

static int new_root(void)
{
	autofd int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "mode", "0755", 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", "Global", 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
			  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	return fd < 0 ? -errno : fd;
}

/* By their numbers, which are Linux's: what the machine's /dev has may be something else. */
static const struct {
	const char *name;
	unsigned int major, minor;
} standard[] = {
	{ "null", 1, 3 },   { "zero", 1, 5 },	 { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

static int make_standard(int root)
{
	autofd int dev = -1;

	if (mkdirat(root, "dev", 0755) < 0)
		return -errno;
	dev = openat(root, "dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(standard) && dev >= 0; i++) {
		if (mknodat(dev, standard[i].name, S_IFCHR | 0600,
			    makedev(standard[i].major, standard[i].minor)) < 0 ||
		    fchmodat(dev, standard[i].name, 0666, 0) < 0)
			return -errno;
	}
	return dev < 0 ? -errno : 0;
}

/* As they are on the machine, with what is mounted over parts of them. */
static int fill_root(int root, int proc, int sys)
{
	struct mount_attr readonly = { .attr_set = MOUNT_ATTR_RDONLY };
	static const char *const folders[] = { "/proc", "/sys", WPAR_SPACE_ROOT, WPAR_SPACE_GLOBAL,
					       WPAR_SPACE_DEVICES };
	int r;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (mkdirat(root, folders[i] + 1, 0755) < 0)
			return -errno;
	}
	r = make_standard(root);
	if (r < 0)
		return r;
	if (syscall(SYS_move_mount, proc, "", root, "proc", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
	    syscall(SYS_move_mount, sys, "", root, "sys", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
	    syscall(SYS_mount_setattr, root, "", AT_EMPTY_PATH, &readonly, sizeof(readonly)) < 0)
		return -errno;
	return 0;
}

/* From a copy of all that is mounted, which is left. */
static int make_first(const char *run)
{
	autofd int proc = -1, sys = -1, root = -1;
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	proc = copy_tree("/proc");
	sys = copy_tree("/sys");
	root = new_root();
	if (proc < 0 || sys < 0 || root < 0)
		return proc < 0 ? proc : sys < 0 ? sys : root;
	if (syscall(SYS_move_mount, root, "", AT_FDCWD, run, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	r = fill_root(root, proc, sys);
	if (r < 0)
		return r;
	if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	return this_namespace();
}

/* What nothing is put into stays as it is for others: the process gets a copy. */
static int go_in(const char *run, struct wpar_mount_space *s)
{
	autofd int kept = open_kept();

	if (kept < 0 || setns(kept, CLONE_NEWNS) < 0) {
		s->bare = make_first(run);
		if (s->bare < 0)
			return s->bare;
	}
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	s->ns = this_namespace();
	return s->ns < 0 ? s->ns : 0;
}

int wpar_space_enter(const char *run, struct wpar_mount_space *ret, struct par_error **err)
{
	auto_mount_space s = WPAR_NO_SPACE;
	int r;

	s.home = this_namespace();
	s.cwd = s.home < 0 ? s.home : open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s.cwd < 0)
		return par_fail(err, PAR_E_SYSTEM, s.home < 0 ? s.home : errno,
				"new namespaces cannot be made");
	r = go_in(run, &s);
	if (r < 0) {
		wpar_space_leave(&s);
		return par_fail(err, PAR_E_SYSTEM, r, "new namespaces cannot be made");
	}
	*ret = s;
	s = WPAR_NO_SPACE;
	return 0;
}

int wpar_space_visit(const struct wpar_mount_space *s)
{
	return setns(s->ns, CLONE_NEWNS) < 0 ? -errno : 0;
}

int wpar_space_leave(const struct wpar_mount_space *s)
{
	return setns(s->home, CLONE_NEWNS) < 0 || fchdir(s->cwd) < 0 ? -errno : 0;
}

static int put_here(int fd, const char *spot)
{
	return syscall(SYS_move_mount, fd, "", AT_FDCWD, spot, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno
											    : 0;
}

int wpar_space_put(const struct wpar_mount_space *s, int fd, const char *spot)
{
	int r = wpar_space_visit(s), home;

	if (r < 0)
		return r;
	r = put_here(fd, spot);
	home = wpar_space_leave(s);
	return r < 0 ? r : home;
}

/* A detached copy of what is at @path from @at, taken in the space. */
static int copy_there(const struct wpar_mount_space *s, int at, const char *path,
		      unsigned int flags)
{
	int r = wpar_space_visit(s), home;
	autofd int tree = -1;

	if (r < 0)
		return r;
	tree = (int)syscall(SYS_open_tree, at, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
	r = tree < 0 ? -errno : 0;
	home = wpar_space_leave(s);
	return r < 0 ? r : home < 0 ? home : take_fd(&tree);
}

int wpar_space_standard(const struct wpar_mount_space *s, const char *path)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY };
	autofd int tree = copy_there(s, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);

	if (tree < 0)
		return tree;
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return -errno;
	return take_fd(&tree);
}

int wpar_space_copy(const struct wpar_mount_space *s, int fd)
{
	return copy_there(s, fd, "", AT_EMPTY_PATH);
}
