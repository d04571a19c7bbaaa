/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input, output and error of a command in a WPAR: see console.h. */
#include "wparctl/runtime/session/console.h"

#include "lpard/common/relay.h"
#include "lpard/common/tty.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>

static int open_pty(struct wpar_console *c, uid_t owner)
{
	struct termios now;
	int zero = 0;

	c->master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (c->master < 0 || ioctl(c->master, TIOCSPTLCK, &zero) < 0)
		return -errno;
	/* Not by its name: that could be another's by now. */
	c->inner.fd[0] = ioctl(c->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (c->inner.fd[0] < 0)
		return -errno;
	if (fchown(c->inner.fd[0], owner, (gid_t)-1) < 0 || fchmod(c->inner.fd[0], 0620) < 0)
		return -errno;
	if (tcgetattr(STDIN_FILENO, &now) == 0)
		tcsetattr(c->inner.fd[0], TCSANOW, &now);
	par_tty_copy_size(STDIN_FILENO, c->inner.fd[0]);
	return 0;
}

static void close_inner(struct wpar_console *c)
{
	for (int i = 2; i >= 0; i--) {
		if (c->inner.fd[i] >= 0 && (i == 0 || c->inner.fd[i] != c->inner.fd[0]))
			close(c->inner.fd[i]);
	}
	for (int i = 0; i < 3; i++)
		c->inner.fd[i] = -1;
}

void wpar_console_done(struct wpar_console *c)
{
	close_inner(c);
	for (int i = 0; i < 3; i++) {
		if (c->pipes[i] >= 0)
			close(c->pipes[i]);
		c->pipes[i] = -1;
	}
	if (c->master >= 0)
		close(c->master);
	c->master = -1;
}

/* The command's side of stdin's terminal, or of a pipe for each output that is a terminal. */
static int open_sides(struct wpar_console *c, uid_t owner)
{
	c->inner.pty = isatty(STDIN_FILENO);
	if (c->inner.pty) {
		int r = open_pty(c, owner);

		if (r < 0)
			return r;
	}
	for (int i = STDOUT_FILENO; i <= STDERR_FILENO; i++) {
		int pair[2];

		if (!isatty(i))
			continue;
		if (c->inner.pty) {
			c->inner.fd[i] = c->inner.fd[0];
			continue;
		}
		if (pipe2(pair, O_CLOEXEC) < 0)
			return -errno;
		c->pipes[i] = pair[0];
		c->inner.fd[i] = pair[1];
	}
	return 0;
}

int wpar_console_open(struct wpar_console *c, uid_t owner, struct par_error **err)
{
	int r;

	*c = (struct wpar_console){ .master = -1,
				    .inner = { .fd = { -1, -1, -1 } },
				    .pipes = { -1, -1, -1 } };
	r = open_sides(c, owner);
	if (r == 0)
		return 0;
	wpar_console_done(c);
	return par_fail(err, PAR_E_SYSTEM, r, "a terminal cannot be made");
}

enum { WAY_IN, WAY_TTY, WAY_OUT, WAY_ERR, WAYS };
enum { ON_CHILD, ON_SIGNAL, EVENTS };

static void relay_signal(const struct wpar_console *c, int sigfd,
			 void (*forward)(int signo, void *user), void *user)
{
	struct signalfd_siginfo info;

	if (read(sigfd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		if (c->inner.pty)
			par_tty_copy_size(STDIN_FILENO, c->master);
	} else if (forward) {
		forward((int)info.ssi_signo, user);
	}
}

static void relay_loop(const struct wpar_console *c, int pidfd, int sigfd,
		       void (*forward)(int signo, void *user), void *user)
{
	struct par_way ways[WAYS] = {
		[WAY_IN] = PAR_WAY(c->inner.pty ? STDIN_FILENO : -1, c->master),
		[WAY_TTY] = PAR_WAY(c->master, STDOUT_FILENO),
		[WAY_OUT] = PAR_WAY(c->pipes[1], STDOUT_FILENO),
		[WAY_ERR] = PAR_WAY(c->pipes[2], STDERR_FILENO),
	};
	struct pollfd events[EVENTS] = {
		[ON_CHILD] = { .fd = pidfd, .events = POLLIN },
		[ON_SIGNAL] = { .fd = sigfd, .events = POLLIN },
	};

	while (par_relay(ways, WAYS, events, EVENTS, -1) >= 0) {
		if (events[ON_SIGNAL].revents)
			relay_signal(c, sigfd, forward, user);
		/* The caller's terminal is gone: so is the command's. */
		if (par_way_ended(&ways[WAY_IN]))
			return;
		if (events[ON_CHILD].revents) {
			for (int i = WAY_TTY; i < WAYS; i++)
				par_way_drain(&ways[i]);
			return;
		}
	}
}

void wpar_console_relay(struct wpar_console *c, int pidfd, void (*forward)(int signo, void *user),
			void *user)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };
	sigset_t set, before;
	autofd int sigfd = -1;

	close_inner(c);
	sigemptyset(&set);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	sigfd = signalfd(-1, &set, SFD_CLOEXEC);
	if (c->inner.pty)
		par_tty_raw(STDIN_FILENO); /* ignoring: the terminal may be gone already */
	relay_loop(c, pidfd, sigfd, forward, user);
	par_tty_restore();
	sigprocmask(SIG_SETMASK, &before, NULL);
	/* A hang-up for whatever still has the terminal. */
	wpar_console_done(c);
}
