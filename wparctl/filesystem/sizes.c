/* SPDX-License-Identifier: Apache-2.0 */
/* The sizes of a WPAR's own file systems: see sizes.h. */
#include "wparctl/filesystem/sizes.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/id_mapping.h"
#include "wparctl/filesystem/quota.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

void wpar_sizes_done(struct wpar_sizes *z)
{
	free(z->v);
	*z = (struct wpar_sizes){ 0 };
}

int wpar_sizes_plan(const struct wpar_spec *s, struct wpar_sizes *ret)
{
	*ret = (struct wpar_sizes){ .v = calloc(s->n_mounts + 1, sizeof(*ret->v)) };
	if (!ret->v)
		return -ENOMEM;
	/* Sorted: a directory comes before what lies in it. */
	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];
		struct wpar_size *z = &ret->v[ret->n];

		if (!wpar_mount_is_own(m) || !wpar_mount_project(s, m))
			continue;
		*z = (struct wpar_size){ .directory = m->directory,
					 .paths = { m->directory + 1 },
					 .project = wpar_mount_project(s, m),
					 .mib = wpar_mount_size_mib(s, m),
					 .given = m->size_mib && m->size_mib != WPAR_UNLIMITED };
		if (par_streq(m->vfs, "overlay")) {
			z->paths[0] = "upper";
			z->paths[1] = "work";
		}
		ret->n++;
	}
	return 0;
}

static const struct wpar_size *size_of(const struct wpar_sizes *z, const char *directory)
{
	for (size_t i = 0; z && i < z->n; i++) {
		if (strcmp(z->v[i].directory, directory) == 0)
			return &z->v[i];
	}
	return NULL;
}

/* The one that @directory lies in, itself not. */
static const struct wpar_size *size_above(const struct wpar_sizes *z, const char *directory)
{
	const struct wpar_size *best = NULL;

	for (size_t i = 0; i < z->n; i++) {
		if (strcmp(z->v[i].directory, directory) != 0 &&
		    wpar_path_is_within(directory, z->v[i].directory))
			best = &z->v[i];
	}
	return best;
}

int wpar_sizes_check(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *path = wpar_path("%s", s->directory);
	const struct wpar_mount *asks = NULL;
	autofd int at = -1, fd = -1;

	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];

		if (wpar_mount_is_own(m) && m->size_mib && m->size_mib != WPAR_UNLIMITED)
			asks = m;
	}
	if (!asks || s->type != WPAR_SYSTEM)
		return 0;
	at = path ? wpar_open_existing(path) : -1;
	/* What has only a name cannot be asked. */
	fd = at < 0 ? -1 : openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", s->directory);
	return wpar_quota_holds(fd) ? 0 : wpar_quota_fail(fd, s->directory, err);
}

static int fail_set(const struct wpar_size *z, int r, struct par_error **err)
{
	if (r == -ELOOP)
		return par_fail(
			err, PAR_E_TOO_LARGE, 0,
			"the files of %s cannot be counted: directories lie deeper than 256 "
			"levels in it",
			z->directory);
	return par_fail(err, PAR_E_SYSTEM, r, "the size of %s cannot be set", z->directory);
}

int wpar_sizes_begin(int top, const struct wpar_spec *s, struct par_error **err)
{
	auto_sizes sizes = { 0 };

	if (!wpar_quota_holds(top))
		return 0;
	if (wpar_sizes_plan(s, &sizes) < 0)
		return par_oom(err);
	for (size_t i = 0; i < sizes.n; i++) {
		const struct wpar_size *z = &sizes.v[i];

		for (size_t j = 0; j < PAR_ARRAY_SIZE(z->paths) && z->paths[j]; j++) {
			autofd int fd = -1;
			int r;

			/* Deeper ones lie in what is made later; wpar_sizes_set() has them. */
			if (strchr(z->paths[j], '/'))
				continue;
			if (*z->paths[j] && mkdirat(top, z->paths[j], 0755) < 0 && errno != EEXIST)
				return fail_set(z, -errno, err);
			fd = par_fs_open_plain(top, *z->paths[j] ? z->paths[j] : ".",
					       O_RDONLY | O_DIRECTORY, 0);
			r = fd < 0 ? fd : wpar_quota_join(fd, z->project);
			if (r < 0)
				return fail_set(z, r, err);
		}
	}
	return 0;
}

/* @project: NULL's: to none */
static int join_all(int top, const struct wpar_size *z, uint32_t project, struct par_error **err)
{
	for (size_t j = 0; j < PAR_ARRAY_SIZE(z->paths) && z->paths[j]; j++) {
		autofd int fd = par_fs_open_plain(top, *z->paths[j] ? z->paths[j] : ".",
						  O_RDONLY | O_DIRECTORY, 0);
		int r = fd < 0 ? fd : wpar_quota_join_tree(fd, project);

		/* The start says what is wrong with a directory that is not there, or is a link. */
		if (r < 0 && r != -ENOENT && (fd >= 0 || (r != -ELOOP && r != -ENOTDIR)))
			return fail_set(z, r, err);
	}
	return 0;
}

static int check_used(int top, const struct wpar_size *z, struct par_error **err)
{
	uint64_t used;
	int r = wpar_quota_used(top, z->project, &used);

	if (r < 0)
		return fail_set(z, r, err);
	if (!z->mib || used <= z->mib << 20)
		return 0;
	return par_fail(err, PAR_E_NO_SPACE, 0,
			"-M directory=%s size=%" PRIu64 "M: its files take %" PRIu64 "M already",
			z->directory, z->mib, (used + (1 << 20) - 1) >> 20);
}

/* What was a file system of its own, and is none any more, is a part of the one above it. */
static int drop_old(int top, const struct wpar_sizes *old, const struct wpar_sizes *new,
		    struct par_error **err)
{
	for (size_t i = 0; i < old->n; i++) {
		const struct wpar_size *z = &old->v[i];
		const struct wpar_size *above = size_above(new, z->directory);
		int r;

		if (size_of(new, z->directory))
			continue;
		r = join_all(top, z, above ? above->project : 0, err);
		if (r == 0)
			wpar_quota_limit(top, z->project, 0);
		if (r < 0)
			return r;
		for (size_t j = 0; r == 0 && j < new->n; j++) {
			if (wpar_path_is_within(new->v[j].directory, z->directory))
				r = join_all(top, &new->v[j], new->v[j].project, err);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int set_all(int top, const struct wpar_spec *before, const struct wpar_spec *s,
		   struct par_error **err)
{
	auto_sizes old = { 0 }, new = { 0 };
	int r = 0;

	if (!wpar_quota_holds(top))
		return 0;
	if (wpar_sizes_plan(s, &new) < 0 || (before && wpar_sizes_plan(before, &old) < 0))
		return par_oom(err);
	for (size_t i = 0; r == 0 && i < new.n; i++) {
		const struct wpar_size *was = size_of(&old, new.v[i].directory);

		if (was && was->project == new.v[i].project &&
		    (new.v[i].given || new.v[i].mib != was->mib))
			r = check_used(top, &new.v[i], err);
	}
	if (r < 0)
		return r;
	r = drop_old(top, &old, &new, err);
	for (size_t i = 0; r == 0 && i < new.n; i++) {
		const struct wpar_size *was = size_of(&old, new.v[i].directory);

		if (!was || was->project != new.v[i].project)
			r = join_all(top, &new.v[i], new.v[i].project, err);
	}
	for (size_t i = 0; r == 0 && i < new.n; i++) {
		const struct wpar_size *z = &new.v[i];

		int failed = z->given ? check_used(top, z, err) : 0;

		if (failed < 0)
			return failed;
		failed = wpar_quota_limit(top, z->project, z->mib);
		r = failed < 0 ? fail_set(z, failed, err) : 0;
	}
	return r;
}

int wpar_sizes_end(int top, const struct wpar_spec *s, struct par_error **err)
{
	auto_sizes sizes = { 0 };
	int r = 0;

	if (!wpar_quota_holds(top))
		return 0;
	if (wpar_sizes_plan(s, &sizes) < 0)
		return par_oom(err);
	for (size_t i = 0; r == 0 && i < sizes.n; i++) {
		if (strchr(sizes.v[i].paths[0], '/'))
			r = join_all(top, &sizes.v[i], sizes.v[i].project, err);
	}
	return r < 0 ? r : set_all(top, s, s, err);
}

static int open_base(const struct wpar_spec *s)
{
	autofree char *path = wpar_path("%s", s->directory);
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return path ? par_fs_open_plain(root, path, O_RDONLY | O_DIRECTORY, 0) : -ENOMEM;
}

int wpar_sizes_change(const struct wpar_spec *before, const struct wpar_spec *s,
		      struct par_error **err)
{
	autofd int top = -1;

	if (s->type != WPAR_SYSTEM)
		return 0;
	/* A killed chwpar -d may have moved it already. */
	top = open_base(before ? before : s);
	if (top == -ENOENT)
		top = open_base(s);
	if (top < 0)
		return par_fail(err, PAR_E_SYSTEM, top, "'%s' cannot be opened", s->directory);
	return set_all(top, before, s, err);
}

/* The file system on which the base directory is, or was. */
static int open_beside(const struct wpar_spec *s)
{
	autofree char *path = wpar_path("%s", s->directory);
	autofd int at = path ? wpar_open_existing(path) : -1;

	return at < 0 ? -1 : openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int wpar_sizes_release(const struct wpar_spec *s, bool keep, struct par_error **err)
{
	auto_sizes sizes = { 0 };
	autofd int fd = -1;
	int r = 0;

	if (s->type != WPAR_SYSTEM)
		return 0;
	if (wpar_sizes_plan(s, &sizes) < 0)
		return par_oom(err);
	fd = keep ? open_base(s) : open_beside(s);
	if (fd < 0 || !wpar_quota_holds(fd))
		return 0;
	for (size_t i = 0; keep && r == 0 && i < sizes.n; i++)
		r = join_all(fd, &sizes.v[i], 0, err);
	for (size_t i = 0; r == 0 && i < sizes.n; i++) {
		int failed = wpar_quota_limit(fd, sizes.v[i].project, 0);

		if (failed < 0 && failed != -ENOENT)
			r = fail_set(&sizes.v[i], failed, err);
	}
	return r;
}
