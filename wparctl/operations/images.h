/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken out of the store of system images, and what is found out about one. */
#pragma once

#include "wparctl/versioned/image_list.h"

/*
 * wpar_images_remove - an image that nobody uses, and its layers
 * Errors: PAR_E_WRONG_STATE (in use, by whom), PAR_E_BUSY, PAR_E_SYSTEM
 */
int wpar_images_remove(const struct wpar_stored_image *m, struct par_error **err);

/*
 * wpar_images_tidy - of an image that stays: layers that no WPAR needs any more
 * Nothing while a WPAR of the image runs.  Returns how many that were, or a negative errno.
 */
int wpar_images_tidy(const struct wpar_stored_image *m, struct par_error **err);

/* wpar_images_is_unused - does no WPAR use it, and no specification that cannot be read? */
bool wpar_images_is_unused(const struct wpar_stored_image *m);
