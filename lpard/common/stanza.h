/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AIX's stanza grammar, read and written: specifications of WPARs, subsystems of the SRC.
 *
 *	* a comment (or #)
 *	general:
 *		name = "dev01"
 *
 * A stanza header stands at the start of its line; attributes may be indented.  A value may be
 * quoted; in quotes \" and \\ stand for themselves.  Bytes come from users, from archives and from
 * inside WPARs, so everything has a limit and nothing unknown is skipped.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

/* What becomes of a header and of an attribute: 0, or a negative errno, which ends the reading. */
struct par_stanza_reader {
	size_t max_line; /* bytes of a line */
	int (*header)(void *user, const char *name, struct par_error **err);
	int (*attribute)(void *user, const char *name, const char *value, struct par_error **err);
	int (*end)(void *user, struct par_error **err); /* behind the last line; NULL: nothing */
};

/*
 * par_stanza_read - each header and attribute of the text, in turn
 * @user	for the reader's functions
 *
 * Strict: what is neither, an attribute in front of the first header, quotes that do not match, a
 * line that is too long or has a NUL is PAR_E_CORRUPT.  Every error begins with the line's number.
 */
int par_stanza_read(const char *text, size_t len, const struct par_stanza_reader *reader,
		    void *user, struct par_error **err);

/* par_stanza_put_value - a value in quotes, as par_stanza_read() reads it back */
void par_stanza_put_value(struct par_buf *out, const char *value);
