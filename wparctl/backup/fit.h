/* SPDX-License-Identifier: Apache-2.0 */
/* Does what is in a backup run on this system? */
#pragma once

#include "wparctl/versioned/image_data.h"

#include <stdbool.h>

/*
 * wpar_backup_fits - can programs of the native WPAR that @d describes run here?
 * @private_usr	it has a /usr of its own; else it takes this system's, which must be of its release
 * @ret_why	else: a part of a sentence, why not; caller frees; NULL: no memory
 */
bool wpar_backup_fits(const struct wpar_image_data *d, bool private_usr, char **ret_why);
