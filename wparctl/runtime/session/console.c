/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input, output and error of a command in a WPAR: see console.h. */
#include "wparctl/runtime/session/console.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>

static void copy_window_size(int from, int to)
{
	struct winsize ws;

	if (ioctl(from, TIOCGWINSZ, &ws) == 0)
		ioctl(to, TIOCSWINSZ, &ws);
}

static int open_pty(struct wpar_console *c, uid_t owner)
{
	struct termios now;
	int zero = 0;

	c->master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
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
	copy_window_size(STDIN_FILENO, c->inner.fd[0]);
	return 0;
}

int wpar_console_open(struct wpar_console *c, uid_t owner, struct par_error **err)
{
	int r = 0;

	*c = (struct wpar_console){ .master = -1,
				    .inner = { .fd = { -1, -1, -1 } },
				    .pipes = { -1, -1, -1 } };
	c->inner.pty = isatty(STDIN_FILENO);
	if (c->inner.pty)
		r = open_pty(c, owner);
	for (int i = 1; i < 3 && r == 0; i++) {
		int pair[2];

		if (!isatty(i))
			continue;
		if (c->inner.pty) {
			c->inner.fd[i] = c->inner.fd[0];
		} else if (pipe2(pair, O_CLOEXEC) < 0) {
			r = -errno;
		} else {
			c->pipes[i] = pair[0];
			c->inner.fd[i] = pair[1];
		}
	}
	if (r < 0) {
		wpar_console_done(c);
		return par_fail(err, PAR_E_SYSTEM, r, "a terminal cannot be made");
	}
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

/* Moves what is there; 0: end, -1: nothing more now */
static int pump(int from, int to)
{
	char chunk[16384];
	ssize_t n = read(from, chunk, sizeof(chunk));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return -1;
	if (n <= 0)
		return 0;
	for (ssize_t done = 0; done < n;) {
		ssize_t w = write(to, chunk + done, (size_t)(n - done));

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = to, .events = POLLOUT };

			poll(&p, 1, -1);
			continue;
		}
		if (w < 0)
			return 0;
		done += w;
	}
	return 1;
}

enum { FD_CHILD, FD_SIGNAL, FD_IN, FD_MASTER, FD_OUT, FD_ERR, FD_COUNT };

static void relay_signal(struct wpar_console *c, int sigfd, void (*forward)(int signo, void *user),
			 void *user)
{
	struct signalfd_siginfo info;

	if (read(sigfd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		if (c->inner.pty)
			copy_window_size(STDIN_FILENO, c->master);
	} else if (forward) {
		forward((int)info.ssi_signo, user);
	}
}

/* After the command's end: what it has written by then. */
static void drain(struct pollfd *p)
{
	for (int i = FD_MASTER; i < FD_COUNT; i++) {
		struct pollfd one = { .fd = p[i].fd, .events = POLLIN };

		while (one.fd >= 0 && poll(&one, 1, 0) > 0 && (one.revents & POLLIN) &&
		       pump(one.fd, i == FD_ERR ? STDERR_FILENO : STDOUT_FILENO) == 1)
			;
	}
}

static void relay_loop(struct wpar_console *c, struct pollfd *p,
		       void (*forward)(int signo, void *user), void *user)
{
	for (;;) {
		if (poll(p, FD_COUNT, -1) < 0 && errno != EINTR)
			return;
		if (p[FD_SIGNAL].revents)
			relay_signal(c, p[FD_SIGNAL].fd, forward, user);
		/* The caller's terminal is gone: so is the command's. */
		if (p[FD_IN].revents && pump(STDIN_FILENO, c->master) == 0)
			return;
		for (int i = FD_MASTER; i < FD_COUNT; i++) {
			if (p[i].revents &&
			    pump(p[i].fd, i == FD_ERR ? STDERR_FILENO : STDOUT_FILENO) == 0)
				p[i].fd = -1;
		}
		if (p[FD_CHILD].revents) {
			drain(p);
			return;
		}
	}
}

int wpar_console_relay(struct wpar_console *c, int pidfd, void (*forward)(int signo, void *user),
		       void *user)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };
	struct termios was, raw;
	bool is_raw = false;
	autofd int sigfd = -1;
	struct pollfd p[FD_COUNT];
	sigset_t set, before;

	close_inner(c);
	sigemptyset(&set);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	sigfd = signalfd(-1, &set, SFD_CLOEXEC);
	if (c->inner.pty && tcgetattr(STDIN_FILENO, &was) == 0) {
		raw = was;
		cfmakeraw(&raw);
		is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
	}
	p[FD_CHILD] = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	p[FD_SIGNAL] = (struct pollfd){ .fd = sigfd, .events = POLLIN };
	p[FD_IN] = (struct pollfd){ .fd = c->inner.pty ? STDIN_FILENO : -1, .events = POLLIN };
	p[FD_MASTER] = (struct pollfd){ .fd = c->master, .events = POLLIN };
	p[FD_OUT] = (struct pollfd){ .fd = c->pipes[1], .events = POLLIN };
	p[FD_ERR] = (struct pollfd){ .fd = c->pipes[2], .events = POLLIN };
	relay_loop(c, p, forward, user);
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &was);
	sigprocmask(SIG_SETMASK, &before, NULL);
	/* A hang-up for whatever still has the terminal. */
	wpar_console_done(c);
	return 0;
}
