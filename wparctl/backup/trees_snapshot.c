/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of all file systems of a WPAR: see trees_snapshot.h. */
#include "wparctl/backup/trees_snapshot.h"

#include <fcntl.h>
#include <string.h>

void wpar_backup_snapshot_done(struct wpar_backup_snapshot *b)
{
	for (size_t i = 0; i < b->n; i++)
		wpar_volume_clone_done(&b->volumes[i]);
	free(b->volumes);
	wpar_snapshot_done(&b->root);
	*b = WPAR_NO_BACKUP_SNAPSHOT;
}

static const char *kernel_type(const struct wpar_spec *s, const char *directory)
{
	return wpar_vfs_of_kernel(wpar_spec_mount(s, directory)->vfs);
}

static int begin_volume(const struct wpar_spec *s, const char *directory, const char *base,
			uint64_t *bytes, struct wpar_volume_clone *ret, const char **ret_why,
			struct par_error **err)
{
	const struct wpar_mount *m = wpar_spec_mount(s, directory);
	autofree char *image = NULL;

	*ret_why = "some of its files lie on a server";
	if (!m || !wpar_mount_is_volume(m))
		return 0;
	image = wpar_volume_path(base, m);
	return image ? wpar_volume_clone_begin(image, kernel_type(s, directory), bytes, ret,
					       ret_why, err)
		     : par_oom(err);
}

static int begin_volumes(const struct wpar_spec *s, const struct wpar_backup_trees *live,
			 const char *base, struct wpar_backup_snapshot *b, const char **ret_why,
			 struct par_error **err)
{
	uint64_t bytes = 0;

	b->volumes = calloc(live->n, sizeof(*b->volumes));
	if (!b->volumes)
		return par_oom(err);
	for (size_t i = 1; i < live->n; i++) {
		int r = begin_volume(s, live->v[i].directory, base, &bytes, &b->volumes[b->n],
				     ret_why, err);

		if (r <= 0)
			return r;
		b->n++;
	}
	return 1;
}

static int begin(const struct wpar_spec *s, const struct wpar_backup_trees *live,
		 struct wpar_backup_snapshot *b, const char **ret_why, struct par_error **err)
{
	const struct wpar_mount *root = wpar_spec_mount(s, "/");
	autofree char *base = wpar_path("%s", s->directory);
	int r;

	if (!base)
		return par_oom(err);
	*ret_why = "some of its files lie on a server";
	if (root && wpar_mount_is_nfs(root))
		return 0;
	r = wpar_snapshot_prepare(base, &b->root, ret_why, err);
	return r <= 0 ? r : begin_volumes(s, live, base, b, ret_why, err);
}

int wpar_backup_snapshot_begin(const struct wpar_spec *s, const struct wpar_backup_trees *live,
			       struct wpar_backup_snapshot *ret, const char **ret_why,
			       struct par_error **err)
{
	int r;

	*ret = WPAR_NO_BACKUP_SNAPSHOT;
	r = begin(s, live, ret, ret_why, err);
	if (r <= 0)
		wpar_backup_snapshot_done(ret);
	return r;
}

int wpar_backup_clones_begin(const struct wpar_spec *s, const struct wpar_backup_trees *live,
			     struct wpar_backup_snapshot *ret, const char **ret_why,
			     struct par_error **err)
{
	autofree char *base = wpar_path("%s", s->directory);
	int r;

	*ret = WPAR_NO_BACKUP_SNAPSHOT;
	*ret_why = "it has no file systems of its own";
	if (!base)
		return par_oom(err);
	r = live->n > 1 ? begin_volumes(s, live, base, ret, ret_why, err) : 0;
	if (r <= 0)
		wpar_backup_snapshot_done(ret);
	return r;
}

static bool has_root(const struct wpar_backup_snapshot *b)
{
	return b->root.top >= 0;
}

int wpar_backup_snapshot_take(const struct wpar_backup_snapshot *b)
{
	int r = has_root(b) ? wpar_snapshot_take(&b->root) : 0;

	for (size_t i = 0; r == 0 && i < b->n; i++)
		r = wpar_volume_clone_take(&b->volumes[i]);
	return r;
}

int wpar_backup_snapshot_use(const struct wpar_backup_snapshot *b, const struct wpar_spec *s,
			     struct wpar_backup_trees *trees, struct par_error **err)
{
	int r = has_root(b) ? wpar_backup_trees_root(trees, s, b->root.path, err) : 0;

	for (size_t i = 0; r == 0 && i < b->n; i++) {
		const char *directory = trees->v[i + 1].directory;
		int fd = wpar_volume_clone_mount(&b->volumes[i], kernel_type(s, directory), err);

		r = fd < 0 ? fd : wpar_backup_trees_replace(trees, i + 1, fd, s, err);
	}
	return r;
}
