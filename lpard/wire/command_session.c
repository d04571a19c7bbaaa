/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command that runs elsewhere: see command_session.h.  Uses poll() and not the event loop,
 * because stdin may be a plain file, which epoll refuses; and leaves the standard streams blocking,
 * because other programs share them.
 */
#include "lpard/wire/command_session.h"
#include "lpard/common/event.h"
#include "lpard/common/tty.h"

#include "lpard/wire/frame.h"
#include "lpard/wire/wire.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define STREAM	    1u
#define SOCKET_HIGH (128u * 1024) /* frames waiting for the socket: no more stdin then */
#define IN_CHUNK    (32u * 1024)
/* An LPAR that hangs, or wants to hang us, must not keep this program: see take_signal(). */
#define TERM_MS	 5000
#define AGAIN_MS 1000

/* stdout or stderr: what came and is not yet written. */
struct sink {
	int fd;
	bool broken;
	size_t chunk; /* a write of so much does not block when poll() says there is room */
	struct par_buf buf;
	size_t written;
};

struct session {
	const struct par_session_opts *opts;
	struct par_frame_reader reader;
	struct sink out, err;
	struct par_buf to_socket;
	size_t sent;
	uint64_t credit;	 /* for STDIN */
	uint64_t owed;		 /* credit to give for what was written */
	uint64_t unwritten_cost; /* of the frames in out and err */
	bool stdin_open, ended;
	int status;
	int signals;
	bool interrupted;    /* INT, QUIT or TERM was passed on */
	uint64_t give_up_ms; /* when to end whatever the command does; 0: wait for it */
	int give_up_signal;
};

enum { POLL_SOCKET, POLL_SIGNALS, POLL_STDIN, POLL_STDOUT, POLL_STDERR, POLL_COUNT };

static size_t pending(const struct sink *k)
{
	return k->buf.len - k->written;
}

static void put(struct session *s, enum par_frame_type type, const void *data, size_t len)
{
	par_frame_put(&s->to_socket, 0, STREAM, type, data, len);
}

static void sink_init(struct sink *k, int fd)
{
	struct stat st;

	*k = (struct sink){ .fd = fd, .chunk = 4096 };
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		k->chunk = 1u << 20;
}

/* End as the command would have ended, had it got the signal itself. */
static void die_of(int signo)
{
	sigset_t set;

	par_tty_restore();
	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signo);
}

/* Gives credit for bytes written: for all that came when none wait, frames' own costs included. */
static void settle(struct session *s)
{
	uint64_t waits = pending(&s->out) + pending(&s->err);

	if (s->unwritten_cost > waits) {
		s->owed += s->unwritten_cost - waits;
		s->unwritten_cost = waits;
	}
	if (s->owed >= PAR_FRAME_WINDOW / 4) {
		par_frame_put_credit(&s->to_socket, 0, STREAM, (uint32_t)s->owed);
		s->owed = 0;
	}
}

static int sink_write(struct session *s, struct sink *k, struct par_error **err)
{
	size_t size = pending(k) < k->chunk ? pending(k) : k->chunk;
	ssize_t n = write(k->fd, k->buf.data + k->written, size);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0) {
		int errnum = errno;

		k->broken = true;
		par_buf_clear(&k->buf);
		k->written = 0;
		if (k == &s->err) /* there is nowhere to report that */
			return 0;
		if (errnum == EPIPE)
			die_of(SIGPIPE);
		return par_fail(err, PAR_E_SYSTEM, errnum, "could not write to standard output");
	}
	k->written += (size_t)n;
	if (k->written > k->buf.len / 2) {
		par_buf_drop(&k->buf, k->written);
		k->written = 0;
	}
	settle(s);
	return 0;
}

static int take_output(struct session *s, struct sink *k, const struct par_frame *f,
		       struct par_error **err)
{
	s->unwritten_cost += f->len + PAR_FRAME_COST;
	if (s->unwritten_cost + s->owed > PAR_FRAME_WINDOW)
		return par_fail(err, PAR_E_PROTOCOL, 0, "%s sent output without credit",
				s->opts->peer);
	if (!k->broken && par_buf_put(&k->buf, f->data, f->len) < 0)
		return par_oom(err);
	settle(s);
	return 0;
}

static int take_error(const struct par_frame *f, struct par_error **err)
{
	auto_wire_reply reply = { 0 };
	int r = par_wire_decode_reply((const char *)f->data, f->len, &reply, err);

	if (r < 0)
		return r;
	r = par_wire_reply_error(&reply, err);
	if (r < 0)
		return r;
	return par_fail(err, PAR_E_PROTOCOL, 0, "an error came without a name");
}

static int take_exit(struct session *s, const struct par_frame *f, struct par_error **err)
{
	bool killed;
	int value;
	int r = par_frame_get_exit(f, &killed, &value, err);

	s->ended = true;
	s->status = killed ? 128 + value : value;
	return r;
}

static int take_frame(struct session *s, const struct par_frame *f, struct par_error **err)
{
	uint32_t credit;
	int r;

	if (f->stream != STREAM || s->ended)
		return par_fail(err, PAR_E_PROTOCOL, 0, "%s sent a frame for stream %u",
				s->opts->peer, f->stream);
	if (f->type == PAR_FRAME_STDOUT)
		return take_output(s, &s->out, f, err);
	if (f->type == PAR_FRAME_STDERR)
		return take_output(s, &s->err, f, err);
	if (f->type == PAR_FRAME_CREDIT) {
		r = par_frame_get_credit(f, &credit, err);
		if (r < 0)
			return r;
		s->credit += credit;
		return 0;
	}
	if (f->type == PAR_FRAME_ERROR)
		return take_error(f, err);
	if (f->type == PAR_FRAME_EXIT)
		return take_exit(s, f, err);
	return par_fail(err, PAR_E_PROTOCOL, 0, "%s sent a frame of type %d", s->opts->peer,
			(int)f->type);
}

static int take_bytes(struct session *s, const void *data, size_t len, struct par_error **err)
{
	struct par_frame f;
	int r = par_frame_feed(&s->reader, data, len);

	if (r < 0)
		return par_oom(err);
	while ((r = par_frame_next(&s->reader, &f, err)) == 1) {
		r = take_frame(s, &f, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int read_socket(struct session *s, struct par_error **err)
{
	char buf[65536];
	ssize_t n = recv(s->opts->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n > 0)
		return take_bytes(s, buf, (size_t)n, err);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return par_fail(err, PAR_E_DISCONNECTED, 0,
			"%s closed the connection before the command ended", s->opts->peer);
}

/* An error here is seen as the end of the connection when it is read. */
static void write_socket(struct session *s)
{
	ssize_t n = send(s->opts->fd, s->to_socket.data + s->sent, s->to_socket.len - s->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n <= 0)
		return;
	s->sent += (size_t)n;
	if (s->sent > s->to_socket.len / 2) {
		par_buf_drop(&s->to_socket, s->sent);
		s->sent = 0;
	}
}

static void read_stdin(struct session *s)
{
	char buf[IN_CHUNK];
	size_t size = sizeof(buf);
	ssize_t n;

	if (size > s->credit - PAR_FRAME_COST)
		size = (size_t)(s->credit - PAR_FRAME_COST);
	n = read(STDIN_FILENO, buf, size);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		s->stdin_open = false;
		put(s, PAR_FRAME_EOF, NULL, 0);
		return;
	}
	s->credit -= (size_t)n + PAR_FRAME_COST;
	put(s, PAR_FRAME_STDIN, buf, (size_t)n);
}

static void send_size(struct session *s)
{
	struct winsize ws;

	if (!s->opts->tty)
		return;
	par_tty_size(&ws);
	par_frame_put_winch(&s->to_socket, 0, STREAM, ws.ws_row, ws.ws_col);
}

/* Ctrl-Z typed at a raw terminal goes to the command; this is kill -TSTP. */
static void stop_here(struct session *s)
{
	bool raw = par_tty_is_raw();

	par_tty_restore();
	raise(SIGSTOP);
	if (raw)
		par_tty_raw(STDIN_FILENO);
	send_size(s);
}

/* Of two limits the earlier one holds. */
static void limit(struct session *s, int signo, uint64_t ms)
{
	uint64_t at = par_now_ms() + ms;

	s->give_up_signal = signo;
	if (s->give_up_ms == 0 || at < s->give_up_ms)
		s->give_up_ms = at;
}

/*
 * A signal that asks for the end.  The command gets it first, and may take its time after an INT.
 * After TERM, and still more after a second signal, this program ends whether the LPAR answers or
 * not; lpard then gives the command up, and its agent hangs it up.
 */
static void take_end(struct session *s, int signo)
{
	if (s->interrupted)
		limit(s, signo, AGAIN_MS);
	else if (signo == SIGTERM)
		limit(s, signo, TERM_MS);
	s->interrupted = true;
}

static void take_signal(struct session *s)
{
	struct signalfd_siginfo si;
	uint8_t number;

	if (read(s->signals, &si, sizeof(si)) != (ssize_t)sizeof(si))
		return;
	if (si.ssi_signo == SIGWINCH) {
		send_size(s);
		return;
	}
	if (si.ssi_signo == SIGTSTP) {
		stop_here(s);
		return;
	}
	/* Only our own reader is waited for; or our terminal is gone: the agent hangs the command
	 * up when we are. */
	if (s->ended || si.ssi_signo == SIGHUP) {
		die_of((int)si.ssi_signo);
		return;
	}
	if (si.ssi_signo == SIGINT || si.ssi_signo == SIGQUIT || si.ssi_signo == SIGTERM)
		take_end(s, (int)si.ssi_signo);
	number = (uint8_t)si.ssi_signo;
	put(s, PAR_FRAME_SIGNAL, &number, 1);
}

static int watch_signals(struct session *s, struct par_error **err)
{
	static const int forwarded[] = { SIGINT,  SIGTERM, SIGHUP,   SIGQUIT,
					 SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(forwarded); i++) {
		struct sigaction now;

		/* What was ignored when we started stays so (nohup). */
		if (sigaction(forwarded[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			continue;
		sigaddset(&set, forwarded[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not watch signals");
	return 0;
}

static void choose(const struct session *s, struct pollfd p[POLL_COUNT])
{
	size_t waits = s->to_socket.len - s->sent;
	bool more_stdin =
		s->stdin_open && !s->ended && s->credit > PAR_FRAME_COST && waits < SOCKET_HIGH;

	for (int i = 0; i < POLL_COUNT; i++)
		p[i] = (struct pollfd){ .fd = -1 };
	if (!s->ended)
		p[POLL_SOCKET] =
			(struct pollfd){ .fd = s->opts->fd,
					 .events = (short)(POLLIN | (waits > 0 ? POLLOUT : 0)) };
	p[POLL_SIGNALS] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
	if (more_stdin)
		p[POLL_STDIN] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	if (pending(&s->out) > 0)
		p[POLL_STDOUT] = (struct pollfd){ .fd = s->out.fd, .events = POLLOUT };
	if (pending(&s->err) > 0)
		p[POLL_STDERR] = (struct pollfd){ .fd = s->err.fd, .events = POLLOUT };
}

static int time_left(const struct session *s)
{
	uint64_t now = par_now_ms();

	if (s->give_up_ms == 0)
		return -1;
	return s->give_up_ms > now ? (int)(s->give_up_ms - now) : 0;
}

static int round_of(struct session *s, struct par_error **err)
{
	struct pollfd p[POLL_COUNT];
	int r = 0;

	if (time_left(s) == 0)
		die_of(s->give_up_signal);
	choose(s, p);
	if (poll(p, POLL_COUNT, time_left(s)) < 0)
		return errno == EINTR ? 0 : par_fail(err, PAR_E_SYSTEM, errno, "could not poll");
	if (p[POLL_SIGNALS].revents)
		take_signal(s);
	if (p[POLL_STDIN].revents)
		read_stdin(s);
	if (p[POLL_STDOUT].revents)
		r = sink_write(s, &s->out, err);
	if (r < 0)
		return r;
	if (p[POLL_STDERR].revents)
		r = sink_write(s, &s->err, err);
	if (r < 0)
		return r;
	if ((p[POLL_SOCKET].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		r = read_socket(s, err);
	if (r == 0 && s->to_socket.len > s->sent)
		write_socket(s);
	return r;
}

/* Output from before the end of the command, or of its LPAR, is still written. */
static void drain(struct session *s)
{
	s->ended = true;
	while (pending(&s->out) > 0 || pending(&s->err) > 0) {
		if (round_of(s, NULL) < 0)
			return;
	}
}

static int session_main(struct session *s, struct par_error **err)
{
	int r = watch_signals(s, err);

	if (r < 0)
		return r;
	if (s->opts->tty && isatty(STDIN_FILENO))
		par_tty_raw(STDIN_FILENO);
	if (!s->stdin_open)
		put(s, PAR_FRAME_EOF, NULL, 0);
	send_size(s); /* the size may have changed since the call */
	r = take_bytes(s, s->opts->first, s->opts->first_len, err);
	while (r == 0 && !s->ended)
		r = round_of(s, err);
	drain(s);
	return r;
}

int par_session_run(const struct par_session_opts *opts, struct par_error **err)
{
	struct session s = { .opts = opts,
			     .credit = PAR_FRAME_WINDOW,
			     .stdin_open = !opts->no_stdin,
			     .signals = -1 };
	int r;

	sink_init(&s.out, STDOUT_FILENO);
	sink_init(&s.err, STDERR_FILENO);
	par_frame_reader_init(&s.reader, true);
	r = session_main(&s, err);
	par_tty_restore();
	if (s.signals >= 0)
		close(s.signals);
	par_frame_reader_done(&s.reader);
	par_buf_done(&s.out.buf);
	par_buf_done(&s.err.buf);
	par_buf_done(&s.to_socket);
	return r < 0 ? r : s.status;
}
