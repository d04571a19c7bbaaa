/* SPDX-License-Identifier: Apache-2.0 */
/* What runs in a WPAR and what it has open, as /proc shows it, for precheck.h and the manifest. */
#pragma once

#include "wparctl/checkpoint/ckpt_manifest.h"
#include "wparctl/checkpoint/precheck.h"
#include "wparctl/filesystem/mount_plan.h"

/*
 * wpar_ckpt_snapshot - of the processes in the group @cgroup, whose first is @init
 * @plan	what is mounted there by us
 * @criu		its version, as in ability.h: what it knows
 * @m		gets the files that are mapped; NULL: nobody wants them
 * A process that ends meanwhile is left out.  Errors: PAR_E_SYSTEM, PAR_E_NO_MEMORY.
 */
int wpar_ckpt_snapshot(int cgroup, pid_t init, const struct wpar_mount_plan *plan,
		       unsigned int criu, struct wpar_ckpt_snapshot *ret,
		       struct wpar_ckpt_manifest *m, struct par_error **err);
