/* SPDX-License-Identifier: Apache-2.0 */
/* How file systems with a size of their own may change: see spec.h. */
#include "wparctl/spec/spec.h"

#include <inttypes.h>

static int check_one(const struct wpar_mount *old, const struct wpar_mount *new,
		     struct par_error **err)
{
	const char *was = old->vfs ? old->vfs : "directory";

	if (!wpar_mount_is_volume(old) && (!new || !wpar_mount_is_volume(new)))
		return 0;
	/* Its files would go with it. */
	if (!new || par_streq(new->vfs, "directory"))
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"-M directory=%s: it is a file system of its own, with files; rmfs "
				"removes it",
				old->directory);
	if (!par_streq(was, new->vfs))
		return par_fail(
			err, PAR_E_WRONG_STATE, 0,
			"-M directory=%s: vfs=%s cannot become vfs=%s, for the files of the "
			"one would be hidden",
			old->directory, was, new->vfs);
	if (new->size_mib < old->size_mib)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-M directory=%s: a file system of %" PRIu64 "M cannot be made "
				"smaller",
				old->directory, old->size_mib);
	return 0;
}

int wpar_volumes_check_change(const struct wpar_spec *old, const struct wpar_spec *new,
			      struct par_error **err)
{
	for (size_t i = 0; i < old->n_mounts; i++) {
		const struct wpar_mount *m = &old->mounts[i];
		int r = check_one(m, wpar_spec_mount(new, m->directory), err);

		if (r < 0)
			return r;
	}
	return 0;
}
