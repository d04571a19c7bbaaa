/* SPDX-License-Identifier: Apache-2.0 */
/* The media disk of the configuration: files for every LPAR, read-only on /images. */
#pragma once

#include "firmware/image.h"

/*
 * lpar_media_add - let @image bring the media disk @path with it
 * @path	an absolute path, the `media` setting
 *
 * The file is read for its digest once for each state of the file.  Nothing is done when the image
 * has a media disk of its own.  Any thread may call.  Errors: PAR_E_NOT_FOUND, PAR_E_SYSTEM.
 */
int lpar_media_add(const char *path, struct fw_image *image, struct par_error **err);
