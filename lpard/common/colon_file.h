/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of lines with parts between colons, as passwd(5), group(5) and shadow(5) are: foreign
 * bytes. */
#pragma once

#include "lpard/common/str.h"

/*
 * par_colon_next - cut the next line that has exactly @n parts; others are passed over
 * @text	the text; afterwards what is behind the line.  NULL is empty
 * @line	what holds the line, emptied here; the caller ends it after the last line
 * @part	the @n parts, in @line until the next call
 *
 * Returns 1, 0 when there is no such line any more, or -ENOMEM.
 */
int par_colon_next(const char **text, struct par_buf *line, char **part, size_t n);
