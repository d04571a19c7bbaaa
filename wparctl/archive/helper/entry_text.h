/* SPDX-License-Identifier: Apache-2.0 */
/* What a backup's checksums say of a member (docs/SAVEWPAR.md): the same for who writes and reads.
 */
#pragma once

#include "lpard/common/str.h"

struct archive_entry;

/* wpar_entry_put_name - a name of any bytes as one word: what is not from ! to ~, and a backslash,
 * as a backslash and three octal digits */
void wpar_entry_put_name(struct par_buf *b, const char *name);

/* wpar_entry_take_name - the way back, in place; false: it is no such word */
bool wpar_entry_take_name(char *word);

/*
 * wpar_entry_text - the line of a member in the text of `entries`, its line end included
 * Extended attributes that a backup does not have are passed over.  *b is emptied first; b->failed:
 * no memory.
 */
void wpar_entry_text(struct par_buf *b, struct archive_entry *e);
