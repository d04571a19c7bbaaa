/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loop devices: an image file as a block device.  Each goes by itself when its last mount and its
 * last descriptor have gone, so that none is left by a killed command.
 */
#pragma once

#include "lpard/common/error.h"

#include <sys/types.h>

/*
 * wpar_loop_open - the device that shows the image @image, an open file: the one that is there, or
 * a new one
 * @path	of the image, for messages and losetup(8)
 * Returns its descriptor: the device lives at least as long as that is open.
 * Errors: PAR_E_NOT_SUPPORTED (no loop devices here), PAR_E_SYSTEM.
 */
int wpar_loop_open(int image, const char *path, struct par_error **err);

/* wpar_loop_find - the same, but -ENOENT when no device shows the image */
int wpar_loop_find(int image);

/* wpar_loop_grow - it takes the size that its image has now; -errno */
int wpar_loop_grow(int loop);
