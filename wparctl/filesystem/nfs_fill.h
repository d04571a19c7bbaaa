/* SPDX-License-Identifier: Apache-2.0 */
/* What a new WPAR has in its directories, put onto servers: see docs/adr/0008-nfs.md. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_nfs_fill - move what lies below the base directory onto the servers of -M vfs=nfs
 * @kept	mkwpar -p: what the servers have already stays as it is
 *
 * The files get ids of the WPAR's range there.  A directory of a server that is not empty is
 * refused when there is something to be moved into it; what a killed command has left of this WPAR
 * is replaced.  Undone when it fails.
 * Errors: those of wpar_nfs_mount(), PAR_E_EXISTS, PAR_E_NOT_PERMITTED, PAR_E_SYSTEM.
 */
int wpar_nfs_fill(const struct wpar_spec *s, bool kept, struct par_error **err);
