/* SPDX-License-Identifier: Apache-2.0 */
/* The control groups inside a WPAR over a checkpoint, read and made again. */
#pragma once

#include "wparctl/checkpoint/ckpt_groups.h"

/*
 * wpar_groups_read - those below the WPAR's group @cgroup, which stands still, and who is in them
 * None of a WPAR that makes none.  Ids of others than @idbase's range belong to nobody inside.
 * Errors: PAR_E_NOT_SUPPORTED (a group of threads), PAR_E_SYSTEM.
 */
int wpar_groups_read(int cgroup, uint32_t idbase, uint32_t idrange, struct wpar_ckpt_groups *ret,
		     struct par_error **err);

/*
 * wpar_groups_make - make them, empty: what is restored may have files of them open, or watch them
 * Those that wpar_launch_prepare() has made are there already.
 */
int wpar_groups_make(int cgroup, uint32_t idbase, uint32_t idrange,
		     const struct wpar_ckpt_groups *g, struct par_error **err);

/*
 * wpar_groups_enter - the calling process, which is in "inside" and sees that as the root, goes
 * into a group of its own there, in which all is restored; then each group gets its controllers A
 * group has the files of its controllers, such as memory.events, only with these; and no process
 * can be in one that gives controllers to others.  Nothing of a WPAR that makes no groups.  -errno.
 */
int wpar_groups_enter(int cgroup, const struct wpar_ckpt_groups *g);

/*
 * wpar_groups_fill - put each process into its own, and then set what was set
 * All stand still, and are in the group in which they were restored.
 */
int wpar_groups_fill(int cgroup, const struct wpar_ckpt_groups *g, struct par_error **err);
