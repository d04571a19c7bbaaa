/* SPDX-License-Identifier: Apache-2.0 */
/* The boot images there are: folders with an image.json, in the folders the configuration names. */
#pragma once

#include "firmware/image.h"
#include "lpard/daemon/systems/config.h"

/* lpar_images_names - of all images, sorted; those that cannot be read are left out */
int lpar_images_names(const struct lpar_config *config, struct par_strv *ret);

/*
 * lpar_images_default - the name of the image of an LPAR that names none
 * The configured one, else the first by name; NULL when there is no image.  Caller frees.
 */
char *lpar_images_default(const struct lpar_config *config);

/*
 * lpar_images_find - load an image by name; NULL: the default one
 * Errors: PAR_E_NOT_FOUND, PAR_E_CORRUPT.
 */
int lpar_images_find(const struct lpar_config *config, const char *name, struct fw_image *ret,
		     struct par_error **err);
