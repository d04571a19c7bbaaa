/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command that runs elsewhere as if it ran here: moves frames (frame.h) between a socket and this
 * program's standard streams, signals and terminal.  wparcmd's command runs in an LPAR, that of an
 * ordinary user (wparctl/agent/users.h) as root.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>

/* The exit status of wparcmd's own failures, which no ordinary command uses. */
#define PAR_SESSION_FAILED 255

struct par_session_opts {
	int fd;		   /* the socket; stays the caller's */
	const void *first; /* bytes that came from it already */
	size_t first_len;
	bool tty;	  /* the command has a terminal: send the window's size, be raw */
	bool no_stdin;	  /* send EOF at once */
	const char *peer; /* who holds the socket's other end, for messages: "lpard" */
};

/*
 * par_session_run - move bytes until the command has ended
 *
 * Returns the command's exit status, 128 + N when signal N killed it, or a negative errno:
 * PAR_E_DISCONNECTED (the peer went away), or what the peer says (the LPAR went away, …).  When
 * stdout is a closed pipe this program dies of SIGPIPE, as the command itself would.
 *
 * INT, QUIT, TERM, USR1 and USR2 are passed on to the command.  HUP ends this program at once, TERM
 * after 5 s, a second one of INT, QUIT and TERM after 1 s, also if the LPAR does not answer; the
 * agent hangs the command up then.
 */
int par_session_run(const struct par_session_opts *opts, struct par_error **err);
