/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uname's answers after a restore by CRIU: see uname_notify.h.  CRIU keeps the filters of all
 * processes as they were in seccomp.img; a filter has the same length whatever it returns, so it
 * can be changed in its place.
 */
#include "wparctl/versioned/uname_notify.h"

#include "lpard/common/fs.h"

#define IMAGE	  "seccomp.img"
#define IMAGE_MAX (64 << 20) /* bytes */

static int fail_image(const char *path, int r, struct par_error **err)
{
	return par_fail(err, r == -ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, r,
			"'%s' cannot be changed for uname's answers", path);
}

int wpar_uname_restore_prepare(const char *images, struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/" IMAGE, images);
	auto_buf data = { 0 };
	unsigned int forgotten, n;
	int r;

	if (!path)
		return par_oom(err);
	r = par_fs_read(path, IMAGE_MAX, &data);
	if (r < 0)
		return fail_image(path, r, err);
	forgotten = wpar_uname_find_forgotten(data.data, data.len);
	n = wpar_uname_forget_filters(data.data, data.len);
	if (n + forgotten == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"'%s' has no filter of uname's: it was dumped by another wparctl, "
				"or is of no versioned workload partition",
				path);
	/* What criu restores reads it by itself, as the WPAR's root. */
	r = n ? par_fs_replace(AT_FDCWD, path, data.data, data.len, 0644) : 0;
	return r < 0 ? fail_image(path, r, err) : (int)(n + forgotten);
}
