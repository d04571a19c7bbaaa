/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning and the end of managed systems. */
#pragma once

#include "lpard/daemon/systems/managed_system.h"

/*
 * lpar_managed_new - a managed system that connects; returns at once
 * @config	stays the caller's, and stays
 */
int lpar_managed_new(struct lpar_daemon *d, const struct lpar_config_system *config,
		     struct lpar_managed **ret, struct par_error **err);
/*
 * lpar_managed_remove - no longer configured: take it off the daemon's list, and free it when
 * nobody holds it any more
 */
void lpar_managed_remove(struct lpar_managed *managed);
/*
 * lpar_managed_free - disconnect and free, even if it is held: for the daemon's end, when the loop
 * does not run any more; waits for calls of the hypervisor under way; NULL inside is fine
 */
void lpar_managed_free(struct lpar_managed **managed);
