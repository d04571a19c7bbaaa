/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A versioned WPAR shares no file system with another: what is given to it (-M vfs=namefs) is no
 * directory of another WPAR, by whatever bind mount it is named.  See namefs.h.
 */
#include "wparctl/filesystem/namefs.h"

#include "wparctl/filesystem/shield.h"
#include "wparctl/spec/claims.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool is_given(const struct wpar_mount *m)
{
	return par_streq(m->vfs, "namefs") && m->device && !wpar_namefs_is_shared(m->device);
}

static bool has_given(const struct wpar_spec *s)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (is_given(&s->mounts[i]))
			return true;
	}
	return false;
}

static int fail_shared(const struct wpar_mount *m, const struct wpar_claim *other, bool inside,
		       struct par_error **err)
{
	return par_fail(err, PAR_E_NOT_PERMITTED, 0,
			"-M directory=%s: %s %s workload partition %s, and a versioned one shares "
			"no file system with another: give it a directory of its own",
			m->directory, m->device,
			inside ? "belongs to the files of" : "has in it the files of", other->name);
}

/* Is one of @path and @folder in the other?  *ret_inside: it is @path that is in @folder. */
static bool is_related(const char *path, const char *folder, bool *ret_inside)
{
	*ret_inside = wpar_path_is_within(path, folder);
	return *ret_inside || wpar_path_is_within(folder, path);
}

/* Through the mount on which @folder itself lies; what is mounted in it is not its files. */
static bool is_related_by(const struct wpar_shield_ways *ways, const char *folder, bool *ret_inside)
{
	for (size_t i = 0; i < ways->names.n; i++) {
		autofd int fd = -1;
		struct statx st;

		if (!is_related(ways->names.v[i], folder, ret_inside))
			continue;
		fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) == 0 &&
		    (!(st.stx_mask & STATX_MNT_ID) || st.stx_mnt_id == ways->mounts[i]))
			return true;
	}
	return false;
}

/* The base directory, and the images of the file systems beside it. */
static int check_folders(const struct wpar_mount *m, const struct wpar_shield_ways *ways,
			 const struct wpar_claim *other, struct par_error **err)
{
	autofree char *base = wpar_path("%s", other->directory);
	autofree char *volumes = base ? wpar_volume_folder(base) : NULL;
	const char *const folders[] = { base, volumes };
	bool inside;

	if (!base || !volumes)
		return par_oom(err);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (is_related(m->device, folders[i], &inside) ||
		    is_related_by(ways, folders[i], &inside))
			return fail_shared(m, other, inside, err);
	}
	return 0;
}

static int check_mount(const struct wpar_mount *m, const struct wpar_claims *others,
		       const char *const selves[2], struct par_error **err)
{
	par_cleanup(wpar_shield_ways_done) struct wpar_shield_ways ways = { 0 };
	autofd int fd = open(m->device, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? 0 : wpar_shield_ways(fd, &ways);

	/* One that is not there has no other names; who mounts it says so. */
	if (r == -ENOMEM)
		return par_oom(err);
	for (size_t i = 0; i < others->n; i++) {
		const struct wpar_claim *o = &others->v[i];

		if (o->type != WPAR_SYSTEM || !o->directory || par_streq(o->name, selves[0]) ||
		    par_streq(o->name, selves[1]))
			continue;
		r = check_folders(m, &ways, o, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_namefs_check_others(const struct wpar_spec *s, const struct wpar_claims *others,
			     const char *self, struct par_error **err)
{
	const char *const selves[2] = { s->name, self };

	for (size_t i = 0; wpar_spec_is_versioned(s) && i < s->n_mounts; i++) {
		int r = is_given(&s->mounts[i]) ? check_mount(&s->mounts[i], others, selves, err)
						: 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_namefs_check_start(const struct wpar_spec *s, struct par_error **err)
{
	auto_claims others = { 0 };
	int r;

	if (!wpar_spec_is_versioned(s) || !has_given(s))
		return 0;
	r = wpar_claims_load(0, &others, err);
	return r < 0 ? r : wpar_namefs_check_others(s, &others, NULL, err);
}
