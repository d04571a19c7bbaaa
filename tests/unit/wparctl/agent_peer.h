/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests: a real agent in a child process at one end of a socket pair, lpard's channel at the
 * other, and jobs, each a command whose output is collected.
 */
#pragma once

#include "harness.h"
#include "lpard/common/event.h"
#include "lpard/common/json.h"
#include "lpard/agent/channel.h"
#include "wparctl/agent/server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct peer {
	int fd; /* ours */
	pid_t agent;
	struct lpar_channel *channel;
	bool deaf; /* does not read */
};

struct job {
	struct lpar_stream *stream;
	bool replied, exited, killed, ended;
	int value; /* status or signal */
	enum par_error_id error;
	char message[256];
	uint64_t out_bytes, err_bytes;
	uint32_t out_sum;
	struct par_buf out, err; /* the first 64 KiB of each */
	uint32_t credit;	 /* for STDIN */
	uint32_t owed;		 /* credit to give */
	uint64_t stdin_left;	 /* bytes still to be sent, of the pattern */
	uint64_t stdin_at;
	bool stall; /* give no credit */
	bool eof_sent, wants_room;
};

/* The pattern that tests send: not periodic in any power of two. */
static inline uint8_t pattern(uint64_t at)
{
	return (uint8_t)(at * 2654435761u >> 13 ^ at / 251);
}

static inline uint32_t sum_add(uint32_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = (sum << 5 | sum >> 27) ^ (sum + data[i]);
	return sum;
}

static void peer_output(void *user)
{
	(void)user;
}

static void peer_state(enum lpar_channel_state state, void *user)
{
	(void)state;
	(void)user;
}

static const struct lpar_channel_ops peer_ops = { .output = peer_output, .state = peer_state };

/* Starts an agent on a new socket pair. */
static inline void peer_agent(struct peer *p)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
			 0);
	p->agent = fork();
	if (p->agent == 0) {
		struct wpar_agent_opts opts = { .fd = fds[1] };

		close(fds[0]);
		close(STDOUT_FILENO); /* the TAP stream is not its */
		_exit(wpar_agent_run(&opts, NULL) == 0 ? 0 : 1);
	}
	close(fds[1]);
	p->fd = fds[0];
}

/* One round; what was to be read is handled and what can be written is. */
static inline void peer_round(struct peer *p, int timeout_ms)
{
	static char buf[65536];
	const void *data;
	size_t len = lpar_channel_output(p->channel, &data);
	struct pollfd pfd = { .fd = p->fd,
			      .events = (short)((p->deaf ? 0 : POLLIN) | (len ? POLLOUT : 0)) };

	if (poll(&pfd, 1, timeout_ms) > 0) {
		ssize_t n;

		if (pfd.revents & POLLOUT) {
			n = send(p->fd, data, len, MSG_NOSIGNAL);
			if (n > 0)
				lpar_channel_sent(p->channel, (size_t)n);
		}
		if (pfd.revents & (POLLIN | POLLHUP)) {
			n = read(p->fd, buf, sizeof(buf));
			if (n > 0)
				lpar_channel_feed(p->channel, buf, (size_t)n, par_now_ms());
			else if (n == 0)
				lpar_channel_disconnected(p->channel, NULL);
		}
	}
	lpar_channel_tick(p->channel, par_now_ms());
}

static inline void peer_wait_up(struct peer *p)
{
	uint64_t until = par_now_ms() + 10000;

	while (lpar_channel_state(p->channel) != LPAR_CHANNEL_UP && par_now_ms() < until)
		peer_round(p, 100);
	ck_assert_int_eq(lpar_channel_state(p->channel), LPAR_CHANNEL_UP);
}

static inline void peer_start(struct peer *p)
{
	*p = (struct peer){ .fd = -1 };
	peer_agent(p);
	ck_assert_int_eq(lpar_channel_new(&p->channel, "lpar01", &peer_ops, p, NULL), 0);
	lpar_channel_connected(p->channel, par_now_ms());
	peer_wait_up(p);
}

/* Ends the connection; the agent must end by itself, with all its commands. */
static inline void peer_stop(struct peer *p)
{
	int status = -1;

	lpar_channel_free(&p->channel);
	if (p->fd >= 0)
		close(p->fd);
	ck_assert_int_eq(waitpid(p->agent, &status, 0), p->agent);
	ck_assert_int_eq(status, 0);
}

/* False: the channel is full, try again when it is writable. */
static bool job_try(struct job *j, enum par_frame_type type, const void *data, size_t len)
{
	struct par_frame f = { .stream = 1, .type = type, .data = data, .len = len };
	int r = lpar_stream_send(j->stream, &f, NULL);

	if (r == -EAGAIN)
		return false;
	ck_assert_int_eq(r, 0);
	return true;
}

static void job_send(struct job *j, enum par_frame_type type, const void *data, size_t len)
{
	ck_assert(job_try(j, type, data, len));
}

/* Sends as much of the pattern as there is credit for, then EOF. */
static void job_feed(struct job *j)
{
	static uint8_t chunk[PAR_FRAME_MAX];

	while (j->stream && j->stdin_left > 0 && j->credit > PAR_FRAME_COST) {
		struct par_frame f = { .stream = 1, .type = PAR_FRAME_STDIN, .data = chunk };
		int r;

		f.len = sizeof(chunk);
		if (f.len > j->credit - PAR_FRAME_COST)
			f.len = j->credit - PAR_FRAME_COST;
		if (f.len > j->stdin_left)
			f.len = j->stdin_left;
		for (size_t i = 0; i < f.len; i++)
			chunk[i] = pattern(j->stdin_at + i);
		r = lpar_stream_send(j->stream, &f, NULL);
		if (r == -EAGAIN) {
			j->wants_room = true;
			return;
		}
		ck_assert_int_eq(r, 0);
		j->credit -= (uint32_t)(f.len + PAR_FRAME_COST);
		j->stdin_at += f.len;
		j->stdin_left -= f.len;
	}
	if (j->stream && j->stdin_at > 0 && j->stdin_left == 0 && !j->eof_sent)
		j->eof_sent = job_try(j, PAR_FRAME_EOF, NULL, 0);
}

static void job_replied(struct lpar_stream *s, struct json_object *parameters, void *user)
{
	struct job *j = user;

	(void)s;
	(void)parameters;
	j->replied = true;
}

static void job_give(struct job *j)
{
	uint8_t data[4];

	if (j->stall || j->owed < PAR_FRAME_WINDOW / 4)
		return;
	for (int i = 0; i < 4; i++)
		data[i] = (uint8_t)(j->owed >> (24 - 8 * i));
	if (job_try(j, PAR_FRAME_CREDIT, data, sizeof(data)))
		j->owed = 0;
}

static void job_frame(struct lpar_stream *s, const struct par_frame *f, void *user)
{
	struct job *j = user;
	struct par_buf *keep = f->type == PAR_FRAME_STDOUT ? &j->out : &j->err;
	uint32_t credit;

	(void)s;
	if (f->type == PAR_FRAME_CREDIT) {
		ck_assert_int_eq(par_frame_get_credit(f, &credit, NULL), 0);
		j->credit += credit;
		job_feed(j);
		return;
	}
	if (f->type == PAR_FRAME_EXIT) {
		ck_assert_int_eq(par_frame_get_exit(f, &j->killed, &j->value, NULL), 0);
		j->exited = true;
		return;
	}
	if (f->type == PAR_FRAME_STDOUT) {
		j->out_bytes += f->len;
		j->out_sum = sum_add(j->out_sum, f->data, f->len);
	} else {
		j->err_bytes += f->len;
	}
	if (keep->len < 65536)
		par_buf_put(keep, f->data, f->len);
	j->owed += (uint32_t)(f->len + PAR_FRAME_COST);
	job_give(j);
}

static void job_writable(struct lpar_stream *s, void *user)
{
	(void)s;
	job_give(user);
	job_feed(user);
}

static void job_ended(struct lpar_stream *s, const struct par_error *err, void *user)
{
	struct job *j = user;

	(void)s;
	j->stream = NULL;
	j->ended = true;
	if (!err)
		return;
	j->error = err->id;
	snprintf(j->message, sizeof(j->message), "%s", err->msg);
}

static const struct lpar_stream_ops job_ops = {
	.replied = job_replied,
	.frame = job_frame,
	.writable = job_writable,
	.ended = job_ended,
};

/* Starts `sh -c script`; @pattern_bytes of stdin, then EOF (0: none, EOF at once). */
static inline void job_start_tty(struct peer *p, struct job *j, const char *script,
				 uint64_t pattern_bytes, bool tty, int rows, int columns)
{
	auto_json o = json_object_new_object();
	const char *argv[] = { "sh", "-c", script };
	auto_error err = NULL;

	*j = (struct job){ .credit = PAR_FRAME_WINDOW, .stdin_left = pattern_bytes };
	par_json_put_strv(o, "argv", (char *const *)argv, 3);
	if (tty) {
		par_json_put(o, "tty", json_object_new_boolean(true));
		par_json_put(o, "rows", json_object_new_int(rows));
		par_json_put(o, "columns", json_object_new_int(columns));
	}
	ck_assert_int_eq(lpar_stream_open(p->channel, "org.lpard.agent.Run", o, &job_ops, j,
					  &j->stream, &err),
			 0);
	if (pattern_bytes > 0) {
		job_feed(j);
	} else if (!tty) {
		job_send(j, PAR_FRAME_EOF, NULL, 0);
		j->eof_sent = true;
	}
}

static inline void job_start(struct peer *p, struct job *j, const char *script, uint64_t bytes)
{
	job_start_tty(p, j, script, bytes, false, 0, 0);
}

static inline void job_wait(struct peer *p, struct job *j, unsigned int seconds)
{
	uint64_t until = par_now_ms() + seconds * 1000;

	while (!j->ended && par_now_ms() < until)
		peer_round(p, 100);
	ck_assert_msg(j->ended, "the command has not ended");
}

/* Until @text was printed on stdout. */
static inline void job_wait_text(struct peer *p, struct job *j, const char *text)
{
	uint64_t until = par_now_ms() + 10000;

	while ((!j->out.data || !strstr(j->out.data, text)) && !j->ended && par_now_ms() < until)
		peer_round(p, 100);
	ck_assert_msg(j->out.data && strstr(j->out.data, text), "'%s' was not printed, but '%s'",
		      text, j->out.data ? j->out.data : "");
}

static inline void job_done(struct job *j)
{
	par_buf_done(&j->out);
	par_buf_done(&j->err);
}
