/* SPDX-License-Identifier: Apache-2.0 */
/* The reference codes of one LPAR that are kept, the newest first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define LPAR_REFCODES 64 /* kept of each LPAR */

struct lpar_refcode_kept {
	time_t time;
	char code[64];
};

struct lpar_refcodes {
	struct lpar_refcode_kept *v; /* LPAR_REFCODES; NULL: none yet */
	size_t n;
};

void lpar_refcodes_done(struct lpar_refcodes *codes);

/*
 * lpar_refcodes_add - remember a code that came now
 * Returns false for the same code as the last one (which is not repeated), or without memory.
 */
bool lpar_refcodes_add(struct lpar_refcodes *codes, const char *code);
