/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versioned WPARs: system images of older systems.  An image is a tar archive (any compression of
 * gzip, xz, zstd, bzip2, or none) whose first member is ./image.data and whose rest is the
 * system's root.  It is unpacked once, into /var/lib/wpars/images/SHA256/, by the helper program
 * wparctl-archive, and shared by all WPARs made from it; ids in it are as inside.
 */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_image_take - see that an image is in the store, and hold it for a new WPAR
 * @archive	path of the archive; its digest is checked when ARCHIVE.sha256 is beside it
 * @progress	show on stderr how far the unpacking is
 * @version	filled from ./image.data and the digest; where image_digest is set already
 *		(mkwpar -f), the archive must have it
 * @ret_hold	a descriptor that keeps the image in the store until it is closed; by then a saved
 *		specification must name the image
 *
 * The image stays until the last specification that names it is gone and wpar_image_release() is
 * called.  Errors: PAR_E_CORRUPT, PAR_E_INVALID_ARGUMENT (architecture), PAR_E_NO_SPACE, …;
 * nothing is left in the store then.
 */
int wpar_image_take(const char *archive, bool progress, struct wpar_version *version, int *ret_hold,
		    struct par_error **err);

/* wpar_image_release - remove the image from the store if no specification names it */
int wpar_image_release(const char *digest, struct par_error **err);

/*
 * wpar_version_layers - the folders below a versioned WPAR's upper one, top first: the commands of
 * this system that replace the image's (the overlay list), then the image
 */
int wpar_version_layers(const struct wpar_spec *s, struct par_strv *ret, struct par_error **err);
