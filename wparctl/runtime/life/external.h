/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /run/wpars/NAME/external.json: what a WPAR's processes can see but do not own.  A checkpoint
 * names these as external, and a restart makes them again from the same plan.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"

/* wpar_external_write - for an active WPAR; 0 or a negative errno */
int wpar_external_write(const char *name, const struct wpar_mount_plan *p);
