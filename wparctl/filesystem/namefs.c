/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of the global environment that a WPAR gets: see namefs.h. */
#include "wparctl/filesystem/namefs.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/shield.h"
#include "wparctl/filesystem/volume.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Only root changes what is at the top of the LPAR's tree: these may be links. */
bool wpar_namefs_is_shared(const char *source)
{
	return par_streq(source, "/usr") || par_streq(source, "/opt");
}

/* "254:0:131077".  A device without a number of its own (btrfs, NFS) has another at each mount. */
static void describe(const struct stat *st, char ret[64])
{
	unsigned int minor_number = major(st->st_dev) ? minor(st->st_dev) : 0;

	snprintf(ret, 64, "%u:%u:%llu", major(st->st_dev), minor_number,
		 (unsigned long long)st->st_ino);
}

static int fail_link(const char *source, struct par_error **err)
{
	char real[PATH_MAX];

	return par_fail(
		err, PAR_E_INVALID_ARGUMENT, 0,
		"The directory %s lies behind a symbolic link, and such a link may change%s%s.",
		source, realpath(source, real) ? "; give it as " : "",
		realpath(source, real) ? real : "");
}

static int look_at(int fd, struct stat *ret)
{
	if (fstat(fd, ret) < 0)
		return -errno;
	return S_ISDIR(ret->st_mode) ? 0 : -ENOTDIR;
}

/* Without following a link; the directory's description too. */
static int open_source(const char *source, char ret_object[64], struct par_error **err)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = wpar_namefs_is_shared(source) ? open(source, O_PATH | O_DIRECTORY | O_CLOEXEC)
					       : par_fs_open_plain(root, source, O_PATH, 0);
	struct stat st;
	int r = fd >= 0 ? look_at(fd, &st) : wpar_namefs_is_shared(source) ? -errno : fd;

	close(root);
	if (r == -ELOOP)
		return fail_link(source, err);
	if (r == -ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "There is no directory %s (dev=).",
				source);
	if (r < 0) {
		if (fd >= 0)
			close(fd);
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The directory %s (dev=) cannot be used: %s.", source,
				strerror(-r));
	}
	describe(&st, ret_object);
	return fd;
}

static bool is_writable(const struct wpar_mount *m)
{
	return !wpar_mount_has_option(m->options, "ro");
}

static int note_one(struct wpar_mount *m, struct par_error **err)
{
	char object[64];
	autofd int fd = open_source(m->device, object, err);
	int r;

	if (fd < 0)
		return fd;
	r = is_writable(m) ? wpar_shield_check(fd, m->device, err) : 0;
	if (r < 0)
		return r;
	free(m->object);
	m->object = strdup(object);
	return m->object ? 0 : par_oom(err);
}

int wpar_namefs_note(struct wpar_spec *s, bool all, struct par_error **err)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		struct wpar_mount *m = &s->mounts[i];
		int r;

		if (!par_streq(m->vfs, "namefs") || !m->device || m->device[0] != '/' ||
		    wpar_namefs_is_shared(m->device) || (m->object && !all))
			continue;
		r = note_one(m, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_namefs_open(const char *source, const char *object, struct par_error **err)
{
	char now[64];
	autofd int fd = open_source(source, now, err);

	if (fd < 0)
		return fd;
	if (object && strcmp(object, now) != 0)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"%s is not the directory any more that was given to the workload "
				"partition (object %s, now %s); if it is to have this one, change "
				"\"object\" in its specification.",
				source, object, now);
	return take_fd(&fd);
}

static int check_folder(const char *path, struct par_error **err)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int fd = par_fs_open_plain(root, path, O_PATH | O_DIRECTORY, 0);

	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, fd, "'%s' cannot be opened%s", path,
				fd == -ELOOP ? ": a symbolic link leads there" : "");
	return wpar_shield_check(fd, path, err);
}

int wpar_plan_check_op(const struct wpar_mount_plan *p, const struct wpar_mount_op *op,
		       struct par_error **err)
{
	autofd int fd = -1;

	if (op->kind == WPAR_OP_OVERLAY) {
		for (size_t i = 0; i < p->layers.n; i++) {
			int r = check_folder(p->layers.v[i], err);

			if (r < 0)
				return r;
		}
	}
	if (op->kind == WPAR_OP_OVERLAY ||
	    (op->kind == WPAR_OP_ROOT && op->flags & (WPAR_OP_PRIVATE | WPAR_OP_NFS)))
		return check_folder(p->directory, err);
	if (op->flags & WPAR_OP_VOLUME) {
		fd = wpar_volume_image(op->source, err);
		return fd < 0 ? fd : 0;
	}
	if (!(op->flags & WPAR_OP_NAMEFS) || (op->flags & WPAR_OP_READONLY))
		return 0;
	fd = wpar_namefs_open(op->source, op->object, err);
	return fd < 0 ? fd : wpar_shield_check(fd, op->source, err);
}

int wpar_plan_check(const struct wpar_mount_plan *p, struct par_error **err)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		int r = wpar_plan_check_op(p, &p->ops[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}
