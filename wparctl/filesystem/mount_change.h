/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to be mounted and taken away so that the file tree of a running WPAR becomes that of
 * another plan.  Pure; mount_live.h carries it out.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"

struct wpar_mount_change {
	/* All three: the steps are in the order in which they are carried out. */
	struct wpar_mount_plan add;    /* what the new plan has in addition */
	struct wpar_mount_plan resize; /* new file systems (devpts) with other options */
	struct wpar_mount_plan drop;   /* what only the old plan has, the deepest first */
};

#define auto_mount_change par_cleanup(wpar_mount_change_done) struct wpar_mount_change

void wpar_mount_change_done(struct wpar_mount_change *c);

/*
 * wpar_mount_change_build - from @old to @new, two plans of one WPAR; what @ret takes of them is
 * taken out of them
 * Errors: PAR_E_WRONG_STATE: this cannot be changed while processes run there (a file system that
 * is another one now, or that lies above or below another); PAR_E_NO_MEMORY.
 */
int wpar_mount_change_build(struct wpar_mount_plan *old, struct wpar_mount_plan *new,
			    struct wpar_mount_change *ret, struct par_error **err);

/* wpar_mount_change_is_empty - nothing to do? */
bool wpar_mount_change_is_empty(const struct wpar_mount_change *c);

/* wpar_mount_change_print - one line per step */
int wpar_mount_change_print(const struct wpar_mount_change *c, struct par_buf *out);
