/* SPDX-License-Identifier: Apache-2.0 */
/* A file system of a block device as a mount that has no place yet. */
#pragma once

#include "lpard/common/error.h"

#include <stdint.h>
#include <sys/types.h>

/* An option of a new file system: "errors" and "remount-ro"; a value of NULL: a word alone. */
struct wpar_device_option {
	const char *name, *value;
};

/*
 * wpar_device_mount - mount @dev
 * @fstype	as the kernel calls it
 * @name	what the mount shows as its source, a plain name: "Global"; or the device's own path
 * @options	ends with a name of NULL; of a file system that is mounted already they count for
 *		nothing
 * @attrs	MOUNT_ATTR_NOSUID and so on
 * Returns the mount, detached; or -errno.
 */
int wpar_device_mount(dev_t dev, const char *fstype, const char *name,
		      const struct wpar_device_option *options, unsigned int attrs);
