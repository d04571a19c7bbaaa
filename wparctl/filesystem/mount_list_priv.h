/* SPDX-License-Identifier: Apache-2.0 */
/* What only tests use of mount_list.c. */
#pragma once

#include "wparctl/filesystem/mount_list.h"

/*
 * wpar_mount_see_in - of the mount whose line in @mountinfo begins with @id
 * Errors: -ENOENT, -EINVAL (no line of mountinfo).
 */
int wpar_mount_see_in(const char *mountinfo, uint64_t id, struct wpar_mount_seen *ret);
