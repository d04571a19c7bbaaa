/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes in the global environment: see volume.h.  The WPAR may change what lies below its base
 * directory at any moment, so each place is looked up without following a link, and then held.
 */
#include "lpard/common/fs.h"
#include "wparctl/filesystem/volume.h"

#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int open_base(const struct wpar_spec *s)
{
	autofree char *base = wpar_path("%s", s->directory);
	int fd = base ? open(base, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

	return fd < 0 ? -errno : fd;
}

static int fail_place(const struct wpar_spec *s, const struct wpar_mount *m, int r,
		      struct par_error **err)
{
	return par_fail(err, r == -ELOOP || r == -ENOTDIR ? PAR_E_NOT_PERMITTED : PAR_E_SYSTEM,
			r == -ELOOP || r == -ENOTDIR ? 0 : r,
			r == -ELOOP || r == -ENOTDIR ? "'%s%s' is not a directory of its own"
						     : "'%s%s' cannot be opened",
			s->directory, m->directory);
}

static int open_place(const struct wpar_spec *s, const struct wpar_mount *m, struct par_error **err)
{
	autofd int base = open_base(s);
	int fd = base < 0 ? base : par_fs_open_plain(base, m->directory, O_PATH | O_DIRECTORY, 0);

	return fd < 0 ? fail_place(s, m, fd, err) : fd;
}

static bool is_mount_root(int fd)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH, 0, &st) == 0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

int wpar_volume_show(const struct wpar_spec *s, const struct wpar_mount *m, struct par_error **err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
				   .propagation = MS_PRIVATE };
	autofree char *base = wpar_path("%s", s->directory);
	autofree char *image = base ? wpar_volume_path(base, m) : NULL;
	autofd int place = image ? open_place(s, m, err) : par_oom(err);
	autofd int tree = -1;

	if (place < 0)
		return place;
	if (is_mount_root(place))
		return par_fail(err, PAR_E_EXISTS, 0, "%s%s is mounted already", s->directory,
				m->directory);
	tree = wpar_volume_mount(image, wpar_vfs_of_kernel(m->vfs), NULL, err);
	if (tree < 0)
		return tree;
	if (wpar_mount_has_option(m->options, "ro"))
		attr.attr_set |= MOUNT_ATTR_RDONLY;
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0 ||
	    syscall(SYS_move_mount, tree, "", place, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "%s%s cannot be mounted", s->directory,
				m->directory);
	return 0;
}

/* The folder above and the name in it, by a path that cannot be made to lead elsewhere. */
static int open_above(const struct wpar_spec *s, const struct wpar_mount *m,
		      char ret_path[PATH_MAX])
{
	autofree char *above = strdup(m->directory);
	autofd int base = open_base(s);
	char *slash = above ? strrchr(above, '/') : NULL;
	int fd;

	if (!slash || base < 0)
		return base < 0 ? base : -ENOMEM;
	*slash = '\0';
	fd = par_fs_open_plain(base, *above ? above : ".", O_PATH | O_DIRECTORY, 0);
	if (fd >= 0)
		snprintf(ret_path, PATH_MAX, "/proc/self/fd/%d/%s", fd, slash + 1);
	return fd;
}

static int hide(const struct wpar_spec *s, const struct wpar_mount *m, int flags)
{
	char path[PATH_MAX];
	autofd int above = open_above(s, m, path);

	/* Where a link is, nothing of ours can have been mounted. */
	if (above < 0)
		return above == -ENOENT || above == -ELOOP || above == -ENOTDIR ? 0 : above;
	while (umount2(path, flags | UMOUNT_NOFOLLOW) == 0)
		;
	return errno == EINVAL || errno == ENOENT ? 0 : -errno;
}

int wpar_volume_hide(const struct wpar_spec *s, const struct wpar_mount *m, struct par_error **err)
{
	int r = hide(s, m, 0);

	if (r == -EBUSY)
		return par_fail(err, PAR_E_BUSY, 0, "%s%s is in use", s->directory, m->directory);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "%s%s cannot be unmounted", s->directory,
				m->directory)
		     : 0;
}

void wpar_volumes_hide(const struct wpar_spec *s)
{
	for (size_t i = s->n_mounts; i-- > 0;) {
		if (wpar_mount_is_volume(&s->mounts[i]))
			hide(s, &s->mounts[i], MNT_DETACH); /* the removal says what is left */
	}
}

int wpar_volume_mount_point(const struct wpar_spec *s, const struct wpar_mount *m, bool remove,
			    struct par_error **err)
{
	autofd int base = open_base(s), above = -1, place = -1;
	char path[PATH_MAX];
	int r;

	/* It is a place in the image or in the layer of changes; the start makes it. */
	if (s->version.image_digest)
		return 0;
	if (base < 0)
		return fail_place(s, m, base, err);
	if (remove) {
		above = open_above(s, m, path);
		if (above >= 0)
			unlinkat(above, strrchr(path, '/') + 1, AT_REMOVEDIR);
		return 0;
	}
	r = par_fs_mkdirs_plain(base, m->directory);
	place = r < 0 ? r : open_place(s, m, err);
	return r < 0 ? fail_place(s, m, r, err) : place < 0 ? place : 0;
}
