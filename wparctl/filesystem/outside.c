/* SPDX-License-Identifier: Apache-2.0 */
/* What of a running WPAR is seen from outside: see outside.h. */
#include "wparctl/filesystem/outside.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/mount_list.h"
#include "wparctl/filesystem/namefs.h"
#include "wparctl/filesystem/nfs.h"
#include "wparctl/filesystem/volume.h"

#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The descriptor @fd, opened by its path, is the root of what is mounted there. */
static bool is_mount_root(int fd)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH, 0, &st) == 0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Private: what is mounted on it would else come twice, where the LPAR's own mounts are shared. */
static int put_tree(int tree, int target, bool readonly)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
					       (readonly ? MOUNT_ATTR_RDONLY : 0),
				   .propagation = MS_PRIVATE };

	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0 ||
	    syscall(SYS_move_mount, tree, "", target, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

static int put_copy(int source, int target, bool readonly)
{
	autofd int tree = (int)syscall(SYS_open_tree, source, "",
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	return tree < 0 ? -errno : put_tree(tree, target, readonly);
}

/* Shown as the name of its image: "data.jfs2". */
static int put_volume(const struct wpar_mount_op *op, int target)
{
	const char *slash = strrchr(op->source, '/');
	autofd int tree =
		wpar_volume_mount(op->source, op->fstype, slash ? slash + 1 : op->source, NULL);

	return tree < 0 ? 0 : put_tree(tree, target, op->flags & WPAR_OP_READONLY);
}

/* The others are mounted all the same; the first that is not is told at the end. */
static int put_nfs(const struct wpar_mount_op *op, int target, struct par_error **why)
{
	auto_error other = NULL;
	autofd int tree = wpar_nfs_mount(op->object, op->source, op->data, *why ? &other : why);

	return tree < 0 ? 0 : put_tree(tree, target, op->flags & WPAR_OP_READONLY);
}

static int open_base(const char *directory)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_source(const struct wpar_mount_op *op, int base)
{
	int fd;

	if (op->kind == WPAR_OP_FS)
		fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	else if (op->flags & WPAR_OP_PRIVATE)
		return par_fs_open_plain(base, op->source, O_PATH | O_DIRECTORY, 0);
	else if (op->flags & WPAR_OP_NAMEFS)
		return wpar_namefs_open(op->source, op->object, NULL);
	else
		fd = open(op->source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Is it one of those that df lists, but not the root? */
static bool is_shown(const struct wpar_mount_op *op)
{
	return op->flags & WPAR_OP_SHOWN &&
	       (op->kind == WPAR_OP_BIND ||
		(op->kind == WPAR_OP_FS && par_streq(op->fstype, "proc")));
}

/* @local: the directory on the LPAR's own disk, which is not the base when that lies on a server */
static int attach_one(const struct wpar_mount_op *op, int base, int local, struct par_error **why)
{
	autofd int target = par_fs_open_plain(base, op->target, O_PATH | O_DIRECTORY, 0);
	autofd int source = -1;

	if (target < 0 || is_mount_root(target))
		return 0;
	if (op->flags & WPAR_OP_VOLUME)
		return put_volume(op, target);
	if (op->flags & WPAR_OP_NFS)
		return put_nfs(op, target, why);
	source = open_source(op, local);
	return source < 0 ? 0 : put_copy(source, target, op->flags & WPAR_OP_READONLY);
}

/* The root directory, where that lies on a server; over the base directory @local. */
static int put_root(const struct wpar_mount_plan *p, int local, struct par_error **why)
{
	const struct wpar_mount_op *root = p->n_ops ? &p->ops[0] : NULL;

	if (!root || root->kind != WPAR_OP_ROOT || !(root->flags & WPAR_OP_NFS))
		return 0;
	return put_nfs(root, local, why);
}

static int attach_all(const struct wpar_mount_plan *p, struct par_error **why)
{
	autofd int base = open_base(p->directory), local = -1, top = -1;
	int r = 0;

	if (base < 0)
		return base;
	if (!is_mount_root(base)) {
		r = put_copy(base, base, false);
		if (r < 0)
			return r;
		local = open_base(p->directory);
		if (local < 0)
			return local;
		r = put_root(p, local, why);
	}
	if (r < 0)
		return r;
	top = open_base(p->directory);
	if (top < 0)
		return top;
	/* Below that of a versioned WPAR are its layers, and none of its mount points. */
	for (size_t i = 0; r == 0 && !p->layers.n && i < p->n_ops; i++) {
		if (is_shown(&p->ops[i]))
			r = attach_one(&p->ops[i], top, local >= 0 ? local : top, why);
	}
	return r;
}

int wpar_outside_attach(const struct wpar_mount_plan *p, struct par_error **err)
{
	auto_error why = NULL;
	int r = strcmp(p->directory, "/") == 0 ? 0 : attach_all(p, &why);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the file systems cannot be mounted below '%s'", p->directory);
	if (!why)
		return 0;
	par_error_move(err, &why);
	return -EIO;
}

/* Bound over itself, that is by us: what lies below is the same directory. */
static bool is_ours(const char *directory)
{
	autofree char *path = strdup(directory);
	char *slash = path ? strrchr(path, '/') : NULL;
	autofd int above = -1, bare = -1;
	struct statx top, below, parent;

	if (!slash || slash == path || !slash[1])
		return false;
	*slash = '\0';
	above = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (above < 0 || statx(above, "", AT_EMPTY_PATH, STATX_INO, &parent) < 0 ||
	    statx(above, slash + 1, AT_SYMLINK_NOFOLLOW, STATX_INO, &top) < 0 ||
	    !(top.stx_attributes & STATX_ATTR_MOUNT_ROOT) ||
	    top.stx_dev_major != parent.stx_dev_major || top.stx_dev_minor != parent.stx_dev_minor)
		return false;
	/* A copy of the mount above has nothing mounted on it. */
	bare = (int)syscall(SYS_open_tree, above, "",
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return bare >= 0 && statx(bare, slash + 1, AT_SYMLINK_NOFOLLOW, STATX_INO, &below) == 0 &&
	       below.stx_ino == top.stx_ino;
}

void wpar_outside_drop(const struct wpar_mount_plan *drop)
{
	autofd int base = open_base(drop->directory);

	for (size_t i = 0; base >= 0 && i < drop->n_ops; i++) {
		autofree char *path = NULL;
		autofd int target = -1;

		if (!is_shown(&drop->ops[i]))
			continue;
		target = par_fs_open_plain(base, drop->ops[i].target, O_PATH | O_DIRECTORY, 0);
		path = par_strdup_printf("/proc/self/fd/%d", target);
		/* By the descriptor: nothing on the way can be swapped. */
		if (path && target >= 0 && is_mount_root(target))
			umount2(path, MNT_DETACH);
	}
}

void wpar_outside_detach(const char *directory)
{
	while (is_ours(directory) && umount2(directory, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
}

static const struct wpar_mount_op *own_op(const struct wpar_mount_plan *p, const char *target)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		if (strcmp(p->ops[i].target, target) == 0)
			return &p->ops[i];
	}
	return NULL;
}

/* A line's mount point and options; the text is changed. */
static bool split_line(char *line, char **ret_point, char **ret_options)
{
	char *save = NULL, *word = strtok_r(line, " ", &save);

	for (int i = 0; word && i < 5; i++) {
		if (i == 4)
			*ret_point = word;
		word = strtok_r(NULL, " ", &save);
	}
	*ret_options = word;
	return word != NULL;
}

static unsigned int flags_of(const char *options)
{
	return WPAR_OP_IDMAP | WPAR_OP_NODEV | WPAR_OP_SHOWN |
	       (wpar_mount_has_option(options, "ro") ? WPAR_OP_READONLY : 0) |
	       (wpar_mount_has_option(options, "nosuid") ? WPAR_OP_NOSUID : 0) |
	       (wpar_mount_has_option(options, "noexec") ? WPAR_OP_NOEXEC : 0);
}

/* Several on one place are one: the last. */
static int add_other(struct wpar_mount_plan *to, const char *source, const char *target,
		     unsigned int flags)
{
	struct wpar_mount_op *more;

	for (size_t i = 0; i < to->n_ops; i++) {
		if (strcmp(to->ops[i].target, target) == 0) {
			to->ops[i].flags = flags;
			return 0;
		}
	}
	more = reallocarray(to->ops, to->n_ops + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	to->ops = more;
	more[to->n_ops] = (struct wpar_mount_op){ .kind = WPAR_OP_BIND,
						  .flags = flags,
						  .target = strdup(target),
						  .source = strdup(source) };
	to->n_ops++;
	return more[to->n_ops - 1].target && more[to->n_ops - 1].source ? 0 : -ENOMEM;
}

static int by_target(const void *a, const void *b)
{
	const struct wpar_mount_op *x = a, *y = b;

	return strcmp(x->target, y->target);
}

bool wpar_outside_may_go(const struct wpar_mount_op *op)
{
	return op->kind == WPAR_OP_BIND && is_shown(op) && !wpar_namefs_is_shared(op->source) &&
	       op->flags & (WPAR_OP_VOLUME | WPAR_OP_NFS | WPAR_OP_NAMEFS);
}

int wpar_outside_others(const struct wpar_mount_plan *p, const char *mountinfo,
			struct wpar_mount_plan *ret, struct par_error **err)
{
	autofree char *text = strdup(mountinfo);
	size_t n = strlen(p->directory);
	char *save = NULL;

	*ret = (struct wpar_mount_plan){ .directory = strdup(p->directory),
					 .run = strdup(p->run),
					 .global_name = strdup(p->global_name),
					 .idbase = p->idbase,
					 .idrange = p->idrange,
					 .has_nfs = p->has_nfs };
	if (!text || !ret->directory || !ret->run || !ret->global_name)
		return par_oom(err);
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *point = NULL, *options = NULL;
		const struct wpar_mount_op *own;

		/* A point with odd characters is escaped: nothing of ours, and left alone. */
		if (!split_line(l, &point, &options) || strncmp(point, p->directory, n) != 0 ||
		    point[n] != '/' || strchr(point, '\\'))
			continue;
		own = own_op(p, point + n);
		if (own && !wpar_outside_may_go(own))
			continue;
		if (add_other(ret, point, point + n, own ? own->flags : flags_of(options)) < 0)
			return par_oom(err);
	}
	if (ret->n_ops)
		qsort(ret->ops, ret->n_ops, sizeof(*ret->ops), by_target);
	return 0;
}

#define MOST_LISTED 512

uint64_t wpar_outside_mark(const char *directory, const char *inside)
{
	uint64_t ids[MOST_LISTED], mark = 14695981039346656037U; /* FNV-1a */
	autofd int base = open_base(directory);
	int n = base < 0 ? base : wpar_mounts_ids(base, ids, PAR_ARRAY_SIZE(ids));

	if (n < 0)
		return 0;
	for (int i = 0; i < n; i++)
		mark = (mark ^ ids[i]) * 1099511628211U;
	for (const char *c = inside; *c; c++)
		mark = (mark ^ (unsigned char)*c) * 1099511628211U;
	return mark ? mark : 1;
}
