/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard input, output and error of a command in a WPAR.  A terminal of the caller is never
 * handed in: the command gets a fresh pty (or a pipe), and the caller relays.  Files and pipes are
 * handed in as they are.  Internal to runtime/.
 */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/runtime/launch/reset.h"

#include <sys/types.h>

struct wpar_console {
	struct wpar_stdio inner; /* the command's side */
	int master;
	int pipes[3]; /* the reading ends for 1 and 2 where these are relayed through pipes */
};

/* wpar_console_open - look at 0, 1 and 2; @owner gets the pty (an id outside) */
int wpar_console_open(struct wpar_console *c, uid_t owner, struct par_error **err);
void wpar_console_done(struct wpar_console *c);

/*
 * wpar_console_relay - in the caller: carry bytes, window sizes and signals until @pidfd ends
 * @forward	what to do with SIGINT, SIGTERM, SIGHUP, SIGQUIT that the caller gets
 * The caller's terminal is raw in between.  The command's is hung up and closed in the end.
 */
void wpar_console_relay(struct wpar_console *c, int pidfd, void (*forward)(int signo, void *user),
			void *user);
