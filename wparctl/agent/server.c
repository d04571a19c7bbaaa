/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent: sessions and calls.  See server.h; the rules of the channel are in frame.h, a running
 * command is stream.c.
 */
#include "wparctl/agent/server.h"

#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/common/process.h"
#include "lpard/common/text.h"
#include "lpard/wire/wire.h"
#include "wparctl/agent/methods.h"
#include "wparctl/agent/transport.h"
#include "wparctl/agent/users.h"

#include <signal.h>
#include <string.h>

/* Running commands and those being killed; beyond this number OPEN is refused. */
#define STREAMS_MAX (2 * PAR_FRAME_STREAMS)

struct agent {
	const struct wpar_agent_opts *opts;
	struct par_event *loop;
	struct wpar_transport *port;
	struct par_frame_reader reader;
	uint32_t tag;
	struct wpar_stream *streams; /* of this session */
	struct wpar_stream *dying;   /* abandoned, not yet dead */
	size_t n_streams, n_dying;
	struct par_source *term, *interrupt;
	struct wpar_users *users;
	bool used; /* with opts->authorize: the one command has been run */
};

static void agent_put(struct agent *a, uint32_t stream, enum par_frame_type type, const void *data,
		      size_t len)
{
	par_frame_put(wpar_transport_out(a->port), a->tag, stream, type, data, len);
	wpar_transport_flush(a->port);
}

static void stream_send(uint32_t stream, enum par_frame_type type, const void *data, size_t len,
			void *user)
{
	agent_put(user, stream, type, data, len);
}

static void stream_send_exit(uint32_t stream, int wait_status, void *user)
{
	struct agent *a = user;

	par_frame_put_exit(wpar_transport_out(a->port), a->tag, stream, wait_status);
	wpar_transport_flush(a->port);
}

static bool stream_congested(void *user)
{
	return wpar_transport_congested(((struct agent *)user)->port);
}

/* The time that a session with opts->idle_s has left: from now on, or while it runs a command. */
static void limit_time(const struct agent *a, bool running)
{
	if (a->opts->idle_s > 0)
		alarm(running ? 0 : a->opts->idle_s);
}

static bool on_list(const struct wpar_stream *list, const struct wpar_stream *s)
{
	for (; list; list = wpar_stream_next(list)) {
		if (list == s)
			return true;
	}
	return false;
}

static void stream_ended(struct wpar_stream *s, void *user)
{
	struct agent *a = user;

	if (on_list(a->streams, s)) {
		wpar_stream_unlink(&a->streams, s);
		a->n_streams--;
	} else if (on_list(a->dying, s)) {
		wpar_stream_unlink(&a->dying, s);
		a->n_dying--;
	}
	limit_time(a, false);
}

static const struct wpar_stream_ops stream_ops = {
	.send = stream_send,
	.send_exit = stream_send_exit,
	.congested = stream_congested,
	.ended = stream_ended,
};

static void agent_abandon(struct agent *a, struct wpar_stream *s)
{
	wpar_stream_unlink(&a->streams, s);
	a->n_streams--;
	wpar_stream_link(&a->dying, s);
	a->n_dying++;
	wpar_stream_abandon(s);
}

static void end_session(struct agent *a)
{
	if (a->streams)
		par_log(PAR_LOG_NOTICE, "lpard is gone; ending %zu commands", a->n_streams);
	while (a->streams)
		agent_abandon(a, a->streams);
}

/* "I am here": lpard answers with a hello. */
static void say_here(struct agent *a)
{
	static const uint8_t none[PAR_FRAME_NONCE];

	par_frame_put_hello(wpar_transport_out(a->port), none, "{}");
	wpar_transport_flush(a->port);
}

static void agent_reply(struct agent *a, uint32_t stream)
{
	static const char text[] = "{\"parameters\":{}}";

	agent_put(a, stream, PAR_FRAME_REPLY, text, strlen(text));
}

static void agent_reply_info(struct agent *a, uint32_t stream)
{
	auto_buf b = { 0 };

	par_buf_puts(&b, "{\"parameters\":");
	wpar_info_put("", &b);
	if (par_buf_putc(&b, '}') == 0)
		agent_put(a, stream, PAR_FRAME_REPLY, b.data, b.len);
}

static void agent_reply_error(struct agent *a, uint32_t stream, const struct par_error *e)
{
	auto_buf b = { 0 };

	/* A frame has a limit, and without an answer the caller would wait for ever. */
	if (e)
		par_text_clean(e->msg, PAR_TEXT_FOREIGN, PAR_TEXT_LINE);
	if (par_wire_encode_error(e, &b) == 0 && b.len > 0)
		agent_put(a, stream, PAR_FRAME_ERROR, b.data, b.len - 1); /* without its NUL */
}

static int agent_shut_down(struct agent *a, const struct wpar_call *c, struct par_error **err)
{
	char poweroff[] = "poweroff", reboot[] = "reboot", at_once[] = "-f";
	char *how = c->restart ? reboot : poweroff;
	char path[64];
	char *argv[] = { path, NULL, NULL, NULL };
	struct par_spawn spawn = {
		.path = a->opts->shutdown_program, .argv = argv, .cwd = "/", .fds = { -1, -1, -1 }
	};
	size_t n = 1;
	pid_t pid;

	if (!spawn.path) {
		if (a->opts->fd >= 0)
			return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
					"this agent cannot shut the system down");
		snprintf(path, sizeof(path), "/sbin/%s", how);
		spawn.path = path;
	} else {
		snprintf(path, sizeof(path), "shutdown");
		argv[n++] = how;
	}
	if (c->immediate)
		argv[n++] = at_once;
	par_log(PAR_LOG_NOTICE, "lpard asks for %s%s", how, c->immediate ? ", at once" : "");
	return par_spawn(&spawn, &pid, err);
}

static int agent_run_command(struct agent *a, uint32_t stream, const struct wpar_call *c,
			     struct par_error **err)
{
	struct wpar_stream *s;
	int r;

	if (a->n_streams >= PAR_FRAME_STREAMS || a->n_streams + a->n_dying >= STREAMS_MAX)
		return par_fail(err, PAR_E_NO_RESOURCES, 0, "%zu commands run here already",
				a->n_streams + a->n_dying);
	r = wpar_stream_new(&s, a->loop, stream, &c->run, &stream_ops, a, err);
	if (r < 0)
		return r;
	limit_time(a, true);
	wpar_stream_link(&a->streams, s);
	a->n_streams++;
	agent_reply(a, stream);
	wpar_stream_begin(s);
	return 0;
}

static struct wpar_stream *agent_find_stream(const struct agent *a, uint32_t id)
{
	struct wpar_stream *s = a->streams;

	while (s && wpar_stream_id(s) != id)
		s = wpar_stream_next(s);
	return s;
}

/* Does what lpard asks; what succeeds has been answered. */
static int agent_call(struct agent *a, uint32_t stream, struct wpar_call *c, struct par_error **err)
{
	int r;

	if (a->opts->authorize && (c->method != WPAR_METHOD_RUN || a->used))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0, "one command can be run, no more");
	switch (c->method) {
	case WPAR_METHOD_RUN:
		limit_time(a, false);
		r = a->opts->authorize ? a->opts->authorize(&c->run, a->opts->authorize_user, err)
				       : 0;
		if (r < 0)
			return r;
		a->used = true;
		c->run.pretend = a->opts->pretend;
		return agent_run_command(a, stream, c, err);
	case WPAR_METHOD_INFO:
		agent_reply_info(a, stream);
		return 0;
	case WPAR_METHOD_SHUTDOWN:
		r = agent_shut_down(a, c, err);
		if (r < 0)
			return r;
		agent_reply(a, stream);
		return 0;
	}
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "the agent has no such method");
}

static int begin_call(struct agent *a, const struct par_frame *f, struct par_error **err)
{
	struct wpar_call c;
	int r = wpar_call_parse(f->data, f->len, &c, err);

	if (r < 0)
		return r;
	r = agent_call(a, f->stream, &c, err);
	wpar_call_done(&c);
	return r;
}

static int open_stream(struct agent *a, const struct par_frame *f, struct par_error **err)
{
	auto_error e = NULL;

	if (agent_find_stream(a, f->stream))
		return par_fail(err, PAR_E_PROTOCOL, 0, "stream %u is open already", f->stream);
	if (begin_call(a, f, &e) < 0)
		agent_reply_error(a, f->stream, e);
	return 0;
}

static int on_hello(struct agent *a, const struct par_frame *f, struct par_error **err)
{
	struct par_hello hello;
	auto_buf info = { 0 };
	int r = par_frame_get_hello(f, &hello, err);

	if (r < 0)
		return r;
	end_session(a);
	a->tag = par_frame_nonce_tag(hello.nonce);
	par_frame_reader_sync(&a->reader, a->tag);
	if (wpar_info_put("", &info) < 0 ||
	    par_frame_put_hello(wpar_transport_out(a->port), hello.nonce, info.data) < 0)
		return par_oom(err);
	wpar_transport_flush(a->port);
	return 0;
}

static int on_frame(struct agent *a, const struct par_frame *f, struct par_error **err)
{
	struct wpar_stream *s;

	if (f->type == PAR_FRAME_HELLO)
		return on_hello(a, f, err);
	if (f->type == PAR_FRAME_PING) {
		agent_put(a, 0, PAR_FRAME_PONG, f->data, f->len);
		return 0;
	}
	if (f->type == PAR_FRAME_OPEN)
		return open_stream(a, f, err);
	s = agent_find_stream(a, f->stream);
	if (!s) /* the stream has ended; lpard could not know yet */
		return 0;
	if (f->type == PAR_FRAME_CLOSE) {
		agent_abandon(a, s);
		return 0;
	}
	return wpar_stream_frame(s, f, err);
}

static void on_input(const void *data, size_t len, void *user)
{
	struct agent *a = user;
	struct par_frame f;

	if (par_frame_feed(&a->reader, data, len) < 0)
		return;
	for (;;) {
		auto_error err = NULL;
		int r = par_frame_next(&a->reader, &f, &err);

		if (r == 0)
			break;
		if (r > 0)
			r = on_frame(a, &f, &err);
		if (r < 0) {
			par_log(PAR_LOG_WARNING, "%s; waiting for a new hello",
				par_error_text(err));
			end_session(a);
			par_frame_reader_lost(&a->reader);
			say_here(a);
		}
	}
}

static void on_opened(void *user)
{
	struct agent *a = user;

	/* The agent before this one may have died within a frame. */
	wpar_transport_pad(a->port);
	say_here(a);
}

static void on_lost(bool final, void *user)
{
	struct agent *a = user;

	end_session(a);
	par_frame_reader_done(&a->reader);
	par_frame_reader_init(&a->reader, false);
	if (final)
		par_event_stop(a->loop, 0);
}

static void on_drained(void *user)
{
	struct agent *a = user;
	struct wpar_stream *next;

	for (struct wpar_stream *s = a->streams; s; s = next) {
		next = wpar_stream_next(s);
		wpar_stream_go_on(s);
	}
}

static const struct wpar_transport_ops transport_ops = {
	.opened = on_opened,
	.input = on_input,
	.lost = on_lost,
	.drained = on_drained,
};

static void on_signal(struct par_source *src, int signo, void *user)
{
	struct agent *a = user;

	(void)src;
	(void)signo;
	par_event_stop(a->loop, 0);
}

/* An agent that has lpard to serve does so whatever is wrong with the socket of the users. */
static int agent_let_users_in(struct agent *a, struct par_error **err)
{
	auto_error why = NULL;
	int r = a->opts->users_path ? wpar_users_new(&a->users, a->loop, a->opts->users_path,
						     a->opts->users_known, &why)
				    : 0;

	if (r == 0)
		return 0;
	if (a->opts->no_port) {
		par_error_move(err, &why);
		return r;
	}
	par_log(PAR_LOG_WARNING, "ordinary users are not let in: %s", par_error_text(why));
	return 0;
}

static int agent_set_up(struct agent *a, struct par_error **err)
{
	int r = par_event_new(&a->loop, err);

	if (r < 0)
		return r;
	r = par_event_signal(a->loop, SIGTERM, on_signal, a, &a->term, err);
	if (r < 0)
		return r;
	r = par_event_signal(a->loop, SIGINT, on_signal, a, &a->interrupt, err);
	if (r < 0)
		return r;
	r = agent_let_users_in(a, err);
	if (r < 0 || a->opts->no_port)
		return r;
	return wpar_transport_new(&a->port, a->loop, a->opts->fd, a->opts->port, &transport_ops, a,
				  err);
}

/* Waits for commands that end after the hang-up, then kills the rest. */
static void end_streams(struct agent *a)
{
	uint64_t until = par_now_ms() + 2500;

	end_session(a);
	while (a->dying && par_now_ms() < until)
		par_event_run_once(a->loop, 100);
	while (a->dying) {
		struct wpar_stream *s = a->dying;

		wpar_stream_kill(s);
		wpar_stream_unlink(&a->dying, s);
		wpar_stream_free(&s);
	}
}

static int agent_serve(struct agent *a, struct par_error **err)
{
	int r = agent_set_up(a, err);

	return r < 0 ? r : par_event_run(a->loop);
}

int wpar_agent_run(const struct wpar_agent_opts *opts, struct par_error **err)
{
	struct agent a = { .opts = opts };
	int r;

	signal(SIGPIPE, SIG_IGN);
	par_frame_reader_init(&a.reader, false);
	limit_time(&a, false);
	r = agent_serve(&a, err);
	if (a.loop)
		end_streams(&a);
	wpar_users_free(&a.users);
	wpar_transport_free(&a.port);
	par_event_free(&a.loop);
	par_frame_reader_done(&a.reader);
	return r;
}
