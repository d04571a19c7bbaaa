/* SPDX-License-Identifier: Apache-2.0 */
/* File systems that a versioned WPAR has besides its root (-M). */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/filesystem/nfs_fill.h"
#include "wparctl/spec/spec.h"

/*
 * wpar_image_mounts_expect - @s will be a versioned one, of an image that is not known yet: by that
 * its mounts are checked
 */
int wpar_image_mounts_expect(struct wpar_spec *s, struct par_error **err);

/*
 * wpar_image_mounts_keep - of a native WPAR's mounts those that -M names stay: the others are this
 * system's (mkwpar -e NATIVE -C -B IMAGE)
 */
void wpar_image_mounts_keep(const struct par_groups *given, struct wpar_spec *s);

/*
 * wpar_image_mounts_size - the image is known now: what was given no size gets the one that it had
 * in the image's system (fs_data of image.data)
 * Errors: those of the image's description; what has no size still, wpar_spec_check_rules() finds.
 */
int wpar_image_mounts_size(struct wpar_spec *s, struct par_error **err);

/*
 * wpar_image_places_check - where the file systems of a versioned WPAR that does not run are
 * mounted is neither a file nor a link in its own files or in its image's; of another one: 0
 * Errors: PAR_E_INVALID_ARGUMENT, PAR_E_SYSTEM.
 */
int wpar_image_places_check(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_image_volumes_fill - what the image has at the places of the new WPAR's volumes, with every
 * attribute
 * Errors: PAR_E_NO_SPACE, PAR_E_NOT_PERMITTED (a file or a link is at such a place), PAR_E_SYSTEM.
 */
int wpar_image_volumes_fill(const struct wpar_spec *s, struct par_error **err);

/* wpar_image_servers_fill - wpar_nfs_fill(), of a versioned WPAR with what the image has there */
int wpar_image_servers_fill(const struct wpar_spec *s, bool kept, struct wpar_nfs_fill **ret,
			    struct par_error **err);
