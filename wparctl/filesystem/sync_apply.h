/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries out the plan of sync_plan.h in a WPAR that may run.  Its root may change anything
 * meanwhile: each file is looked at once more before it goes, and what no longer is what the plan
 * says is kept.  New files are made in a folder of their own and renamed to their places, so a
 * killed command leaves each file old or new; what it has left there the next one removes.
 */
#pragma once

#include "wparctl/filesystem/own_files.h"
#include "wparctl/filesystem/sync_plan.h"

/*
 * wpar_sync_apply - all of @p; a step that turns out impossible becomes WPAR_SYNC_KEEP
 * @source	where the LPAR's files lie, by the paths of the plan; O_DIRECTORY
 * After an error some of it is done: doing it again does the rest.
 * Errors: PAR_E_NO_SPACE, PAR_E_BUSY (the LPAR's own files change meanwhile), PAR_E_SYSTEM.
 */
int wpar_sync_apply(const struct wpar_own_files *files, int source, struct wpar_sync_plan *p,
		    struct par_error **err);
