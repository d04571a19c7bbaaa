/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's terminal: raw while a session lasts, and always put back: at exit(), and by the
 * signals that stop, continue or end this program (the caller's, who watches them).
 */
#pragma once

#include <stdbool.h>
#include <sys/ioctl.h>

/*
 * cli_tty_raw - keys go through as they are, Ctrl-C too
 * @fd	a terminal; one at a time
 * Returns 0 or -errno.  Restored by cli_tty_restore() or at exit().
 */
int cli_tty_raw(int fd);
/* cli_tty_restore - as it was; nothing when it is not raw */
void cli_tty_restore(void);
bool cli_tty_is_raw(void);

/* cli_tty_size - of stdin's, stdout's or stderr's terminal; 24 by 80 when none knows */
void cli_tty_size(struct winsize *ret);
