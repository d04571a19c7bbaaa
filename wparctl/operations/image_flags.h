/* SPDX-License-Identifier: Apache-2.0 */
/* What a command line says of the system image of a versioned WPAR. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/spec/spec.h"
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

/*
 * wpar_image_same_system - what a specification says of the system of its image is what that says
 * @image	as the image, or -L, has it
 * Errors: PAR_E_INVALID_ARGUMENT.
 */
int wpar_image_same_system(const struct wpar_version *spec, const struct wpar_version *image,
			   struct par_error **err);

/* wpar_image_same_known - the same, of the image of a look, or one of the store */
int wpar_image_same_known(const struct wpar_version *spec, const struct wpar_image_source *src,
			  const char *digest, struct par_error **err);
