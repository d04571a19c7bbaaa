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

/*
 * lpar_images_remember - by what an LPAR's disk tells later of which image it was made
 * The name and, of each file, the beginning of its digest, with blanks between; caller frees, NULL
 * when memory is short.
 */
char *lpar_images_remember(const struct fw_image *image);

/* lpar_images_is - is @image the one that is remembered as @text? */
bool lpar_images_is(const struct fw_image *image, const char *text);

/*
 * lpar_images_recall - the image remembered as @text, which need not exist any more
 * @like	an image that has taken its place, for what is not remembered; NULL: there is none
 * @ret		without a folder, its files known by the beginnings of their digests: what the
 *		storage pool has under these names can be used, and nothing can be uploaded
 * Errors: PAR_E_CORRUPT.
 */
int lpar_images_recall(const char *text, const struct fw_image *like, struct fw_image *ret,
		       struct par_error **err);
