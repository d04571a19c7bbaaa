/* SPDX-License-Identifier: Apache-2.0 */
/* A running WPAR becomes what another specification says (chwpar). */
#pragma once

#include "wparctl/spec/report.h"
#include "wparctl/spec/spec.h"

/*
 * wpar_change_live - change what runs as @from so that it is what @to says: limits, the number of
 * pseudo terminals, addresses and routes, namefs mounts, devices, the host name.  What else is
 * different holds from the next start on.
 * @lazy	what is mounted and in use is taken away too
 *
 * The caller holds wpar_lock(), saves @to afterwards, and calls wpar_change_settle() then: killed
 * in between, the same change can be made again.  After an error everything is as before. Errors:
 * PAR_E_WRONG_STATE (it cannot be changed while processes run there), PAR_E_BUSY, PAR_E_NOT_FOUND,
 * PAR_E_NOT_PERMITTED, PAR_E_SYSTEM.
 */
int wpar_change_live(const struct wpar_spec *from, const struct wpar_spec *to, bool lazy,
		     const struct wpar_report *report, struct par_error **err);

/* wpar_change_settle - what runs, and what is seen of it from outside, is what is saved */
void wpar_change_settle(const struct wpar_spec *now);

struct wpar_mount_change;

/*
 * wpar_change_mounts - mount and unmount what @c says in a running WPAR
 * @lazy	what is in use goes, too
 * Errors: as above.
 */
int wpar_change_mounts(const struct wpar_spec *s, struct wpar_mount_change *c, bool lazy,
		       struct par_error **err);
