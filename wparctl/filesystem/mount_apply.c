/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner half of mount_apply.h.  Every target is looked up with openat2 below the new root and
 * without following a symbolic link, and the mount is made on the descriptor: nothing that the
 * WPAR left in its files can lead a mount elsewhere, and nothing can be swapped in between.
 */
#include "wparctl/filesystem/mount_apply.h"

#include "lpard/common/fs.h"

#include <grp.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int wpar_mount_open_above(int rootfd, const char *target, const char **ret_name)
{
	const char *slash = strrchr(target, '/');
	autofree char *above = strndup(target, (size_t)(slash - target));

	if (!above)
		return -ENOMEM;
	*ret_name = slash + 1;
	return par_fs_open_plain(rootfd, *above ? above : "/", O_PATH | O_DIRECTORY, 0);
}

/* The place for a mount; made when it is not there. */
static int open_target(int rootfd, const struct wpar_mount_op *op)
{
	unsigned int kind = op->flags & WPAR_OP_FILE ? 0 : O_DIRECTORY;
	int fd = par_fs_open_plain(rootfd, op->target, O_PATH | kind, 0);
	autofd int above = -1;
	const char *name;

	if (fd != -ENOENT)
		return fd;
	above = wpar_mount_open_above(rootfd, op->target, &name);
	if (above < 0)
		return above;
	if (kind)
		fd = mkdirat(above, name, 0755);
	else
		fd = mknodat(above, name, S_IFREG | 0755, 0);
	if (fd < 0 && errno != EEXIST)
		return -errno;
	return par_fs_open_plain(above, name, O_PATH | kind, 0);
}

static int attach_tree(int tree, int target)
{
	if (syscall(SYS_move_mount, tree, "", target, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

static int attach_bind(int rootfd, const struct wpar_mount_op *op, int fd)
{
	autofd int target = open_target(rootfd, op);

	return target < 0 ? target : attach_tree(fd, target);
}

/* @flags: MS_REMOUNT or 0 */
static int mount_fs(int target, const struct wpar_mount_op *op, const char *source,
		    unsigned long flags)
{
	flags |= (op->flags & WPAR_OP_READONLY ? MS_RDONLY : 0) |
		 (op->flags & WPAR_OP_NOSUID ? MS_NOSUID : 0) |
		 (op->flags & WPAR_OP_NODEV ? MS_NODEV : 0) |
		 (op->flags & WPAR_OP_NOEXEC ? MS_NOEXEC : 0);
	/* The working directory cannot be swapped, unlike a path. */
	if (fchdir(target) < 0 || mount(source, ".", op->fstype, flags, op->data) < 0)
		return -errno;
	return 0;
}

static int mount_new(int rootfd, const struct wpar_mount_op *op, const char *source)
{
	autofd int target = open_target(rootfd, op);

	return target < 0 ? target : mount_fs(target, op, source, 0);
}

int wpar_mount_again(int rootfd, const struct wpar_mount_op *op)
{
	autofd int target = par_fs_open_plain(rootfd, op->target, O_PATH | O_DIRECTORY, 0);

	return target < 0 ? target : mount_fs(target, op, "none", MS_REMOUNT);
}

static int mount_make_link(int rootfd, const struct wpar_mount_op *op)
{
	const char *name;
	autofd int above = wpar_mount_open_above(rootfd, op->target, &name);

	if (above < 0)
		return above;
	if (symlinkat(op->source, above, name) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

static int mount_make_folder(int rootfd, const struct wpar_mount_op *op)
{
	const char *name;
	autofd int above = wpar_mount_open_above(rootfd, op->target, &name);

	if (above < 0)
		return above;
	if (mkdirat(above, name, op->mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	return op->mode & 07000 ? (fchmodat(above, name, op->mode, 0) < 0 ? -errno : 0) : 0;
}

int wpar_mount_put(int rootfd, const struct wpar_mount_op *op, int fd)
{
	return op->kind == WPAR_OP_FOLDER ? mount_make_folder(rootfd, op)
					  : attach_bind(rootfd, op, fd);
}

static int mount_make_fifo(int rootfd, const struct wpar_mount_op *op)
{
	const char *name;
	autofd int above = wpar_mount_open_above(rootfd, op->target, &name);

	if (above < 0)
		return above;
	/* The umask takes from what mknodat() is given. */
	if (mknodat(above, name, S_IFIFO | 0600, 0) < 0 || fchmodat(above, name, op->mode, 0) < 0)
		return -errno;
	return 0;
}

/* A folder that is not there, or to which no way leads, needs no hiding. */
static int mount_hide(int rootfd, const struct wpar_mount_op *op)
{
	autofd int target = par_fs_open_in(rootfd, op->target, O_PATH | O_DIRECTORY, 0);
	autofd int source = -1, tree = -1;

	if (target < 0)
		return target == -ENOENT || target == -EACCES ? 0 : target;
	source = par_fs_open_plain(rootfd, op->source, O_PATH | O_DIRECTORY, 0);
	if (source < 0)
		return source;
	tree = (int)syscall(SYS_open_tree, source, "",
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return tree < 0 ? -errno : attach_tree(tree, target);
}

/* Bound over itself: the mount below stays, but nobody comes at it any more. */
static int mount_seal(int rootfd, const struct wpar_mount_op *op)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };
	autofd int target = par_fs_open_plain(rootfd, op->target, O_PATH, 0);
	autofd int tree = -1;

	if (target < 0)
		return target;
	tree = (int)syscall(SYS_open_tree, target, "",
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (tree < 0 ||
	    syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return -errno;
	return attach_tree(tree, target);
}

static int become_root(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return -errno;
	return 0;
}

/* The old root is left: nothing of the global tree can be reached after this. */
static int enter_root(int rootfd)
{
	if (fchdir(rootfd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

static int attach_root(const struct wpar_mount_plan *p, int fd, struct par_error **err)
{
	int rootfd, r;

	/* The folder in /run is the global root's: look it up before the ids change. */
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, p->run, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the root cannot be mounted");
	rootfd = open(p->run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", p->run);
	r = become_root();
	if (r < 0) {
		close(rootfd);
		return par_fail(err, PAR_E_SYSTEM, r, "the ids of the WPAR cannot be taken");
	}
	return rootfd;
}

/* A detached tmpfs, put on the folder @run; its root. */
static int new_staging(int run)
{
	autofd int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	autofd int fd = -1;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
	if (fd < 0 || syscall(SYS_move_mount, fd, "", run, "",
			      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -errno;
	return take_fd(&fd);
}

/*
 * The overlay of a versioned WPAR.  Mounted from inside its user namespace, over layers whose ids
 * are mapped: so it can be written to, and the ids on disk are those inside.  @fds: the layers, and
 * then the directory with upper and work.  Returns its root.
 */
static int mount_overlay(const struct wpar_mount_plan *p, int run, const int *fds)
{
	size_t n = p->layers.n;
	auto_buf options = { 0 };
	autofd int staging = new_staging(run);

	if (staging < 0)
		return staging;
	if (fchdir(staging) < 0 || mkdir("root", 0700) < 0)
		return -errno;
	par_buf_puts(&options, "userxattr,upperdir=own/upper,workdir=own/work,lowerdir=");
	for (size_t i = 0; i <= n; i++) {
		char name[32];

		snprintf(name, sizeof(name), i < n ? "l%zu" : "own", i);
		if (i < n)
			par_buf_printf(&options, "%s%s", i ? ":" : "", name);
		if (mkdir(name, 0700) < 0 || syscall(SYS_move_mount, fds[i], "", AT_FDCWD, name,
						     MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return -errno;
	}
	if (options.failed)
		return -ENOMEM;
	if (mount(p->global_name, "root", "overlay", MS_NODEV, options.data) < 0)
		return -errno;
	return par_fs_open_plain(staging, "root", O_PATH | O_DIRECTORY, 0);
}

static int attach_overlay(const struct wpar_mount_plan *p, const int *fds, struct par_error **err)
{
	autofd int run = open(p->run, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (run < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", p->run);
	r = become_root();
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the ids of the WPAR cannot be taken");
	r = mount_overlay(p, run, fds);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the layers of the WPAR cannot be mounted");
	return r;
}

/* What inside is built from. */
struct attach {
	const struct wpar_mount_plan *plan;
	const int *fds; /* prepared mounts, in the plan's order */
	size_t n_fds, next;
	int rootfd; /* -1: there is no root yet */
};

/* The root directory, which everything else is mounted below. */
static int attach_first(struct attach *a, const struct wpar_mount_op *op, struct par_error **err)
{
	size_t n = op->kind == WPAR_OP_OVERLAY ? a->plan->layers.n + 1 : 1;

	if (a->n_fds - a->next < n)
		return par_fail(err, PAR_E_SYSTEM, EBADF, "a prepared mount is missing");
	if (op->kind == WPAR_OP_OVERLAY)
		a->rootfd = attach_overlay(a->plan, a->fds + a->next, err);
	else
		a->rootfd = attach_root(a->plan, a->fds[a->next], err);
	a->next += n;
	return a->rootfd < 0 ? a->rootfd : 0;
}

static int attach_below(struct attach *a, const struct wpar_mount_op *op)
{
	switch (op->kind) {
	case WPAR_OP_BIND:
		if (a->next == a->n_fds)
			return -EBADF;
		return attach_bind(a->rootfd, op, a->fds[a->next++]);
	case WPAR_OP_FS:
		return mount_new(a->rootfd, op, a->plan->global_name);
	case WPAR_OP_LINK:
		return mount_make_link(a->rootfd, op);
	case WPAR_OP_FOLDER:
		return mount_make_folder(a->rootfd, op);
	case WPAR_OP_FIFO:
		return mount_make_fifo(a->rootfd, op);
	case WPAR_OP_HIDE:
		return mount_hide(a->rootfd, op);
	case WPAR_OP_SEAL:
		return mount_seal(a->rootfd, op);
	case WPAR_OP_ROOT:
	case WPAR_OP_OVERLAY:
		break;
	}
	return -EINVAL;
}

static int attach_op(struct attach *a, const struct wpar_mount_op *op, struct par_error **err)
{
	int r;

	if (op->kind == WPAR_OP_ROOT || op->kind == WPAR_OP_OVERLAY)
		return attach_first(a, op, err);
	r = attach_below(a, op);
	if (r == -ELOOP)
		return par_fail(err, PAR_E_NOT_PERMITTED, ELOOP,
				"'%s' in the WPAR is a symbolic link", op->target);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be mounted", op->target);
	return 0;
}

static int attach_all(struct attach *a, struct par_error **err)
{
	int r;

	for (size_t i = 0; i < a->plan->n_ops; i++) {
		r = attach_op(a, &a->plan->ops[i], err);
		if (r < 0)
			return r;
	}
	r = enter_root(a->rootfd);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the root cannot be entered") : 0;
}

int wpar_mounts_attach(const struct wpar_mount_plan *p, const int *fds, size_t n_fds,
		       struct par_error **err)
{
	struct attach a = { .plan = p, .fds = fds, .n_fds = n_fds, .rootfd = -1 };
	int r = attach_all(&a, err);

	if (a.rootfd >= 0)
		close(a.rootfd);
	return r;
}
