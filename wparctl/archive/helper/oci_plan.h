/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OCI image layout, or an archive of docker save, says of itself: which layers make the
 * system, and what is to run in it.  Pure: the texts are got through a function.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#define OCI_TEXT_MAX   (4 << 20) /* bytes of an index, a manifest, a configuration */
#define OCI_NAME_MAX   255	 /* bytes of a name in a layout */
#define OCI_LAYERS_MAX 512

struct oci_layer {
	char name[OCI_NAME_MAX + 1]; /* of its file in the layout: "blobs/sha256/…" */
	char digest[65];	     /* that the file must have */
	uint64_t size;		     /* likewise; UINT64_MAX: not said */
};

struct oci_image {
	const char *format; /* "oci", "docker" */
	char *architecture; /* as uname -m calls it */
	char *created, *user, *directory;
	struct par_strv environment; /* NAME=VALUE */
	struct par_strv arguments;   /* the entry point and the command behind it */
	struct oci_layer *layers;    /* the lowest first */
	size_t n_layers;
};

#define auto_oci_image par_cleanup(oci_image_done) struct oci_image

void oci_image_done(struct oci_image *image);

struct oci_texts {
	/* all of the file @name, at most @max bytes; PAR_E_NOT_FOUND: there is none */
	int (*get)(void *user, const char *name, size_t max, struct par_buf *ret,
		   struct par_error **err);
	void *user;
};

/*
 * oci_plan - choose an image and check all that it says of itself
 * @machine	of several images that one is taken that is for it (uname -m), else the first
 * Digests of the texts are compared; those of layers are the caller's to compare.
 * Errors: a part of a sentence.  PAR_E_CORRUPT, PAR_E_NO_MEMORY, what @texts->get fails with.
 */
int oci_plan(const struct oci_texts *texts, const char *machine, struct oci_image *ret,
	     struct par_error **err);
