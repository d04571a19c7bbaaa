/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean …?": the name that a misspelt word is nearest to. */
#pragma once

#include <stddef.h>

struct par_nearest {
	const char *word;      /* what was given */
	const char *best;      /* the nearest name so far; NULL: none is near */
	unsigned int distance; /* of @best */
};

/* par_nearest_try - look at one more name; @name must live as long as @n->best is used */
void par_nearest_try(struct par_nearest *n, const char *name);

/* par_distance - letters to be changed, added, taken or swapped to make @b of @a; cut at 64 bytes
 */
unsigned int par_distance(const char *a, const char *b);
