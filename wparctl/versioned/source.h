/* SPDX-License-Identifier: Apache-2.0 */
/* An image that is to be taken into the store, and whether it is. */
#pragma once

#include "wparctl/versioned/compat.h"
#include "wparctl/versioned/known.h"

/* What a look at an image has found, so that it need not be looked at again. */
struct wpar_image_checked {
	struct wpar_scan scan;
	struct wpar_image_data data;
	bool admitted;		     /* the two above are there */
	char digest[65];	     /* of the archive; "": not known */
	struct wpar_known_file file; /* which that was, before it was looked at */
};

#define auto_image_checked par_cleanup(wpar_image_checked_done) struct wpar_image_checked

void wpar_image_checked_done(struct wpar_image_checked *c);

struct wpar_image_source {
	const char *path;      /* of the archive */
	const int *input;      /* a descriptor that it is read from; NULL: by its path */
	const char *data_file; /* it is described there (mkwpar -L image_data=FILE); NULL: in it */
	bool own_data_ignored; /* ... but not by its own image.data (image_data=none) */
	bool progress;	       /* show on stderr how far the unpacking is */
	/* what the administrator is to know of an image that is taken; NULL: nobody asks */
	void (*note)(void *user, const struct wpar_fit_row *row);
	void *user;
	struct wpar_image_checked *checked; /* by wpar_image_check(); NULL: it was not */
};

/*
 * wpar_image_describe - what system it is, by the file, by its own image.data or by what it has
 * @ret		caller frees it, by wpar_image_data_done()
 * Errors: a part of a sentence ("it has no …").  PAR_E_INVALID_ARGUMENT, PAR_E_CORRUPT, …
 */
int wpar_image_describe(const struct wpar_image_source *src, const struct wpar_scan *scan,
			struct wpar_image_data *ret, struct par_error **err);

/*
 * wpar_image_admit - look through an image and say whether WPARs can be made of it here, by the
 * report of lsmksysb; nothing is made
 * Errors: PAR_E_NOT_SUPPORTED (the first aspect that stands against it), those of
 * wpar_image_describe() and wpar_scan().
 */
int wpar_image_admit(const struct wpar_image_source *src, struct wpar_image_checked *ret,
		     struct par_error **err);
