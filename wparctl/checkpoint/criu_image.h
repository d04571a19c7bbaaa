/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIU's images, as far as we look into them: words of magic, then messages of Protocol Buffers,
 * each behind its length.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of the file that is read from its front. */
struct wpar_image_piece {
	unsigned char *data;
	size_t len;
};

struct wpar_image_field {
	unsigned int number;
	uint64_t value;		      /* of a varint */
	struct wpar_image_piece body; /* of a varint its own bytes; of bytes those */
};

/* wpar_image_begin - is it an image?  Then its magic, of two words, is taken off. */
bool wpar_image_begin(struct wpar_image_piece *p);

/* wpar_image_message - take the next message off @p; false: there is none, or not a whole one */
bool wpar_image_message(struct wpar_image_piece *p, struct wpar_image_piece *ret);

/* wpar_image_field - take the next field off a message; false: it is not well-formed */
bool wpar_image_field(struct wpar_image_piece *p, struct wpar_image_field *f);
