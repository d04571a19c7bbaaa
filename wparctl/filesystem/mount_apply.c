/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner half of mount_apply.h.  Every target is looked up with openat2 below the new root and
 * without following a symbolic link, and the mount is made on the descriptor: nothing that the
 * WPAR left in its files can lead a mount elsewhere, and nothing can be swapped in between.
 */
#include "wparctl/filesystem/mount_apply.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/mount_space.h"

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

/*
 * The folder that something was put into last: most of what is made lies side by side, in /dev.
 * What is mounted over it, or over a folder above, makes it another one: folder_covered().
 */
struct folder {
	int rootfd, fd; /* fd -1: none is open */
	const char *path;
	size_t len;	   /* of @path */
	const char *fresh; /* where a new file system was mounted last: nothing is there yet */
};

static void folder_close(struct folder *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

/* The folder of @target, which is @f's; a negative errno. */
static int folder_open(struct folder *f, const char *target, const char **ret_name)
{
	const size_t len = (size_t)(strrchr(target, '/') - target);

	if (f->fd >= 0 && f->len == len && strncmp(f->path, target, len) == 0) {
		*ret_name = target + len + 1;
		return f->fd;
	}
	folder_close(f);
	f->fd = wpar_mount_open_above(f->rootfd, target, ret_name);
	f->path = target;
	f->len = len;
	return f->fd;
}

static void folder_covered(struct folder *f, const char *target)
{
	const size_t len = strlen(target);

	if (f->fd >= 0 && len <= f->len && strncmp(f->path, target, len) == 0)
		folder_close(f);
}

static bool folder_is_fresh(const struct folder *f, const char *target)
{
	const size_t len = f->fresh ? strlen(f->fresh) : 0;

	return len > 0 && strncmp(f->fresh, target, len) == 0 && target[len] == '/' &&
	       !strchr(target + len + 1, '/');
}

/* 0: an empty file or directory was made for the mount */
static int make_target(int above, const char *name, bool file)
{
	int r = file ? mknodat(above, name, S_IFREG | 0755, 0) : mkdirat(above, name, 0755);

	return r < 0 ? -errno : 0;
}

/* The place for a mount; made when it is not there. */
static int open_target(struct folder *f, const struct wpar_mount_op *op)
{
	const bool file = op->flags & WPAR_OP_FILE;
	const unsigned int kind = file ? 0 : O_DIRECTORY;
	const char *name;
	int fd = -ENOENT, above, r;

	if (!folder_is_fresh(f, op->target))
		fd = par_fs_open_plain(f->rootfd, op->target, O_PATH | kind, 0);
	if (fd != -ENOENT)
		return fd;
	above = folder_open(f, op->target, &name);
	if (above < 0)
		return above;
	r = make_target(above, name, file);
	if (r < 0 && r != -EEXIST)
		return r;
	return par_fs_open_plain(above, name, O_PATH | kind, 0);
}

static int attach_tree(int tree, int target)
{
	if (syscall(SYS_move_mount, tree, "", target, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

/* A file that was made a moment ago needs no look-up: a link in its place is not followed. */
static int attach_fresh(struct folder *f, const struct wpar_mount_op *op, int fd)
{
	const char *name;
	int above = folder_open(f, op->target, &name);
	int r = above < 0 ? above : make_target(above, name, op->flags & WPAR_OP_FILE);

	if (r < 0)
		return r;
	return syscall(SYS_move_mount, fd, "", above, name, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno
											 : 0;
}

static int attach_bind(struct folder *f, const struct wpar_mount_op *op, int fd)
{
	int r = folder_is_fresh(f, op->target) ? attach_fresh(f, op, fd) : -EEXIST;
	autofd int target = r == -EEXIST ? open_target(f, op) : -1;

	if (r == -EEXIST)
		r = target < 0 ? target : attach_tree(fd, target);
	folder_covered(f, op->target);
	return r;
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

static int mount_new(struct folder *f, const struct wpar_mount_op *op, const char *source)
{
	autofd int target = open_target(f, op);
	int r = target < 0 ? target : mount_fs(target, op, source, 0);

	folder_covered(f, op->target);
	f->fresh = r == 0 && strcmp(op->fstype, "tmpfs") == 0 ? op->target : f->fresh;
	return r;
}

int wpar_mount_new(int rootfd, const struct wpar_mount_op *op, const char *source)
{
	struct folder f = { .rootfd = rootfd, .fd = -1 };
	int r = mount_new(&f, op, source);

	folder_close(&f);
	return r;
}

int wpar_mount_again(int rootfd, const struct wpar_mount_op *op)
{
	autofd int target = par_fs_open_plain(rootfd, op->target, O_PATH | O_DIRECTORY, 0);

	return target < 0 ? target : mount_fs(target, op, "none", MS_REMOUNT);
}

static int mount_make_link(struct folder *f, const struct wpar_mount_op *op)
{
	const char *name;
	int above = folder_open(f, op->target, &name);

	if (above < 0)
		return above;
	if (symlinkat(op->source, above, name) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

static int mount_make_folder(struct folder *f, const struct wpar_mount_op *op)
{
	const char *name;
	int above = folder_open(f, op->target, &name);

	if (above < 0)
		return above;
	if (mkdirat(above, name, op->mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	return op->mode & 07000 ? (fchmodat(above, name, op->mode, 0) < 0 ? -errno : 0) : 0;
}

int wpar_mount_put(int rootfd, const struct wpar_mount_op *op, int fd)
{
	struct folder f = { .rootfd = rootfd, .fd = -1 };
	int r = op->kind == WPAR_OP_FOLDER ? mount_make_folder(&f, op) : attach_bind(&f, op, fd);

	folder_close(&f);
	return r;
}

static int mount_make_fifo(struct folder *f, const struct wpar_mount_op *op)
{
	const char *name;
	int above = folder_open(f, op->target, &name);

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
	autofd int tree = -1;

	if (target < 0)
		return target == -ENOENT || target == -EACCES ? 0 : target;
	/* One name below the root, and no link that would be followed: needs no openat2. */
	tree = (int)syscall(SYS_open_tree, rootfd, op->source + 1,
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
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

int wpar_mounts_become_root(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return -errno;
	return 0;
}

static int go_to_root(void)
{
	return chdir("/") < 0 ? -errno : 0;
}

/* The old root is left: nothing of the global tree can be reached after this. */
static int enter_root(int rootfd)
{
	if (fchdir(rootfd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0)
		return -errno;
	return go_to_root();
}

static int attach_root(int fd, struct par_error **err)
{
	int rootfd, r;

	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, WPAR_SPACE_ROOT, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the root cannot be mounted");
	rootfd = open(WPAR_SPACE_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the root cannot be opened");
	r = wpar_mounts_become_root();
	if (r < 0) {
		close(rootfd);
		return par_fail(err, PAR_E_SYSTEM, r, "the ids of the WPAR cannot be taken");
	}
	return rootfd;
}

/* A tmpfs, put on the folder @place; its root. */
static int new_staging(int place)
{
	autofd int fs = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
	autofd int fd = -1;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV);
	if (fd < 0 || syscall(SYS_move_mount, fd, "", place, "",
			      MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -errno;
	return take_fd(&fd);
}

/* "l0", "l1" …, top first, and "own" for the directory with upper and work. */
void wpar_layers_place(size_t i, size_t layers, char ret[WPAR_LAYERS_PLACE])
{
	snprintf(ret, WPAR_LAYERS_PLACE, i < layers ? "l%zu" : "own", i);
}

int wpar_layers_mount(size_t layers, const char *source)
{
	auto_buf options = { 0 };

	par_buf_puts(&options, "userxattr,upperdir=own/upper,workdir=own/work,lowerdir=");
	for (size_t i = 0; i < layers; i++) {
		char name[WPAR_LAYERS_PLACE];

		wpar_layers_place(i, layers, name);
		par_buf_printf(&options, "%s%s", i ? ":" : "", name);
	}
	if (options.failed)
		return -ENOMEM;
	return mount(source, WPAR_LAYERS_ROOT, "overlay", MS_NODEV, options.data) < 0 ? -errno : 0;
}

/*
 * The overlay of a versioned WPAR.  Mounted from inside its user namespace, over layers whose ids
 * are mapped: so it can be written to, and the ids on disk are those inside.  @fds: the layers, and
 * then the directory with upper and work.  Returns its root.
 */
static int mount_overlay(const struct wpar_mount_plan *p, int place, const int *fds)
{
	size_t n = p->layers.n;
	autofd int staging = new_staging(place);
	int r;

	if (staging < 0)
		return staging;
	if (fchdir(staging) < 0 || mkdir(WPAR_LAYERS_ROOT, 0700) < 0)
		return -errno;
	for (size_t i = 0; i <= n; i++) {
		char name[WPAR_LAYERS_PLACE];

		wpar_layers_place(i, n, name);
		if (mkdir(name, 0700) < 0 || syscall(SYS_move_mount, fds[i], "", AT_FDCWD, name,
						     MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return -errno;
	}
	r = wpar_layers_mount(n, p->global_name);
	return r < 0 ? r : par_fs_open_plain(staging, WPAR_LAYERS_ROOT, O_PATH | O_DIRECTORY, 0);
}

static int attach_overlay(const struct wpar_mount_plan *p, const int *fds, struct par_error **err)
{
	autofd int place = open(WPAR_SPACE_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (place < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the place of the root cannot be opened");
	r = wpar_mounts_become_root();
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the ids of the WPAR cannot be taken");
	r = mount_overlay(p, place, fds);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the layers of the WPAR cannot be mounted");
	return r;
}

/* The tree is there: wpar_mounts_prepare_global(). */
static int take_global(struct par_error **err)
{
	int r = wpar_mounts_become_root();
	int rootfd = r < 0 ? -1 : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the ids of the WPAR cannot be taken");
	if (rootfd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the root cannot be opened");
	return rootfd;
}

/* What inside is built from. */
struct attach {
	const struct wpar_mount_plan *plan;
	const int *fds; /* prepared mounts, in the plan's order */
	size_t n_fds, next;
	bool global;	 /* wpar_mounts_is_global() */
	struct folder f; /* its rootfd is -1: there is no root yet */
};

/* The root directory, which everything else is mounted below. */
static int attach_first(struct attach *a, const struct wpar_mount_op *op, struct par_error **err)
{
	size_t n = op->kind == WPAR_OP_OVERLAY ? a->plan->layers.n + 1 : 1;

	if (a->global) {
		a->f.rootfd = take_global(err);
		return a->f.rootfd < 0 ? a->f.rootfd : 0;
	}
	if (a->n_fds - a->next < n)
		return par_fail(err, PAR_E_SYSTEM, EBADF, "a prepared mount is missing");
	if (op->kind == WPAR_OP_OVERLAY)
		a->f.rootfd = attach_overlay(a->plan, a->fds + a->next, err);
	else
		a->f.rootfd = attach_root(a->fds[a->next], err);
	a->next += n;
	return a->f.rootfd < 0 ? a->f.rootfd : 0;
}

static int attach_below(struct attach *a, const struct wpar_mount_op *op)
{
	switch (op->kind) {
	case WPAR_OP_BIND:
		if (a->next == a->n_fds)
			return -EBADF;
		return attach_bind(&a->f, op, a->fds[a->next++]);
	case WPAR_OP_FS:
		return mount_new(&a->f, op, a->plan->global_name);
	case WPAR_OP_LINK:
		return mount_make_link(&a->f, op);
	case WPAR_OP_FOLDER:
		return mount_make_folder(&a->f, op);
	case WPAR_OP_FIFO:
		return mount_make_fifo(&a->f, op);
	case WPAR_OP_HIDE:
		return mount_hide(a->f.rootfd, op);
	case WPAR_OP_SEAL:
		return mount_seal(a->f.rootfd, op);
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
	r = a->global ? go_to_root() : enter_root(a->f.rootfd);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the root cannot be entered") : 0;
}

int wpar_mounts_attach(const struct wpar_mount_plan *p, const int *fds, size_t n_fds,
		       struct par_error **err)
{
	struct attach a = {
		.plan = p,
		.fds = fds,
		.n_fds = n_fds,
		.global = wpar_mounts_is_global(p),
		.f = { .rootfd = -1, .fd = -1 },
	};
	int r = attach_all(&a, err);

	folder_close(&a.f);
	if (a.f.rootfd >= 0)
		close(a.f.rootfd);
	return r;
}
