/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of a checkpoint: manifest.json, written last, and beside it a folder with criu's
 * images, which it names.  A new checkpoint takes the place of the one before only when it is
 * whole.
 */
#pragma once

#include "wparctl/checkpoint/ckpt_manifest.h"

#include <stdbool.h>

struct wpar_statedir {
	char *path; /* absolute, without symbolic links */
	int fd;
};

#define WPAR_NO_STATEDIR ((struct wpar_statedir){ .fd = -1 })
#define auto_statedir	 par_cleanup(wpar_statedir_close) struct wpar_statedir
void wpar_statedir_close(struct wpar_statedir *d);

/*
 * wpar_statedir_open - root's own folder, which nobody else may write to
 * @make	make it when it is not there; then it has to be empty or to hold a checkpoint
 * Errors: PAR_E_NOT_FOUND, PAR_E_NOT_PERMITTED (it is another's), PAR_E_EXISTS (other files).
 */
int wpar_statedir_open(const char *path, bool make, struct wpar_statedir *ret,
		       struct par_error **err);

/* wpar_statedir_read - its manifest; PAR_E_NOT_FOUND: it holds no (whole) checkpoint */
int wpar_statedir_read(const struct wpar_statedir *d, struct wpar_ckpt_manifest *ret,
		       struct par_error **err);

/*
 * wpar_statedir_begin - an empty folder for new images, called "images.N" by a number that is free
 * @ret_name	caller frees
 */
int wpar_statedir_begin(const struct wpar_statedir *d, char **ret_name, struct par_error **err);

/* wpar_statedir_round - an empty folder in that one, for what round @number (1, 2, ...) copies */
int wpar_statedir_round(const struct wpar_statedir *d, const char *images, size_t number,
			struct par_error **err);

/* wpar_statedir_empty - that folder is empty again, for another try */
int wpar_statedir_empty(const struct wpar_statedir *d, const char *images, struct par_error **err);

/* wpar_statedir_drop - remove that folder: nothing has become of it */
void wpar_statedir_drop(const struct wpar_statedir *d, const char *images);

/*
 * wpar_statedir_digest - have m->images on the disk, and take the digests of its files into @m that
 * are not there yet: those of the rounds before all stands still
 */
int wpar_statedir_digest(const struct wpar_statedir *d, struct wpar_ckpt_manifest *m,
			 struct par_error **err);

/*
 * wpar_statedir_commit - the same of what is left, write the manifest, and remove what is there of
 * other checkpoints
 */
int wpar_statedir_commit(const struct wpar_statedir *d, struct wpar_ckpt_manifest *m,
			 struct par_error **err);

/* wpar_statedir_verify - are the images what @m says, and nothing else there?  PAR_E_CORRUPT */
int wpar_statedir_verify(const struct wpar_statedir *d, const struct wpar_ckpt_manifest *m,
			 struct par_error **err);
