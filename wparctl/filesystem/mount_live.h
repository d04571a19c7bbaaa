/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out what mount_change.h has found, in a WPAR whose processes run. */
#pragma once

#include "wparctl/filesystem/mount_change.h"

/*
 * wpar_mount_change_attach - by a process that is root in the WPAR's user and mount namespaces
 * @fds	from wpar_mounts_prepare() for @c->add
 * @lazy	a file system that is in use goes too, as soon as it is not used any more
 * What a killed one has left is put right.  After an error all is as it was.
 * Errors: PAR_E_BUSY (in use), PAR_E_NOT_PERMITTED (a symbolic link), PAR_E_SYSTEM.
 */
int wpar_mount_change_attach(const struct wpar_mount_change *c, const int *fds, size_t n_fds,
			     bool lazy, struct par_error **err);
