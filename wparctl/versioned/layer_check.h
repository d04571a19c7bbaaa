/* SPDX-License-Identifier: Apache-2.0 */
/* What an image must be for the layer that is laid over it (layer_fill.h). */
#pragma once

#include "lpard/common/error.h"

/*
 * wpar_layer_check_image - what is put into folders of the image @image would hide, over a link,
 * all that it leads to
 * Errors: PAR_E_INVALID_ARGUMENT.  helper/judge.c says the same of an archive before it is
 * unpacked.
 */
int wpar_layer_check_image(int image, struct par_error **err);
