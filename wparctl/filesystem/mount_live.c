/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts of a WPAR that runs: see mount_live.h. */
#include "wparctl/filesystem/mount_live.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/mount_apply.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The descriptor @fd, opened by its path, is the root of what is mounted there. */
static bool is_mounted(int fd)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH, 0, &st) == 0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* What is mounted at the target, to be put back; -1: nothing is. */
static int copy_mounted(int rootfd, const struct wpar_mount_op *op)
{
	autofd int fd = par_fs_open_plain(rootfd, op->target, O_PATH, 0);
	int copy;

	if (fd < 0)
		return fd == -ENOENT ? -1 : fd;
	if (!is_mounted(fd))
		return -1;
	copy = (int)syscall(SYS_open_tree, fd, "",
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return copy < 0 ? -errno : copy;
}

/* The name is looked up in its folder, which cannot be swapped meanwhile. */
static int unmount_target(int rootfd, const struct wpar_mount_op *op, bool lazy)
{
	const char *name;
	autofd int above = wpar_mount_open_above(rootfd, op->target, &name);

	lazy |= (op->flags & WPAR_OP_OVER) != 0;
	if (above < 0)
		return above;
	if (fchdir(above) < 0)
		return -errno;
	/* EINVAL: nothing is mounted there (any more) */
	while (umount2(name, UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) == 0)
		;
	if (errno != EINVAL)
		return -errno;
	/* The file that a device was put on was made for it. */
	if (op->flags & WPAR_OP_FILE && !(op->flags & WPAR_OP_OVER))
		unlinkat(above, name, 0);
	return 0;
}

static int fail_op(const struct wpar_mount_op *op, int r, const char *what, struct par_error **err)
{
	if (r == -ELOOP)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0, "'%s' in the WPAR is a symbolic link",
				op->target);
	if (r == -EBUSY)
		return par_fail(err, PAR_E_BUSY, 0,
				"%s is in use in the workload partition; -F takes it away all the "
				"same",
				op->target);
	return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be %s", op->target, what);
}

static int add_all(const struct wpar_mount_plan *p, int rootfd, const int *fds, size_t n_fds,
		   size_t *done, struct par_error **err)
{
	size_t next = 0;

	for (*done = 0; *done < p->n_ops; ++*done) {
		const struct wpar_mount_op *op = &p->ops[*done];
		int r;

		if (op->kind == WPAR_OP_BIND && next == n_fds)
			return fail_op(op, -EBADF, "mounted", err);
		/* Left by a killed command: the specification did not have it. */
		r = op->kind == WPAR_OP_BIND ? unmount_target(rootfd, op, true) : 0;
		if (r == 0 || r == -ENOENT)
			r = wpar_mount_put(rootfd, op, op->kind == WPAR_OP_BIND ? fds[next++] : -1);
		if (r < 0)
			return fail_op(op, r, "mounted", err);
	}
	return 0;
}

static void undo_add(const struct wpar_mount_plan *p, int rootfd, size_t done)
{
	while (done-- > 0) {
		if (p->ops[done].kind == WPAR_OP_BIND)
			unmount_target(rootfd, &p->ops[done], true);
	}
}

/* @copies: of what was there, an element for each step that was done */
static int drop_all(const struct wpar_mount_plan *p, int rootfd, bool lazy, int *copies,
		    size_t *done, struct par_error **err)
{
	for (*done = 0; *done < p->n_ops; ++*done) {
		const struct wpar_mount_op *op = &p->ops[*done];
		int copy = copy_mounted(rootfd, op);
		int r = copy < -1 ? copy : copy < 0 ? 0 : unmount_target(rootfd, op, lazy);

		if (r < 0) {
			if (copy >= 0)
				close(copy);
			return fail_op(op, r, "taken away", err);
		}
		copies[*done] = copy;
	}
	return 0;
}

static void undo_drop(const struct wpar_mount_plan *p, int rootfd, const int *copies, size_t done)
{
	while (done-- > 0) {
		if (copies[done] >= 0)
			wpar_mount_put(rootfd, &p->ops[done], copies[done]);
	}
}

static int resize_all(const struct wpar_mount_plan *p, int rootfd, struct par_error **err)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct wpar_mount_op *op = &p->ops[i];
		int r = wpar_mount_again(rootfd, op);

		/* What lies in /dev/shm is not thrown away: the limit of memory holds for it. */
		if (r < 0 && !par_streq(op->fstype, "tmpfs"))
			return fail_op(op, r, "given another size", err);
	}
	return 0;
}

static int drop_and_resize(const struct wpar_mount_change *c, int rootfd, bool lazy, int *copies,
			   size_t *dropped, struct par_error **err)
{
	int r = drop_all(&c->drop, rootfd, lazy, copies, dropped, err);

	return r < 0 ? r : resize_all(&c->resize, rootfd, err);
}

int wpar_mount_change_attach(const struct wpar_mount_change *c, const int *fds, size_t n_fds,
			     bool lazy, struct par_error **err)
{
	autofd int rootfd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofree int *copies = calloc(c->drop.n_ops + 1, sizeof(*copies));
	size_t added = 0, dropped = 0;
	int r;

	if (rootfd < 0 || !copies)
		return par_fail(err, PAR_E_SYSTEM, errno, "'/' in the WPAR cannot be opened");
	r = add_all(&c->add, rootfd, fds, n_fds, &added, err);
	if (r < 0) {
		undo_add(&c->add, rootfd, added);
		return r;
	}
	r = drop_and_resize(c, rootfd, lazy, copies, &dropped, err);
	if (r < 0) {
		undo_drop(&c->drop, rootfd, copies, dropped);
		undo_add(&c->add, rootfd, added);
	}
	for (size_t i = 0; i < dropped; i++) {
		if (copies[i] >= 0)
			close(copies[i]);
	}
	return r;
}
