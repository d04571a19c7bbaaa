/* SPDX-License-Identifier: Apache-2.0 */
/* Guesses about misspelt words: see nearest.h. */
#include "lpard/common/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Levenshtein's distance; the case of letters does not count. */
unsigned int par_distance(const char *a, const char *b)
{
	unsigned int row[65];
	size_t la = strnlen(a, 64), lb = strnlen(b, 64);

	for (unsigned int j = 0; j <= lb; j++)
		row[j] = j;
	for (unsigned int i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= lb; j++) {
			unsigned int up = row[j];
			bool same = tolower((unsigned char)a[i - 1]) ==
				    tolower((unsigned char)b[j - 1]);
			unsigned int best = diagonal + !same;

			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = up;
			row[j] = best;
		}
	}
	return row[lb];
}

void par_nearest_try(struct par_nearest *n, const char *name)
{
	size_t len = strlen(n->word);
	/* Of a short word little may be wrong: every word of two letters is near every other. */
	unsigned int most = len >= 5 ? 2 : len >= 3 ? 1 : 0;
	unsigned int d = par_distance(n->word, name);

	if (d > most || (n->best && d >= n->distance))
		return;
	n->best = name;
	n->distance = d;
}
