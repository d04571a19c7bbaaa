/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's terminal: raw while a session lasts, and always put back: at exit(), by who made it
 * raw, and with par_tty_guard() by a deadly signal.  One terminal per program, as there is one
 * exit(): that one is the only global here.
 */
#pragma once

#include <stdbool.h>
#include <sys/ioctl.h>

/*
 * par_tty_raw - keys go through as they are, Ctrl-C too
 * @fd	a terminal, which stays open until it is restored; while one is raw, nothing is done
 * Returns 0 or -errno (-ENOTTY).  Undone by par_tty_restore() or at exit().
 */
int par_tty_raw(int fd);

/* par_tty_restore - as it was found; nothing when none is raw; async-signal-safe */
void par_tty_restore(void);
bool par_tty_is_raw(void);

/*
 * par_tty_guard - from now on a signal that ends this program restores the terminal first
 * For programs that do not watch SIGHUP, SIGINT, SIGQUIT and SIGTERM themselves.
 */
void par_tty_guard(void);

/* par_tty_size - of stdin's, stdout's or stderr's terminal; 24 by 80 when none knows */
void par_tty_size(struct winsize *ret);

/* par_tty_copy_size - from one terminal to another; nothing when @from has none */
void par_tty_copy_size(int from, int to);
