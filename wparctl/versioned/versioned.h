/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versioned WPARs: system images of older systems (docs/MKSYSB.md).  An image is an archive of a
 * system's root, perhaps with its description, ./image.data, first.  It is unpacked once, into
 * /var/lib/wpars/images/SHA256/, by the helper program wparctl-archive, and shared by all WPARs
 * made from it; ids in it are as inside.
 */
#pragma once

#include "wparctl/spec/image_command.h"
#include "wparctl/spec/spec.h"
#include "wparctl/versioned/source.h"

/*
 * wpar_image_check - can an image be taken?  Nothing is made
 * @digest	that it must have; NULL: none is known
 * @ret		for src->checked of wpar_image_take(); caller frees it, by wpar_image_checked_done()
 * Errors: those of wpar_image_take().
 */
int wpar_image_check(const struct wpar_image_source *src, const char *digest,
		     struct wpar_image_checked *ret, struct par_error **err);

/*
 * wpar_image_look - the same, and what system it is
 * @version	filled as by wpar_image_take(), which may follow; where image_digest is set already,
 *		the archive must have it
 */
int wpar_image_look(const struct wpar_image_source *src, struct wpar_version *version,
		    struct wpar_image_checked *ret, struct par_error **err);

/*
 * wpar_image_take - see that an image is in the store, and hold it for a new WPAR
 * @src		the archive; its digest is checked when ARCHIVE.sha256 is beside it.  One that is
 *		not in the store yet is looked through first, and refused before anything is made
 * @version	filled from the image's description and digest; where image_digest is set already
 *		(mkwpar -f), the archive must have it
 * @ret_hold	a descriptor that keeps the image in the store until it is closed; by then a saved
 *		specification must name the image
 *
 * The image stays until the last specification that names it goes (wpar_image_detach()).
 * Errors: those of wpar_image_admit(), PAR_E_CORRUPT, PAR_E_NO_SPACE, …; nothing is left in the
 * store then.
 */
int wpar_image_take(const struct wpar_image_source *src, struct wpar_version *version,
		    int *ret_hold, struct par_error **err);

/* An image that has lost its name, so that nobody can begin to use it: it is only to be removed. */
struct wpar_image_gone {
	int store, fd; /* fd: of the image, locked, so that nobody else removes it meanwhile */
	char name[40];
};

/*
 * wpar_image_detach - take the name from an image that no specification but @self's names
 * The caller sees to it that no other specification is removed meanwhile.  Returns 1: @ret is to
 * be removed (also what a killed removal has left of it); 0: it stays, or it is not there.
 */
int wpar_image_detach(const char *digest, const char *self, struct wpar_image_gone *ret,
		      struct par_error **err);

/* wpar_image_remove - remove it; can take seconds */
int wpar_image_remove(struct wpar_image_gone *gone, struct par_error **err);
void wpar_image_discard(struct wpar_image_gone *gone);

/*
 * wpar_images_clear - remove what killed unpackings and removals have left; what a command that
 * lives is at stays.  Returns how many that were.
 */
unsigned int wpar_images_clear(void);

/*
 * wpar_image_spool - a new file in the store's file system, without a name, for what comes in
 * pieces or could be changed by others while it is read Returns its descriptor, for reading and
 * writing; the file is gone when that is closed. Errors: PAR_E_NO_SPACE, PAR_E_SYSTEM.
 */
int wpar_image_spool(struct par_error **err);

/* wpar_image_data - the description of an image in the store; the caller frees it */
int wpar_image_data(const char *digest, struct wpar_image_data *ret, struct par_error **err);

/* wpar_image_command - what an image in the store says is to run; no arguments: nothing */
int wpar_image_command(const char *digest, struct wpar_image_command *ret, struct par_error **err);

/* wpar_image_open - the root of an image in the store, to be read.  Errors: PAR_E_NOT_FOUND */
int wpar_image_open(const char *digest, struct par_error **err);

/* In the topmost layer, for df, mount and uname: the programs that ours of these names run. */
#define WPAR_LAYER_REAL "usr/lib/.lpar/real"

/*
 * wpar_version_layers - the folders below a versioned WPAR's upper one, top first: the commands of
 * this system that replace the image's (the overlay list), then the image
 */
int wpar_version_layers(const struct wpar_spec *s, struct par_strv *ret, struct par_error **err);

/* wpar_version_layer_is_there - 1 when that has nothing to make, else 0; its errors */
int wpar_version_layer_is_there(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_layers_clear - remove the layers of an image that none of @versions would use any more
 * The caller sees to it that none of its WPARs runs.  Returns how many that were, or a negative
 * errno.
 */
int wpar_layers_clear(const char *digest, const struct wpar_version *const *versions, size_t n,
		      struct par_error **err);
