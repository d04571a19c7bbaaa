/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard input, output and error of a command in a WPAR.  A terminal of the caller is never
 * handed in: the command gets a fresh pty (or a pipe), and the caller relays.  Files and pipes are
 * handed in as they are.  Internal to runtime/.
 */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/runtime/launch/reset.h"

#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>

struct wpar_console {
	struct wpar_stdio inner; /* the command's side */
	bool terminal;		 /* standard input is one here, and so it is for the command */
	int master;
	int line; /* of the WPAR's own terminals: N of its /dev/pts/N; -1: it is none of them */
	/* wpar_console_open_late(): */
	int late;	 /* from here its terminal comes, once it has made it; -1 */
	bool outputs[3]; /* which of 1 and 2 are to be that terminal too */
	struct termios settings;
	struct winsize size;
	int pipes[3]; /* the reading ends for 1 and 2 where these are relayed through pipes */
	int word;     /* the value of the signal that has ended the relay; 0: it had none */
};

/*
 * wpar_console_open - look at 0, 1 and 2
 * @rootfd	the WPAR's root: a terminal becomes one of its /dev/pts; -1: one without a name
 * inside
 * @owner	gets the terminal (an id outside)
 */
int wpar_console_open(struct wpar_console *c, int rootfd, uid_t owner, struct par_error **err);
void wpar_console_done(struct wpar_console *c);

/*
 * wpar_console_open_late - for a WPAR that is not there yet: the command's side makes a terminal in
 * it When there is one to make (@terminal), wpar_console_make_terminal() is called in the WPAR's
 * first process, which has fd 0 from here, for @owner (an id inside), and
 * wpar_console_take_terminal() outside, after the start.
 */
int wpar_console_open_late(struct wpar_console *c, struct par_error **err);
int wpar_console_make_terminal(const struct wpar_console *c, uid_t owner);
int wpar_console_take_terminal(struct wpar_console *c, struct par_error **err);

/*
 * wpar_console_relay - in the caller: carry bytes, window sizes and signals until @pidfd ends
 * @forward	sends a signal to the command's processes
 *
 * SIGINT, SIGQUIT, SIGTERM and SIGHUP that the caller gets are the command's, with a SIGCONT behind
 * each.  One that has not ended 10 s after SIGTERM, 2 s after SIGHUP or the loss of the caller's
 * terminal, or at a second signal after one of these, gets SIGKILL.  The caller's terminal is raw
 * in between; the command's is hung up and closed in the end.
 * Returns 0, or the last signal asked with when even SIGKILL did not end the command in 2 s.
 */
int wpar_console_relay(struct wpar_console *c, int pidfd, void (*forward)(int signo, void *user),
		       void *user);
