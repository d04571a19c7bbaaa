/* SPDX-License-Identifier: Apache-2.0 */
/* What image.data of a backup says of the rest of it, which limits that: docs/SAVEWPAR.md. */
#pragma once

#include "wparctl/archive/helper/extract.h"

/*
 * wpar_declared_take - the numbers of its text, into @a; *ret_format: of its list of checksums
 * (contents.h).  What cannot be is refused: a limit of nothing would be none.
 * Returns 0, or a negative errno with a sentence in a->why.
 */
int wpar_declared_take(struct extract *a, const char *text, unsigned int *ret_format);
