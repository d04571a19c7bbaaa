/* SPDX-License-Identifier: Apache-2.0 */
/* What of a WPAR is read for a backup: see trees.h. */
#include "wparctl/backup/trees.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/nfs.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/versioned/image_data.h"

#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Mounts of one tree, of which there is only the first so far. */
#define MOUNTS(first)                                          \
	{                                                      \
		(first), [1 ... WPAR_ARCHIVE_PASSES - 1] = -1, \
	}

/* Some of them may be the first one, too. */
static void close_mounts(const int fds[WPAR_ARCHIVE_PASSES])
{
	for (int k = 0; k < WPAR_ARCHIVE_PASSES; k++) {
		if (fds[k] >= 0 && (k == 0 || fds[k] != fds[0]))
			close(fds[k]);
	}
}

void wpar_backup_trees_done(struct wpar_backup_trees *t)
{
	for (size_t i = 0; i < t->n; i++) {
		close_mounts(t->v[i].fds);
		free(t->v[i].directory);
	}
	free(t->v);
	par_strv_done(&t->empty);
	par_strv_done(&t->own);
	if (t->work >= 0)
		close(t->work);
	if (t->base >= 0)
		close(t->base);
	*t = WPAR_NO_TREES;
}

/*
 * Nothing is written by reading it, no program of it is run, and nothing leads out of it.  What
 * made the mount can only name it: in its place comes what can be read.
 */
static int shut(int *tree)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
				   .propagation = MS_PRIVATE };
	int fd;

	if (syscall(SYS_mount_setattr, *tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return -errno;
	fd = openat(*tree, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(*tree);
	*tree = fd;
	return 0;
}

static int clone_mount(int folder)
{
	int fd = (int)syscall(SYS_open_tree, folder, "",
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	return fd < 0 ? -errno : fd;
}

int wpar_backup_tree_clone(int folder)
{
	int tree = clone_mount(folder), r = tree < 0 ? tree : shut(&tree);

	if (r == 0)
		return tree;
	if (tree >= 0)
		close(tree);
	return r;
}

/* Takes @fds, also on failure; those that are -1 are the first one, too. */
static int set_mounts(struct wpar_writer_tree *n, const struct wpar_spec *s,
		      int fds[WPAR_ARCHIVE_PASSES], struct par_error **err)
{
	int r = 0;

	for (int k = 0; k < WPAR_ARCHIVE_PASSES; k++) {
		if (fds[k] >= 0 && r == 0)
			r = shut(&fds[k]);
		n->fds[k] = fds[k] >= 0 ? fds[k] : fds[0];
	}
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' of '%s' cannot be made read-only",
				n->directory, s->name)
		     : 0;
}

/* NULL: there is no memory */
static struct wpar_writer_tree *new_tree(struct wpar_backup_trees *t, const char *directory)
{
	struct wpar_writer_tree *more = reallocarray(t->v, t->n + 1, sizeof(*more));
	autofree char *copy = strdup(directory);

	if (more)
		t->v = more;
	if (!more || !copy)
		return NULL;
	more[t->n] = (struct wpar_writer_tree){ .directory = take_ptr(copy) };
	return &more[t->n++];
}

int wpar_backup_trees_add(struct wpar_backup_trees *t, const char *directory, int mount,
			  uint32_t range, struct par_error **err)
{
	struct wpar_writer_tree *n = new_tree(t, directory);

	if (!n) {
		close(mount);
		return par_oom(err);
	}
	n->range = range;
	for (int k = 0; k < WPAR_ARCHIVE_PASSES; k++)
		n->fds[k] = mount;
	return 0;
}

/* Takes @fds in the same way as set_mounts(). */
static int add_tree(struct wpar_backup_trees *t, const struct wpar_spec *s, const char *directory,
		    int fds[WPAR_ARCHIVE_PASSES], bool server, struct par_error **err)
{
	struct wpar_writer_tree *n = new_tree(t, directory);

	if (!n) {
		close_mounts(fds);
		return par_oom(err);
	}
	n->shift = server ? s->idbase : 0;
	n->range = server ? s->idrange : 0;
	return set_mounts(n, s, fds, err);
}

int wpar_backup_trees_replace(struct wpar_backup_trees *t, size_t i, int mount,
			      const struct wpar_spec *s, struct par_error **err)
{
	int fds[WPAR_ARCHIVE_PASSES] = MOUNTS(mount);

	close_mounts(t->v[i].fds);
	return set_mounts(&t->v[i], s, fds, err);
}

/* ---- The root ---- */

/* A folder in a list of overlayfs, which has colons between them. */
static void put_layer(struct par_buf *b, const char *path)
{
	for (; *path; path++) {
		if (*path == ':' || *path == '\\')
			par_buf_putc(b, '\\');
		par_buf_putc(b, *path);
	}
}

/*
 * Upper layer and image, without the LPAR's own commands between them.  Whoever reads an overlay
 * does not see what changes below it, so each pass over a running WPAR has a mount of its own.
 */
static int open_overlay(const char *layers)
{
	autofd int fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", "savewpar", 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "lowerdir", layers, 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) < 0)
		return -errno;
	/* Numbers of inodes that are the same in each of these mounts, where they have room. */
	syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "xino", "on", 0);
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	return fd < 0 ? -errno : fd;
}

/* @mounts: how many; those behind them stay as they are */
static int open_layers(const struct wpar_spec *s, const char *base, int mounts,
		       int fds[WPAR_ARCHIVE_PASSES])
{
	autofree char *upper = par_strdup_printf("%s/upper", base);
	autofree char *image = wpar_path(WPAR_STORE_DIR "/images/%s/root", s->version.image_digest);
	auto_buf layers = { 0 };

	if (!upper || !image)
		return -ENOMEM;
	put_layer(&layers, upper);
	par_buf_putc(&layers, ':');
	put_layer(&layers, image);
	if (layers.failed)
		return -ENOMEM;
	for (int k = 0; k < mounts; k++) {
		fds[k] = open_overlay(layers.data);
		if (fds[k] < 0)
			return fds[k];
	}
	return 0;
}

int wpar_backup_layers(const struct wpar_spec *s, const char *base)
{
	int fds[WPAR_ARCHIVE_PASSES] = MOUNTS(-1);
	int r = open_layers(s, base, 1, fds);

	return r < 0 ? r : fds[0];
}

static int fail_root(const struct wpar_spec *s, int r, const int fds[WPAR_ARCHIVE_PASSES],
		     struct par_error **err)
{
	close_mounts(fds);
	return par_fail(err, PAR_E_SYSTEM, r, "the files of '%s' cannot be opened", s->name);
}

/* The WPAR's own root, in its base directory @base, open as @fd. */
static int open_own_root(const struct wpar_spec *s, const char *base, int fd, int mounts,
			 int fds[WPAR_ARCHIVE_PASSES], struct par_error **err)
{
	int r = 0;

	if (s->version.image_digest)
		r = open_layers(s, base, mounts, fds);
	else
		r = fds[0] = clone_mount(fd);
	return r < 0 ? fail_root(s, r, fds, err) : 0;
}

static int open_server_root(const struct wpar_spec *s, const struct wpar_mount *root, bool servers,
			    struct par_error **err)
{
	autofree char *options = NULL;

	if (!servers)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"the root directory of '%s' lies on a server; -N saves it",
				s->name);
	options = wpar_nfs_options(root->options);
	return options ? wpar_nfs_mount(root->host, root->device, options, err) : par_oom(err);
}

static int open_root(const struct wpar_spec *s, struct wpar_backup_trees *t, bool servers,
		     struct par_error **err)
{
	const struct wpar_mount *root = wpar_spec_mount(s, "/");
	const bool server = root && wpar_mount_is_nfs(root);
	int fds[WPAR_ARCHIVE_PASSES] = MOUNTS(-1), r;
	autofree char *base = wpar_path("%s", s->directory);

	if (!base)
		return par_oom(err);
	r = server ? (fds[0] = open_server_root(s, root, servers, err))
		   : open_own_root(s, base, t->base, WPAR_ARCHIVE_PASSES, fds, err);
	return r < 0 ? r : add_tree(t, s, "/", fds, server, err);
}

int wpar_backup_trees_root(struct wpar_backup_trees *t, const struct wpar_spec *s, const char *base,
			   struct par_error **err)
{
	autofd int fd = open(base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fds[WPAR_ARCHIVE_PASSES] = MOUNTS(-1), r;

	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", base);
	r = open_own_root(s, base, fd, 1, fds, err);
	return r < 0 ? r : wpar_backup_trees_replace(t, 0, fds[0], s, err);
}

/* ---- Its other file systems ---- */

static int open_volume(const struct wpar_spec *s, const struct wpar_mount *m,
		       struct wpar_backup_trees *t, struct par_error **err)
{
	autofree char *base = wpar_path("%s", s->directory);
	autofree char *image = base ? wpar_volume_path(base, m) : NULL;
	int fds[WPAR_ARCHIVE_PASSES] = MOUNTS(-1);

	if (!image)
		return par_oom(err);
	fds[0] = wpar_volume_mount(image, wpar_vfs_of_kernel(m->vfs), NULL, err);
	return fds[0] < 0 ? fds[0] : add_tree(t, s, m->directory, fds, false, err);
}

static int open_server(const struct wpar_spec *s, const struct wpar_mount *m,
		       struct wpar_backup_trees *t, struct par_error **err)
{
	autofree char *options = wpar_nfs_options(m->options);
	int fds[WPAR_ARCHIVE_PASSES] = MOUNTS(-1);

	if (!options)
		return par_oom(err);
	fds[0] = wpar_nfs_mount(m->host, m->device, options, err);
	return fds[0] < 0 ? fds[0] : add_tree(t, s, m->directory, fds, true, err);
}

static int open_one(const struct wpar_spec *s, const struct wpar_mount *m, bool servers,
		    struct wpar_backup_trees *t, struct par_error **err)
{
	if (strcmp(m->directory, "/") == 0)
		return 0;
	if (wpar_mount_is_volume(m)) {
		int r = open_volume(s, m, t, err);

		if (r < 0)
			return r;
	} else if (wpar_mount_is_nfs(m) && servers) {
		return open_server(s, m, t, err);
	} else if (!wpar_mount_is_own(m)) {
		return par_strv_add(&t->empty, m->directory) < 0 ? par_oom(err) : 0;
	}
	return par_strv_add(&t->own, m->directory) < 0 ? par_oom(err) : 0;
}

/* A start makes all that is in these. */
static int add_made(struct wpar_backup_trees *t, struct par_error **err)
{
	static const char *const made[] = { "/dev", "/run", "/proc" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(made); i++) {
		if (par_strv_add(&t->empty, made[i]) < 0)
			return par_oom(err);
	}
	return par_strv_add(&t->own, "/") < 0 ? par_oom(err) : 0;
}

static int open_folders(const struct wpar_spec *s, struct wpar_backup_trees *t,
			struct par_error **err)
{
	autofree char *base = wpar_path("%s", s->directory);
	autofree char *copy = base ? strdup(base) : NULL;

	if (!copy)
		return par_oom(err);
	t->base = open(base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->base < 0)
		return par_fail(err, PAR_E_NOT_FOUND, errno,
				"the base directory '%s' cannot be opened", s->directory);
	t->work = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return t->work < 0 ? par_fail(err, PAR_E_SYSTEM, errno,
				      "the folder above '%s' cannot be opened", s->directory)
			   : 0;
}

/* All are open at once, some of them for each pass. */
static void allow_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files); /* ignoring: opening them says it */
	}
}

/* As many are read, and image.data describes no more. */
static int check_number(const struct wpar_spec *s, bool servers, struct par_error **err)
{
	size_t n = 1;

	_Static_assert(WPAR_ARCHIVE_TREES <= WPAR_IMAGE_FILE_SYSTEMS_MAX, "image.data has all");
	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];

		n += strcmp(m->directory, "/") != 0 &&
		     (wpar_mount_is_own(m) || wpar_mount_is_volume(m) ||
		      (servers && wpar_mount_is_nfs(m)));
	}
	if (n <= WPAR_ARCHIVE_TREES)
		return 0;
	return par_fail(
		err, PAR_E_TOO_LARGE, 0,
		"%s has %zu file systems, and a backup has %d at most: put what is in some of "
		"them into others, and remove them (chwpar -K -M)",
		s->name, n, WPAR_ARCHIVE_TREES);
}

static int open_all(const struct wpar_spec *s, bool servers, struct wpar_backup_trees *t,
		    struct par_error **err)
{
	int r = open_folders(s, t, err);

	if (r < 0)
		return r;
	r = open_root(s, t, servers, err);
	if (r < 0)
		return r;
	r = add_made(t, err);
	for (size_t i = 0; r == 0 && i < s->n_mounts; i++)
		r = open_one(s, &s->mounts[i], servers, t, err);
	return r;
}

int wpar_backup_trees_open(const struct wpar_spec *s, bool servers, struct wpar_backup_trees *ret,
			   struct par_error **err)
{
	int r;

	*ret = WPAR_NO_TREES;
	r = check_number(s, servers, err);
	if (r < 0)
		return r;
	allow_files();
	r = open_all(s, servers, ret, err);
	if (r < 0)
		wpar_backup_trees_done(ret);
	return r;
}

/* An overlay does not hand it on, so the base directory comes first. */
int wpar_backup_trees_sync(const struct wpar_backup_trees *t, struct par_error **err)
{
	if (syncfs(t->base) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno,
				"the files cannot be written to the disk");
	for (size_t i = 1; i < t->n; i++) {
		if (syncfs(t->v[i].fds[0]) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno,
					"the files of '%s' cannot be written to the disk",
					t->v[i].directory);
	}
	return 0;
}

/* A mount of its own, from which no way leads up. */
static int open_changed(const struct wpar_spec *s, const char *directory)
{
	autofree char *path = wpar_path("%s/upper", s->directory);
	autofd int upper = path ? open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	autofd int fd =
		upper < 0 ? -1 : par_fs_open_plain(upper, directory + 1, O_PATH | O_DIRECTORY, 0);

	if (!path)
		return -ENOMEM;
	if (upper < 0 || fd < 0)
		return upper < 0 ? -errno : fd;
	return clone_mount(fd);
}

int wpar_backup_trees_changed(struct wpar_backup_trees *t, const struct wpar_spec *s,
			      const char *directory, struct par_error **err)
{
	int fds[WPAR_ARCHIVE_PASSES] = MOUNTS(open_changed(s, directory)), r;

	if (fds[0] == -ENOENT || fds[0] == -ENOTDIR || fds[0] == -ELOOP)
		return 0;
	if (fds[0] < 0)
		return par_fail(err, PAR_E_SYSTEM, fds[0], "'%s' of '%s' cannot be opened",
				directory, s->name);
	r = add_tree(t, s, directory, fds, false, err);
	return r < 0 ? r : 1;
}
