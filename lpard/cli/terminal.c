/* SPDX-License-Identifier: Apache-2.0 */
/* See terminal.h. */
#include "lpard/cli/terminal.h"
#include "lpard/common/fs.h"
#include "lpard/common/str.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>

enum {
	LINGER_MS = 10 * 1000, /* output goes on for so long after the end of input */
	CHUNK = 4096,
};

/* What a signal handler needs to leave the terminal as it was found. */
static struct {
	volatile sig_atomic_t raw;
	int fd;
	struct termios saved;
} tty = { .fd = -1 };

static void restore(void)
{
	if (tty.raw) {
		tcsetattr(tty.fd, TCSAFLUSH, &tty.saved);
		tty.raw = 0;
	}
}

static void restore_and_die(int signo)
{
	restore();
	signal(signo, SIG_DFL);
	raise(signo);
}

static void set_raw(int fd)
{
	static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGSEGV, SIGALRM };
	struct termios raw;

	if (tcgetattr(fd, &tty.saved) < 0)
		return;
	tty.fd = fd;
	atexit(restore);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(deadly); i++) {
		struct sigaction sa = { .sa_handler = restore_and_die,
					.sa_flags = (int)SA_RESETHAND };

		sigaction(deadly[i], &sa, NULL);
	}
	raw = tty.saved;
	cfmakeraw(&raw);
	tty.raw = 1;
	tcsetattr(fd, TCSAFLUSH, &raw);
}

bool terminal_unescape(struct terminal_escape *e, const char *typed, size_t len, char *ret,
		       size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = typed[i];

		if (e->tilde) {
			e->tilde = false;
			if (c == '.') {
				*ret_len = n;
				return true;
			}
			ret[n++] = '~';
			e->at_start = false;
			if (c == '~')
				continue;
		} else if (e->at_start && c == '~') {
			e->tilde = true;
			continue;
		}
		ret[n++] = c;
		e->at_start = c == '\r' || c == '\n';
	}
	*ret_len = n;
	return false;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / (1000 * 1000);
}

struct session {
	int in, out, fd;
	struct terminal_escape escape;
	struct par_buf pending; /* typed, not yet sent */
	bool in_open;
	bool escaped;
	int64_t deadline; /* -1: none */
};

/* Bytes of the console to the user.  Returns false at the end. */
static bool take_output(struct session *s, enum terminal_end *end)
{
	char data[CHUNK * 4];
	ssize_t n = read(s->fd, data, sizeof(data));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0) {
		*end = TERMINAL_CLOSED;
		return false;
	}
	if (par_fs_write_all(s->out, data, (size_t)n) == 0)
		return true;
	*end = TERMINAL_OUTPUT_GONE;
	return false;
}

static void end_input(struct session *s)
{
	s->in_open = false;
	s->deadline = now_ms() + LINGER_MS;
}

static int take_input(struct session *s)
{
	char typed[CHUNK], sent[CHUNK + 1];
	ssize_t n = read(s->in, typed, sizeof(typed));
	size_t len;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0) {
		end_input(s);
		return 0;
	}
	s->escaped = terminal_unescape(&s->escape, typed, (size_t)n, sent, &len);
	return par_buf_put(&s->pending, sent, len);
}

static void send_input(struct session *s)
{
	ssize_t n = write(s->fd, s->pending.data, s->pending.len);

	if (n > 0)
		par_buf_drop(&s->pending, (size_t)n);
	else if (n < 0 && errno != EINTR && errno != EAGAIN)
		par_buf_clear(&s->pending); /* reading will say that it is closed */
}

static int wait_time(const struct session *s)
{
	int64_t left;

	if (s->deadline < 0)
		return -1;
	left = s->deadline - now_ms();
	return left > 0 ? (int)left : 0;
}

/* One round.  Returns false when the session has ended. */
static bool step(struct session *s, enum terminal_end *end)
{
	struct pollfd p[] = {
		{ .fd = s->fd, .events = POLLIN },
		{ .fd = s->in_open && s->pending.len == 0 ? s->in : -1, .events = POLLIN },
	};

	if (s->pending.len)
		p[0].events |= POLLOUT;
	if (poll(p, PAR_ARRAY_SIZE(p), wait_time(s)) < 0)
		return errno == EINTR;
	if (s->deadline >= 0 && now_ms() >= s->deadline) {
		*end = TERMINAL_INPUT_GONE;
		return false;
	}
	if ((p[0].revents & (POLLIN | POLLHUP | POLLERR)) && !take_output(s, end))
		return false;
	if (p[1].revents && take_input(s) < 0)
		end_input(s);
	if (s->pending.len)
		send_input(s);
	if (s->escaped && s->pending.len == 0) {
		*end = TERMINAL_ESCAPED;
		return false;
	}
	return true;
}

int terminal_run(int in, int out, int fd, enum terminal_end *ret, struct par_error **err)
{
	struct session s = { .in = in,
			     .out = out,
			     .fd = fd,
			     .escape = { .at_start = true },
			     .in_open = true,
			     .deadline = -1 };
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not set up the terminal session");
	signal(SIGPIPE, SIG_IGN);
	if (isatty(in))
		set_raw(in);
	*ret = TERMINAL_CLOSED;
	while (step(&s, ret))
		;
	restore();
	par_buf_done(&s.pending);
	return 0;
}
