/* SPDX-License-Identifier: Apache-2.0 */
/* File systems of a versioned WPAR: see image_volumes.h. */
#include "wparctl/operations/image_volumes.h"

#include "lpard/common/fs.h"
#include "wparctl/backup/trees.h"
#include "wparctl/filesystem/copy_whole.h"
#include "wparctl/filesystem/volume.h"
#include "wparctl/spec/keys.h"
#include "wparctl/versioned/image_data.h"
#include "wparctl/versioned/versioned.h"

#include <inttypes.h>
#include <string.h>

#define BLOCKS_A_MIB 2048

int wpar_image_mounts_expect(struct wpar_spec *s, struct par_error **err)
{
	s->image_pending = true;
	return wpar_spec_type_volumes(s) < 0 ? par_oom(err) : 0;
}

static const char *value_in(const struct par_args *group, const char *key)
{
	for (size_t i = 0; i < group->n; i++) {
		if (par_starts_with(group->v[i], key))
			return group->v[i] + strlen(key);
	}
	return NULL;
}

/* What -M says of the directory; NULL: nothing */
static const struct par_args *given_for(const struct par_groups *given, const char *directory)
{
	for (size_t i = 0; i < given->n; i++) {
		if (par_streq(value_in(&given->v[i], "directory="), directory))
			return &given->v[i];
	}
	return NULL;
}

void wpar_image_mounts_keep(const struct par_groups *given, struct wpar_spec *s)
{
	for (size_t i = s->n_mounts; i-- > 0;) {
		struct wpar_mount *m = &s->mounts[i];
		const struct par_args *group = given_for(given, m->directory);

		if (!group)
			wpar_record_remove(s, WPAR_STANZA_MOUNT, i);
		else if (par_streq(m->vfs, "directory") && !value_in(group, "vfs="))
			free(take_ptr(m->vfs)); /* the native one's */
	}
}

/* ---- Sizes ---- */

static void take_size(struct wpar_mount *m, const struct wpar_image_data *d)
{
	const uint64_t least = wpar_vfs_least_mib(m->vfs);

	for (size_t i = 0; i < d->n_file_systems; i++) {
		const struct wpar_image_file_system *fs = &d->file_systems[i];

		if (!par_streq(fs->name, m->directory) || !fs->size)
			continue;
		m->size_mib = fs->size / BLOCKS_A_MIB + (fs->size % BLOCKS_A_MIB > 0);
		if (m->size_mib < least)
			m->size_mib = least;
	}
}

int wpar_image_mounts_size(struct wpar_spec *s, struct par_error **err)
{
	auto_image_data data = { 0 };
	bool open = false;
	int r;

	s->image_pending = false;
	if (wpar_spec_type_volumes(s) < 0)
		return par_oom(err);
	for (size_t i = 0; i < s->n_mounts; i++)
		open |= wpar_mount_is_volume(&s->mounts[i]) && !s->mounts[i].size_mib;
	if (!open)
		return 0;
	r = wpar_image_data(s->version.image_digest, &data, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (wpar_mount_is_volume(&s->mounts[i]) && !s->mounts[i].size_mib)
			take_size(&s->mounts[i], &data);
	}
	return 0;
}

/* ---- Their places ---- */

/* Is it mounted on the root?  What is in another file system, the start finds out. */
static bool is_on_root(const struct wpar_spec *s, const struct wpar_mount *m)
{
	if (strcmp(m->directory, "/") == 0 || par_streq(m->vfs, "proc"))
		return false;
	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *o = &s->mounts[i];

		if (o != m && strcmp(o->directory, "/") != 0 &&
		    wpar_path_is_within(m->directory, o->directory))
			return false;
	}
	return true;
}

static int check_place(const struct wpar_mount *m, int root, struct par_error **err)
{
	autofd int fd = par_fs_open_plain(root, m->directory, O_PATH | O_DIRECTORY, 0);

	if (fd >= 0 || fd == -ENOENT)
		return 0;
	if (fd == -ELOOP || fd == -ENOTDIR)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s cannot be a mount point: in the workload partition it is, or "
				"lies below, a file or a symbolic link",
				m->directory);
	return par_fail(err, PAR_E_SYSTEM, fd, "%s cannot be looked at", m->directory);
}

int wpar_image_places_check(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *base = s->version.image_digest ? wpar_path("%s", s->directory) : NULL;
	autofd int root = base ? wpar_backup_layers(s, base) : -1;

	if (!s->version.image_digest)
		return 0;
	if (!base)
		return par_oom(err);
	if (root < 0)
		return par_fail(err, PAR_E_SYSTEM, root, "the layers of '%s' cannot be looked at",
				s->name);
	for (size_t i = 0; i < s->n_mounts; i++) {
		int r = is_on_root(s, &s->mounts[i]) ? check_place(&s->mounts[i], root, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- What is in them ---- */

struct place {
	const struct wpar_spec *spec;
	const struct wpar_mount *mount;
};

/* What lies in another file system is that one's; the folder that it is mounted on is needed. */
static bool is_taken(const char *path, void *user)
{
	const struct place *p = user;
	autofree char *inside = par_strdup_printf("%s/%s", p->mount->directory, path);

	for (size_t i = 0; inside && i < p->spec->n_mounts; i++) {
		const char *other = p->spec->mounts[i].directory;

		if (strlen(other) > strlen(p->mount->directory) && strlen(inside) > strlen(other) &&
		    wpar_path_is_within(inside, other))
			return false;
	}
	return inside != NULL;
}

static int fail_fill(const struct wpar_mount *m, int r, struct par_error **err)
{
	if (r == -ENOSPC)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"-M directory=%s: what the image has there does not fit into "
				"%" PRIu64 "M",
				m->directory, m->size_mib);
	if (r == -ELOOP || r == -ENOTDIR)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"-M directory=%s: in the image that is, or lies below, a file or a "
				"symbolic link, or folders are nested too deeply",
				m->directory);
	return par_fail(err, PAR_E_SYSTEM, r, "-M directory=%s cannot be filled", m->directory);
}

static int fill_one(const struct wpar_spec *s, const struct wpar_mount *m, int image,
		    struct par_error **err)
{
	struct place p = { .spec = s, .mount = m };
	autofree char *base = wpar_path("%s", s->directory);
	autofree char *path = base ? wpar_volume_path(base, m) : NULL;
	autofd int from = par_fs_open_plain(image, m->directory, O_RDONLY | O_DIRECTORY, 0);
	autofd int mount = -1, to = -1;
	int r;

	if (!path)
		return par_oom(err);
	/* The start makes its place. */
	if (from == -ENOENT)
		return 0;
	if (from < 0)
		return fail_fill(m, from, err);
	mount = wpar_volume_mount(path, wpar_vfs_of_kernel(m->vfs), "volume", err);
	if (mount < 0)
		return mount;
	to = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = to < 0 ? -errno : wpar_copy_whole(from, to, is_taken, &p);
	if (r < 0)
		return fail_fill(m, r, err);
	return syncfs(to) < 0 ? fail_fill(m, -errno, err) : 0;
}

int wpar_image_volumes_fill(const struct wpar_spec *s, struct par_error **err)
{
	autofd int image = wpar_image_open(s->version.image_digest, err);

	if (image < 0)
		return image;
	for (size_t i = 0; i < s->n_mounts; i++) {
		int r = wpar_mount_is_volume(&s->mounts[i]) ? fill_one(s, &s->mounts[i], image, err)
							    : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_image_servers_fill(const struct wpar_spec *s, bool kept, struct wpar_nfs_fill **ret,
			    struct par_error **err)
{
	int image, r;

	if (!s->version.image_digest)
		return wpar_nfs_fill(s, kept, ret, err);
	*ret = NULL;
	image = wpar_image_open(s->version.image_digest, err);
	if (image < 0)
		return image;
	r = wpar_nfs_fill_from(s, image, ret, err);
	/* What is left to be undone needs the servers only. */
	close(image);
	return r;
}
