/* SPDX-License-Identifier: Apache-2.0 */
/* The description of a system image that has none: from what its root has. */
#pragma once

#include "wparctl/archive/scan.h"
#include "wparctl/versioned/image_data.h"

/*
 * wpar_image_derive - pure: which system it is, by the rules by which mksysb describes one
 * @ret		caller frees it, by wpar_image_data_done()
 * Errors: PAR_E_INVALID_ARGUMENT: a sentence that says what cannot be told and what to do;
 * PAR_E_NO_MEMORY.
 */
int wpar_image_derive(const struct wpar_scan *scan, struct wpar_image_data *ret,
		      struct par_error **err);
