/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outer half of mount_apply.h: sources become detached mounts.
 *
 * The kernel keeps the source string that mount(2) was given, for each mount.  So the block device
 * that a directory lies on is mounted once more (the same super block), from a device node that is
 * called "Global" in the working directory, and the binds are made from that mount: mountinfo and
 * df then show "Global" inside.  Where that cannot be done (btrfs, an overlay, NFS) the source
 * stays.
 */
#include "wparctl/filesystem/mount_apply.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/device_mount.h"
#include "wparctl/filesystem/device_node.h"
#include "wparctl/filesystem/mount_list.h"
#include "wparctl/filesystem/namefs.h"
#include "wparctl/filesystem/nfs.h"
#include "wparctl/filesystem/volume.h"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#define GLOBALS_MAX 8

/* A second mount of a device, named Global. */
struct global_mount {
	dev_t dev;
	int fd; /* its root; -1: this device has none */
};

struct sources {
	const struct wpar_mount_plan *plan;
	const struct wpar_mount_space *space; /* NULL: nothing needs one */
	struct global_mount globals[GLOBALS_MAX];
	size_t n_globals;
	int directory; /* the WPAR's own directory; -1: not opened yet */
	int devices;   /* where its device nodes lie; -1: there are none yet */
	uint64_t seen; /* the mount that was looked at last, by its number; 0: none was */
	struct wpar_mount_seen mount;
};

static int second_mount(const struct sources *src, dev_t dev, const char *fstype)
{
	static const struct wpar_device_option readonly[] = { { "ro", NULL }, { 0 } };
	const char *name = src->plan->global_name;
	int fd = wpar_device_mount(dev, fstype, name, NULL, 0), r;

	/* What is mounted read-only as a whole, and not by one of its mounts, is only had so. */
	if (fd == -EBUSY || fd == -EROFS || fd == -EACCES)
		fd = wpar_device_mount(dev, fstype, name, readonly, 0);

	/* Linux before 6.15 copies only from mounts that are in the namespace. */
	r = fd < 0 ? fd : wpar_space_put(src->space, fd, WPAR_SPACE_GLOBAL);
	if (r < 0 && fd >= 0)
		close(fd);
	return r < 0 ? r : fd;
}

static int global_of(struct sources *src, dev_t dev, const char *fstype)
{
	static const char *const can[] = { "ext4", "ext3", "ext2", "xfs", "f2fs" };
	struct global_mount *g;
	bool known = false;

	for (size_t i = 0; i < src->n_globals; i++) {
		if (src->globals[i].dev == dev)
			return src->globals[i].fd;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(can); i++)
		known |= strcmp(fstype, can[i]) == 0;
	if (!known || major(dev) == 0 || src->n_globals == GLOBALS_MAX)
		return -1;
	g = &src->globals[src->n_globals++];
	g->dev = dev;
	g->fd = second_mount(src, dev, fstype);
	return g->fd;
}

/* Most lie on one mount. */
static int see_mount(struct sources *src, int fd, uint64_t id)
{
	int r = src->seen && src->seen == id ? 0 : wpar_mount_see(fd, &src->mount);

	src->seen = r < 0 ? 0 : id;
	return r;
}

/* The same file as @fd (opened at @path), seen through a mount named Global; or -1. */
static int through_global(struct sources *src, int fd)
{
	struct statx want, got;
	const struct wpar_mount_seen *line = &src->mount;
	char link[64], path[PATH_MAX], below[PATH_MAX];
	autofd int same = -1;
	ssize_t n;
	int g;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return -1;
	path[n] = '\0';
	if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &want) < 0 ||
	    see_mount(src, fd, want.stx_mnt_id) < 0)
		return -1;
	g = global_of(src, makedev(want.stx_dev_major, want.stx_dev_minor), line->fstype);
	if (g < 0)
		return -1;
	/* Path on the device: the mount's root and what is below its mount point. */
	if (strcmp(line->point, "/") != 0 && !par_starts_with(path, line->point))
		return -1;
	snprintf(below, sizeof(below), "%s",
		 path + (strcmp(line->point, "/") == 0 ? 0 : strlen(line->point)));
	if (strlen(line->root) + strlen(below) + 2 > sizeof(path))
		return -1;
	snprintf(path, sizeof(path), "./%.2000s/%.2000s",
		 strcmp(line->root, "/") == 0 ? "" : line->root, below);
	same = par_fs_open_plain(g, path, O_PATH | O_NOFOLLOW, 0);
	if (same < 0 || statx(same, "", AT_EMPTY_PATH, STATX_INO, &got) < 0 ||
	    got.stx_ino != want.stx_ino || got.stx_dev_minor != want.stx_dev_minor ||
	    got.stx_dev_major != want.stx_dev_major)
		return -1;
	return take_fd(&same);
}

static int open_private(struct sources *src, const char *rel, struct par_error **err)
{
	int fd;

	if (src->directory < 0) {
		src->directory =
			open(src->plan->directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (src->directory < 0)
			return par_fail(err, PAR_E_SYSTEM, errno,
					"the WPAR's directory '%s' cannot be opened",
					src->plan->directory);
	}
	/* "": the directory itself, which messages name too. */
	fd = par_fs_open_plain(src->directory, *rel ? rel : ".", O_PATH | O_DIRECTORY, 0);
	if (fd == -ELOOP || fd == -ENOTDIR)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"'%s%s%s' is not a directory of its own", src->plan->directory,
				*rel ? "/" : "", rel);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, fd, "'%s%s%s' cannot be opened",
				src->plan->directory, *rel ? "/" : "", rel);
	return fd;
}

/* By errno; a part of the WPAR's own directory is named by its whole path. */
static int fail_source(const struct sources *src, const struct wpar_mount_op *op,
		       enum par_error_id id, const char *what, struct par_error **err)
{
	const char *above = op->flags & WPAR_OP_PRIVATE ? src->plan->directory : "";

	return par_fail(err, id, errno, "'%s%s%s' %s", above, *above && *op->source ? "/" : "",
			op->source, what);
}

/* Directories of disks, and what is ours: not nodes of devices, which lie on no disk. */
static bool shows_its_device(const struct wpar_mount_op *op)
{
	return op->flags & (WPAR_OP_IDMAP | WPAR_OP_READONLY);
}

/* What is to be bound, as a descriptor of it. */
static int open_source(struct sources *src, const struct wpar_mount_op *op, struct par_error **err)
{
	int fd;

	if (op->flags & WPAR_OP_PRIVATE)
		return open_private(src, op->source, err);
	if (op->flags & WPAR_OP_DEVICE)
		return wpar_device_node(src->plan, src->space, &src->devices, op->source, err);
	if (op->flags & WPAR_OP_NAMEFS)
		return wpar_namefs_open(op->source, op->object, err);
	fd = open(op->source, O_PATH | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "there is no '%s'", op->source);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", op->source);
	return fd;
}

/* A path of the LPAR's that is bound as it is: there is nothing to look at first. */
static bool is_plain(const struct wpar_mount_op *op)
{
	return !(op->flags & (WPAR_OP_PRIVATE | WPAR_OP_DEVICE | WPAR_OP_NAMEFS | WPAR_OP_VOLUME |
			      WPAR_OP_NFS)) &&
	       !shows_its_device(op);
}

static int copy_source(struct sources *src, const struct wpar_mount_op *op, unsigned int recursive,
		       struct par_error **err)
{
	autofd int fd = -1, through = -1;
	int tree;

	/* A space that an older program has made and keeps has none. */
	if (op->flags & WPAR_OP_STANDARD && src->space) {
		tree = wpar_space_standard(src->space, op->source);
		if (tree >= 0)
			return tree;
	}
	if (is_plain(op)) {
		tree = (int)syscall(SYS_open_tree, AT_FDCWD, op->source,
				    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
		if (tree >= 0)
			return tree;
	}
	fd = open_source(src, op, err);
	if (fd < 0)
		return fd;
	if (shows_its_device(op) && !recursive)
		through = through_global(src, fd);
	if (through >= 0 || op->flags & WPAR_OP_DEVICE)
		errno = -(tree = wpar_space_copy(src->space, through >= 0 ? through : fd));
	else
		tree = (int)syscall(SYS_open_tree, fd, "",
				    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH |
					    recursive);
	return tree < 0 ? fail_source(src, op, PAR_E_SYSTEM, "cannot be bound", err) : tree;
}

static int make_tree(struct sources *src, const struct wpar_mount_op *op, unsigned int recursive,
		     struct par_error **err)
{
	if (op->flags & WPAR_OP_VOLUME)
		return wpar_volume_mount(op->source, op->fstype, src->plan->global_name, err);
	if (op->flags & WPAR_OP_NFS)
		return wpar_nfs_mount(op->object, op->source, op->data, err);
	return copy_source(src, op, recursive, err);
}

static uint64_t attributes_of(const struct wpar_mount_op *op)
{
	return (op->flags & WPAR_OP_READONLY ? MOUNT_ATTR_RDONLY : 0) |
	       (op->flags & WPAR_OP_NOSUID ? MOUNT_ATTR_NOSUID : 0) |
	       (op->flags & WPAR_OP_NODEV ? MOUNT_ATTR_NODEV : 0) |
	       (op->flags & WPAR_OP_NOEXEC ? MOUNT_ATTR_NOEXEC : 0) |
	       (op->flags & WPAR_OP_IDMAP ? MOUNT_ATTR_IDMAP : 0);
}

static int prepare_one(struct sources *src, const struct wpar_mount_op *op, int userns,
		       struct par_error **err)
{
	unsigned int recursive = op->flags & WPAR_OP_RECURSIVE ? AT_RECURSIVE : 0;
	/* A copy of a shared mount would be shared: what is mounted there would come inside. */
	struct mount_attr attr = { .propagation = MS_PRIVATE };
	autofd int tree = make_tree(src, op, recursive, err);

	if (tree < 0)
		return tree;
	attr.attr_set = attributes_of(op);
	if (op->flags & WPAR_OP_IDMAP)
		attr.userns_fd = (uint64_t)userns;
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | recursive, &attr, sizeof(attr)) <
	    0)
		return fail_source(src, op, errno == EINVAL ? PAR_E_NOT_SUPPORTED : PAR_E_SYSTEM,
				   "cannot be bound with the ids of the WPAR", err);
	return take_fd(&tree);
}

/* The layers, top first, and last the directory that has the upper one. */
static int prepare_overlay(struct sources *src, int userns, int *fds, size_t *n,
			   struct par_error **err)
{
	struct wpar_mount_op layer = { .kind = WPAR_OP_BIND,
				       .flags = WPAR_OP_IDMAP | WPAR_OP_READONLY | WPAR_OP_NODEV };
	struct wpar_mount_op upper = { .kind = WPAR_OP_BIND,
				       .source = (char *)"",
				       .flags = WPAR_OP_IDMAP | WPAR_OP_NODEV | WPAR_OP_PRIVATE };
	int fd;

	if (src->plan->layers.n + 1 + *n > WPAR_MOUNTS_MAX)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "the image has too many layers");
	for (size_t i = 0; i < src->plan->layers.n; i++) {
		layer.source = src->plan->layers.v[i];
		fd = prepare_one(src, &layer, userns, err);
		if (fd < 0)
			return fd;
		fds[(*n)++] = fd;
	}
	fd = prepare_one(src, &upper, userns, err);
	if (fd < 0)
		return fd;
	fds[(*n)++] = fd;
	return 0;
}

/* What each has besides: its root, devices, programs, files of /proc, and the layers of an image.
 */
_Static_assert(WPAR_SPEC_MOUNTS_MAX + 30 <= WPAR_MOUNTS_MAX,
	       "a specification that is taken starts");

static int fail_many(struct par_error **err)
{
	return par_fail(err, PAR_E_TOO_LARGE, 0, "the WPAR has more than %d mounts",
			WPAR_MOUNTS_MAX);
}

int wpar_mounts_prepare(const struct wpar_mount_plan *p, const struct wpar_mount_space *space,
			int userns, int ret_fds[WPAR_MOUNTS_MAX], size_t *ret_n,
			struct par_error **err)
{
	struct sources src = { .plan = p, .space = space, .directory = -1, .devices = -1 };
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < p->n_ops && r >= 0; i++) {
		if (p->ops[i].kind == WPAR_OP_OVERLAY) {
			r = prepare_overlay(&src, userns, ret_fds, &n, err);
			continue;
		}
		if (p->ops[i].kind != WPAR_OP_ROOT && p->ops[i].kind != WPAR_OP_BIND)
			continue;
		r = n < WPAR_MOUNTS_MAX ? prepare_one(&src, &p->ops[i], userns, err)
					: fail_many(err);
		if (r >= 0)
			ret_fds[n++] = r;
	}
	for (size_t i = 0; i < src.n_globals; i++) {
		if (src.globals[i].fd >= 0)
			close(src.globals[i].fd);
	}
	if (src.directory >= 0)
		close(src.directory);
	if (src.devices >= 0)
		close(src.devices);
	if (r < 0) {
		while (n > 0)
			close(ret_fds[--n]);
		return r;
	}
	*ret_n = n;
	return 0;
}

bool wpar_mounts_is_global(const struct wpar_mount_plan *p)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct wpar_mount_op *op = &p->ops[i];

		if (op->kind == WPAR_OP_OVERLAY ||
		    (op->kind == WPAR_OP_ROOT && !(op->flags & WPAR_OP_RECURSIVE)) ||
		    (op->kind == WPAR_OP_BIND && !is_plain(op)))
			return false;
	}
	return true;
}

static int set_tree(const struct mount_attr *attr, struct par_error **err)
{
	if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, attr, sizeof(*attr)) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno,
				"the mounts cannot be made private and read-only");
	return 0;
}

static int prepare_devices(const struct wpar_mount_plan *p, int *fds, size_t *n,
			   struct par_error **err)
{
	struct sources src = { .plan = p, .directory = -1, .devices = -1 };

	for (size_t i = 0; i < p->n_ops; i++) {
		int fd;

		if (p->ops[i].kind != WPAR_OP_BIND)
			continue;
		if (*n == WPAR_MOUNTS_MAX)
			return fail_many(err);
		fd = prepare_one(&src, &p->ops[i], -1, err);
		if (fd < 0)
			return fd;
		fds[(*n)++] = fd;
	}
	return 0;
}

static int restrict_tree(const struct wpar_mount_plan *p, struct par_error **err)
{
	struct mount_attr attr = { 0 };

	for (size_t i = 0; i < p->n_ops; i++) {
		if (p->ops[i].kind == WPAR_OP_ROOT)
			attr.attr_set = attributes_of(&p->ops[i]);
	}
	return set_tree(&attr, err);
}

int wpar_mounts_prepare_global(const struct wpar_mount_plan *p, int ret_fds[WPAR_MOUNTS_MAX],
			       size_t *ret_n, struct par_error **err)
{
	const struct mount_attr private = { .propagation = MS_PRIVATE };
	int r = set_tree(&private, err);

	if (r < 0)
		return r;
	/* The devices before the tree has none any more.  After an error this process ends. */
	*ret_n = 0;
	r = prepare_devices(p, ret_fds, ret_n, err);
	return r < 0 ? r : restrict_tree(p, err);
}

void wpar_mounts_drop_absent(struct wpar_mount_plan *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_ops; i++) {
		struct wpar_mount_op *op = &p->ops[i];

		if ((op->flags & WPAR_OP_OPTIONAL) && access(op->source, F_OK) < 0) {
			free(op->target);
			free(op->source);
			free(op->object);
			free(op->fstype);
			free(op->data);
			continue;
		}
		p->ops[kept++] = *op;
	}
	p->n_ops = kept;
}
