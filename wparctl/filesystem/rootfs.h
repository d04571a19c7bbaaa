/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private root of a system WPAR: plain directories, ids on disk as inside, copied from a
 * template of the LPAR's own root part, without its secrets (template.h).
 */
#pragma once

#include "wparctl/spec/report.h"
#include "wparctl/spec/spec.h"

/*
 * What fills a new base directory in the place of the LPAR's own root part: a backup, a copy.
 * fill() makes it all in the empty directory @top, its volumes at their places included (which it
 * mounts for itself); @base is its path, prefix included.
 */
struct wpar_rootfs_source {
	int (*fill)(void *user, int top, const char *base, const struct wpar_spec *s,
		    struct par_error **err);
	void *user;
};

/*
 * wpar_rootfs_create / _remove - the private file systems of a defined system WPAR
 * @from	NULL: the LPAR
 * create replaces what an interrupted one has left.  A mark outside of them says that they are
 * complete: without it the WPAR is Broken.  Errors: PAR_E_NO_SPACE, PAR_E_EXISTS, PAR_E_SYSTEM.
 */
int wpar_rootfs_create(const struct wpar_spec *s, const struct wpar_rootfs_source *from,
		       const struct wpar_report *report, struct par_error **err);
int wpar_rootfs_remove(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_rootfs_mount_points - make the directories of -M that are not there in a WPAR that is
 * stopped; those of a versioned one are made by its start
 * Errors: PAR_E_INVALID_ARGUMENT (a link or a file is in the way), PAR_E_SYSTEM.
 */
int wpar_rootfs_mount_points(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_rootfs_move - the file systems of @old, which does not run, become those of @new: another
 * base directory of the same file system, another name.  Done again after a kill it goes on.
 * wpar_rootfs_forget_name - afterwards, when @old's specification has gone
 * Errors: PAR_E_NOT_SUPPORTED (another file system), PAR_E_EXISTS, PAR_E_NOT_PERMITTED, …
 */
int wpar_rootfs_move(const struct wpar_spec *old, const struct wpar_spec *new,
		     struct par_error **err);
void wpar_rootfs_forget_name(const char *name);

/*
 * wpar_rootfs_mark_migrating - the base directory, which is complete, is about to be that of
 * another kind of WPAR (native_stage.h), and not complete meanwhile
 * wpar_rootfs_mark_complete - it is again
 * wpar_rootfs_is_migrating - has that been interrupted?
 */
int wpar_rootfs_mark_migrating(const struct wpar_spec *s, struct par_error **err);
int wpar_rootfs_mark_complete(const struct wpar_spec *s, struct par_error **err);
bool wpar_rootfs_is_migrating(const char *name);

/* wpar_rootfs_complete - was the last wpar_rootfs_create() of that name finished?  1, 0, or a
 * negative errno when that cannot be read */
int wpar_rootfs_complete(const char *name);
