/* SPDX-License-Identifier: Apache-2.0 */
/* The user's terminal: see tty.h. */
#include "lpard/common/tty.h"

#include "lpard/common/str.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct {
	volatile sig_atomic_t raw;
	bool registered;
	int fd;
	struct termios saved;
} state;

void par_tty_restore(void)
{
	if (!state.raw)
		return;
	state.raw = 0;
	tcsetattr(state.fd, TCSADRAIN, &state.saved);
}

int par_tty_raw(int fd)
{
	struct termios raw;

	if (state.raw)
		return 0;
	if (tcgetattr(fd, &state.saved) < 0)
		return -errno;
	raw = state.saved;
	cfmakeraw(&raw);
	if (!state.registered && atexit(par_tty_restore) != 0)
		return -ENOMEM;
	state.registered = true;
	state.fd = fd;
	/* First: a signal in between restores what has not changed yet, which does no harm. */
	state.raw = 1;
	if (tcsetattr(fd, TCSADRAIN, &raw) < 0) {
		state.raw = 0;
		return -errno;
	}
	return 0;
}

bool par_tty_is_raw(void)
{
	return state.raw;
}

static void restore_and_die(int signo)
{
	par_tty_restore();
	signal(signo, SIG_DFL);
	raise(signo);
}

void par_tty_guard(void)
{
	static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGSEGV, SIGALRM };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(deadly); i++) {
		const struct sigaction sa = { .sa_handler = restore_and_die,
					      .sa_flags = (int)SA_RESETHAND };

		sigaction(deadly[i], &sa, NULL);
	}
}

void par_tty_size(struct winsize *ret)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (ioctl(fd, TIOCGWINSZ, ret) == 0 && ret->ws_row > 0 && ret->ws_col > 0)
			return;
	}
	*ret = (struct winsize){ .ws_row = 24, .ws_col = 80 };
}

void par_tty_copy_size(int from, int to)
{
	struct winsize ws;

	if (ioctl(from, TIOCGWINSZ, &ws) == 0)
		ioctl(to, TIOCSWINSZ, &ws);
}
