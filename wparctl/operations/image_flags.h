/* SPDX-License-Identifier: Apache-2.0 */
/* What a command line says of the system image of a versioned WPAR. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/versioned/source.h"

/*
 * wpar_image_flags - the attributes of -L: image_data=FILE, image_data=none
 * @ret		its strings are those of @groups
 * Errors: PAR_E_NOT_SUPPORTED, PAR_E_USAGE.
 */
int wpar_image_flags(const struct par_groups *groups, struct wpar_image_source *ret,
		     struct par_error **err);

/* wpar_image_say_note - struct wpar_image_source's note, to stderr; @user: the command's name */
void wpar_image_say_note(void *user, const struct wpar_fit_row *row);
