/* SPDX-License-Identifier: Apache-2.0 */
/* Guesses about misspelt words: see nearest.h. */
#include "lpard/common/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Levenshtein's distance, with two letters in each other's place as one fault; the case of letters
 * does not count.
 */
unsigned int par_distance(const char *a, const char *b)
{
	unsigned int rows[3][65];
	size_t la = strnlen(a, 64), lb = strnlen(b, 64);

	for (unsigned int j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (unsigned int i = 1; i <= la; i++) {
		unsigned int *row = rows[i % 3], *up = rows[(i - 1) % 3];

		row[0] = i;
		for (unsigned int j = 1; j <= lb; j++) {
			row[j] = least(up[j - 1] + !same(a[i - 1], b[j - 1]),
				       least(up[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
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
