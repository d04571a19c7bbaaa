/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the store of system images, looked at without changing it. */
#pragma once

#include "wparctl/versioned/image_data.h"

struct wpar_stored_image {
	char *digest;		     /* of a remainder its folder's name, ".new-…" */
	bool remainder;		     /* of an unpacking or a removal that did not end */
	bool busy;		     /* a command has it in hand */
	struct wpar_image_data data; /* os_name NULL: it cannot be read */
	uint64_t kib;		     /* that its files take, those of its layers too */
	int64_t taken_s;	     /* when, in seconds of the epoch */
	struct par_strv wpars;	     /* that use it */
	bool unknown_users;	     /* a specification cannot be read, and may name it */
};

struct wpar_stored_images {
	struct wpar_stored_image *v;
	size_t n;
};

#define auto_stored_images par_cleanup(wpar_stored_images_done) struct wpar_stored_images

void wpar_stored_images_done(struct wpar_stored_images *l);

/*
 * wpar_stored_images_get - all, by digest, remainders last
 * @sizes	add up what their files take, which reads every inode
 * Errors: PAR_E_SYSTEM; a store that is not there is empty.
 */
int wpar_stored_images_get(bool sizes, struct wpar_stored_images *ret, struct par_error **err);

/*
 * wpar_stored_image_find - the one whose digest begins with @text
 * Errors: PAR_E_NOT_FOUND, PAR_E_INVALID_ARGUMENT (two do, or it is shorter than 4 digits)
 */
int wpar_stored_image_find(const struct wpar_stored_images *l, const char *text,
			   const struct wpar_stored_image **ret, struct par_error **err);
