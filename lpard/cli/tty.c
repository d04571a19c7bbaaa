/* SPDX-License-Identifier: Apache-2.0 */
/* The user's terminal: see tty.h. */
#include "lpard/cli/tty.h"

#include <errno.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* One per program, as there is one exit(): the only place where the CLI keeps a global. */
static struct {
	bool raw, registered;
	int fd;
	struct termios saved;
} state;

void cli_tty_restore(void)
{
	if (!state.raw)
		return;
	state.raw = false;
	tcsetattr(state.fd, TCSADRAIN, &state.saved);
}

int cli_tty_raw(int fd)
{
	struct termios raw;

	if (state.raw)
		return 0;
	if (tcgetattr(fd, &state.saved) < 0)
		return -errno;
	raw = state.saved;
	cfmakeraw(&raw);
	if (tcsetattr(fd, TCSADRAIN, &raw) < 0)
		return -errno;
	state.fd = fd;
	state.raw = true;
	if (!state.registered)
		atexit(cli_tty_restore);
	state.registered = true;
	return 0;
}

bool cli_tty_is_raw(void)
{
	return state.raw;
}

void cli_tty_size(struct winsize *ret)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (ioctl(fd, TIOCGWINSZ, ret) == 0 && ret->ws_row > 0 && ret->ws_col > 0)
			return;
	}
	*ret = (struct winsize){ .ws_row = 24, .ws_col = 80 };
}
