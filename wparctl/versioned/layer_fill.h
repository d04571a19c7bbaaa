/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a layer of this system's commands over an image. */
#pragma once

#include "wparctl/versioned/overlay_list.h"
#include "wparctl/versioned/versioned.h"

#define WPAR_LAYER_KEY 17

/*
 * wpar_layer_fill - fill the empty folder @layer, to be laid over the image whose root is @image
 * @rows	the overlay list for the system of @v
 * Errors: PAR_E_SYSTEM, PAR_E_NO_SPACE, PAR_E_NOT_FOUND (wparctl-launch)
 */
int wpar_layer_fill(int image, int layer, const struct wpar_overlay *rows,
		    const struct wpar_version *v, struct par_error **err);

/* wpar_layer_key - changes whenever the list does, or a program that would be copied */
void wpar_layer_key(const struct wpar_overlay *rows, char ret[WPAR_LAYER_KEY]);

/*
 * wpar_overlay_program - where this system has the program of a row; caller frees; NULL: nowhere,
 * or what is there is no program of this machine's
 */
char *wpar_overlay_program(const struct wpar_overlay_row *row);

/*
 * wpar_overlay_place - where the image has the file of a row ("/bin/df"), or where it would be put
 * @ret_there	the image has it
 * Caller frees; NULL: there is no such folder in the image.
 */
char *wpar_overlay_place(int image, const struct wpar_overlay_row *row, bool *ret_there);
