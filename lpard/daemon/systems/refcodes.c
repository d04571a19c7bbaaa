/* SPDX-License-Identifier: Apache-2.0 */
/* Reference codes: see refcodes.h. */
#include "lpard/daemon/systems/refcodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lpar_refcodes_done(struct lpar_refcodes *codes)
{
	free(codes->v);
	*codes = (struct lpar_refcodes){ 0 };
}

bool lpar_refcodes_add(struct lpar_refcodes *codes, const char *code)
{
	struct lpar_refcode_kept *k;

	if (!codes->v)
		codes->v = calloc(LPAR_REFCODES, sizeof(*codes->v));
	if (!codes->v || (codes->n > 0 && strcmp(codes->v[0].code, code) == 0))
		return false;
	if (codes->n == LPAR_REFCODES)
		codes->n--;
	memmove(&codes->v[1], &codes->v[0], codes->n * sizeof(*codes->v));
	codes->n++;
	k = &codes->v[0];
	k->time = time(NULL);
	snprintf(k->code, sizeof(k->code), "%s", code);
	return true;
}
