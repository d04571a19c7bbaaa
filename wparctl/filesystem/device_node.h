/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes of a WPAR's own for the devices it is given (-D).  The LPAR's node is root's there, whom a
 * WPAR's root is not: bound in as it is, a device of mode 0600 could not be opened.  So a WPAR gets
 * a node of the same device and mode that belongs to its root, and the LPAR's stays as it is.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"
#include "wparctl/filesystem/mount_space.h"

/*
 * wpar_device_node - make the node for @source, a device of the global environment
 * @folder	where they lie: -1 at first, then a file system that the caller closes
 * @space	where that is mounted
 * Returns a descriptor (O_PATH) of the node.
 * Errors: PAR_E_NOT_FOUND, PAR_E_INVALID_ARGUMENT (no device), PAR_E_SYSTEM.
 */
int wpar_device_node(const struct wpar_mount_plan *p, const struct wpar_mount_space *space,
		     int *folder, const char *source, struct par_error **err);
