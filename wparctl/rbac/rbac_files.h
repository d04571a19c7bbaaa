/* SPDX-License-Identifier: Apache-2.0 */
/* The databases on the disk, below $WPARS_ROOT where that is set. */
#pragma once

#include "wparctl/rbac/rbac_table.h"

/* wpar_rbac_load - all four; a file that is not there has no rows.  PAR_E_CORRUPT, PAR_E_SYSTEM */
int wpar_rbac_load(struct wpar_rbac *ret, struct par_error **err);

/*
 * wpar_rbac_change - let @change alter the databases, and put each that is another then in the
 * place of its file, whole Two changes at the same time come one after the other.  A negative value
 * of @change is returned, and nothing is changed.  The files are for root to write, and for
 * everybody to read.
 */
int wpar_rbac_change(int (*change)(struct wpar_rbac *db, void *user, struct par_error **err),
		     void *user, struct par_error **err);
