/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a running WPAR is seen from outside: its file systems, each mounted below its base
 * directory in the global environment's mount namespace, for df and mount; and what root mounts
 * there meanwhile, which the WPAR gets.  docs/adr/0005-seen-from-outside.md has the reasons.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"

/*
 * wpar_outside_attach - mount what @p shows, each nosuid and nodev; what is there already stays
 * A directory that is not there, or is a symbolic link, is left out.
 * Errors: PAR_E_SYSTEM, those of wpar_nfs_mount().  What was mounted stays: wpar_outside_detach().
 */
int wpar_outside_attach(const struct wpar_mount_plan *p, struct par_error **err);

/* wpar_outside_drop - take away those of a plan that the running WPAR has no more */
void wpar_outside_drop(const struct wpar_mount_plan *drop);

/*
 * wpar_outside_detach - take all of it away, and what was mounted below
 * @directory	global path, prefix included.  A mount there that is not ours stays.
 */
void wpar_outside_detach(const char *directory);

/*
 * wpar_outside_may_go - one of the WPAR's own that is taken away inside when root unmounts it
 * outside
 */
bool wpar_outside_may_go(const struct wpar_mount_op *op);

/*
 * wpar_outside_others - what else is mounted below the base directory of @p, and which are those of
 * its own that root may take away
 * @mountinfo	text of /proc/self/mountinfo, or of wpar_mounts_below()
 * @ret	a plan with a bind for each, as the WPAR shall have it; the upper ones first; those of its
 *own have their flags Pure.  Errors: PAR_E_NO_MEMORY.
 */
int wpar_outside_others(const struct wpar_mount_plan *p, const char *mountinfo,
			struct wpar_mount_plan *ret, struct par_error **err);

/*
 * wpar_outside_mark - a number that is another one when something was mounted or unmounted at or
 * below @directory, or @inside is another text; 0: the kernel (before Linux 6.8) does not say
 */
uint64_t wpar_outside_mark(const char *directory, const char *inside);
