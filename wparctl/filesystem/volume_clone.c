/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clones of images: see volume.h.  While a WPAR stands still its file system is written out and the
 * image cloned.  The kernel may go on writing to the image, but never out of the order that a
 * journal needs, and a clone is of one moment.  So nothing has to be frozen in the kernel, where it
 * would stay frozen when the command is killed.
 */
#include "wparctl/filesystem/volume.h"

#include "lpard/common/fs.h"

#include <fcntl.h>
#include <libgen.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define BLOCK 65536 /* of every file system that has reflinks a multiple of its own */
#define SPARE (64 << 20)

void wpar_volume_clone_done(struct wpar_volume_clone *c)
{
	const int fds[] = { c->image, c->file, c->mount };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	free(c->path);
	*c = WPAR_NO_CLONE;
}

/* A file without a name beside the image. */
static int open_beside(const char *path)
{
	autofree char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;

	return fd < 0 ? -errno : fd;
}

static bool has_reflinks(const struct wpar_volume_clone *c)
{
	struct file_clone_range range = { .src_fd = c->image, .src_length = BLOCK };

	return ioctl(c->file, FICLONERANGE, &range) == 0;
}

static bool has_room(const struct wpar_volume_clone *c, uint64_t *bytes)
{
	struct statvfs fs;
	struct stat st;

	if (fstat(c->image, &st) < 0 || fstatvfs(c->image, &fs) < 0)
		return false;
	*bytes += (uint64_t)st.st_size;
	return (uint64_t)fs.f_bavail * fs.f_frsize > *bytes + SPARE;
}

static int begin(const char *fstype, uint64_t *bytes, struct wpar_volume_clone *c,
		 const char **ret_why, struct par_error **err)
{
	c->image = wpar_volume_image(c->path, err);
	if (c->image < 0)
		return c->image;
	c->file = open_beside(c->path);
	*ret_why = "an image of its file systems lies on a file system that has no reflinks";
	if (c->file < 0 || !has_reflinks(c))
		return 0;
	*ret_why = "the disk has not as much free room as its file systems have, which they may "
		   "need while a clone of them is read";
	if (!has_room(c, bytes))
		return 0;
	c->mount = wpar_volume_mount(c->path, fstype, NULL, err);
	return c->mount < 0 ? c->mount : 1;
}

int wpar_volume_clone_begin(const char *path, const char *fstype, uint64_t *bytes,
			    struct wpar_volume_clone *ret, const char **ret_why,
			    struct par_error **err)
{
	int r;

	*ret = WPAR_NO_CLONE;
	ret->path = strdup(path);
	r = ret->path ? begin(fstype, bytes, ret, ret_why, err) : par_oom(err);
	if (r <= 0)
		wpar_volume_clone_done(ret);
	return r;
}

int wpar_volume_clone_take(const struct wpar_volume_clone *c)
{
	autofd int top = openat(c->mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (top < 0 || syncfs(top) < 0)
		return -errno;
	return ioctl(c->file, FICLONE, c->image) < 0 ? -errno : 0;
}
