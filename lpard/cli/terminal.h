/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal session over a socket: raw bytes both ways, the user's terminal in raw mode meanwhile
 * and restored on every way out, `~.` at the start of a line to leave.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>

enum terminal_end {
	TERMINAL_CLOSED,      /* the other side ended the session */
	TERMINAL_ESCAPED,     /* ~. was typed */
	TERMINAL_INPUT_GONE,  /* end of standard input, and ten seconds went by */
	TERMINAL_OUTPUT_GONE, /* nobody reads standard output any more */
};

/*
 * cli_terminal_run - copy between @in, @out and @fd until the session ends
 * @in, @out	the user's side; a terminal @in is set raw
 * @fd		the socket
 * Errors: PAR_E_SYSTEM.
 */
int cli_terminal_run(int in, int out, int fd, enum terminal_end *ret, struct par_error **err);

/* State of the search for `~.`; { .at_start = true } at the beginning. */
struct terminal_escape {
	bool at_start; /* the next byte is the first of a line */
	bool tilde;    /* a `~` at the start of a line is held back */
	bool found;    /* `~.` was there */
};

/*
 * cli_terminal_unescape - look for the escape in what was typed
 * @ret		gets what is to be sent, at most @len + 1 bytes
 * `~~` sends one tilde.  Returns true when `~.` was found (what came before it is in @ret).
 */
bool cli_terminal_unescape(struct terminal_escape *e, const char *typed, size_t len, char *ret,
			   size_t *ret_len);
