/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a file's contents as the list of checksums of a backup has it (docs/SAVEWPAR.md),
 * for who writes one and who reads one, and for images.  Who calls these functions links sha256_dep
 * as for sha256.h.  A hole costs nothing, however large: of a file that has holes the digest is of
 * its data and of the places of its data.
 */
#pragma once

#include "lpard/common/sha256.h"

#include <stdbool.h>
#include <stdint.h>

/* The formats of the list: CHECKSUMS of image.data, and its first line. */
#define PAR_CONTENTS_ZEROS   1 /* holes are zeros */
#define PAR_CONTENTS_EXTENTS 2

struct par_contents {
	struct par_sha256 data; /* the bytes; of the format 1 with the zeros of holes */
	struct par_sha256 map;	/* the lines of the extents that are closed */
	uint64_t at;		/* bytes so far, and holes */
	uint64_t begin;		/* where the open extent begins; @at: there is none */
	unsigned int format;
	bool holes;
};

/* par_contents_begin - of a file that has nothing so far; @format: one of CONTENTS_… */
void par_contents_begin(struct par_contents *c, unsigned int format);
/* par_contents_data - @len bytes more; what follows bytes without a hole is of the same extent */
void par_contents_data(struct par_contents *c, const void *data, size_t len);
/* par_contents_hole - @len bytes more that the archive does not have */
void par_contents_hole(struct par_contents *c, uint64_t len);
/*
 * par_contents_end - that was all: the digest in lower-case hexadecimal
 * Returns the word of its line, "file" or "sparse"; @c must be begun anew.
 */
const char *par_contents_end(struct par_contents *c, char ret[PAR_SHA256_TEXT]);
