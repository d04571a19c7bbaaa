/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of somebody whom nobody trusts, made fit for terminals, logs and listings.  Whatever a
 * guest, its agent, a libvirt domain or a client has said goes through here before it is shown.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a message that a guest or libvirt gave as its reason; longer ones are cut. */
#define PAR_TEXT_FOREIGN 1000

enum par_text_keep {
	PAR_TEXT_LINE,	/* one line: line breaks and tabs become blanks */
	PAR_TEXT_LINES, /* line breaks and tabs stay */
};

/*
 * par_text_clean - make a text harmless and bounded, in place
 * @text	NUL-terminated; NULL is fine
 * @max		bytes that may stay, at least 4; a text that is cut ends in "..."
 *
 * Stays: UTF-8 that shows what it says.  Each other character becomes one '?': control characters
 * (U+0000 to U+001F, U+007F to U+009F), what changes the direction or the order of text, line and
 * paragraph separators, characters without width, tags, and each byte that is not UTF-8.
 * Never longer than before, so that a fixed buffer can be cleaned where it is.
 */
void par_text_clean(char *text, size_t max, enum par_text_keep keep);

/* par_text_is_utf8 - is all of it UTF-8, harmful or not? */
bool par_text_is_utf8(const char *text);
