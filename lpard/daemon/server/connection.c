/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: reads calls, one at a time, hands each to its owner and writes the answers; or,
 * upgraded, moves raw bytes.  Never blocks, and bounds what a client can make lpard hold: one call
 * in, one answer out, and nothing more is read until the client has taken that answer.
 */
#include "lpard/daemon/server/connection.h"

#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/wire/wire.h"

#include <string.h>
#include <sys/socket.h>

#define READ_SIZE	(64 * 1024)
#define OUT_PROGRESS	(64 * 1024)  /* bytes not read by the client: no progress is sent */
#define OUT_NEXT_CALL	(256 * 1024) /* nor is the next call taken */
#define OUT_RAW_MAX	(4 * 1024 * 1024)
#define BEHIND_MS	30000 /* a reader that takes nothing for so long is dropped */
#define BEHIND_CLOSE_MS 3000  /* when the connection is to be closed anyway */

struct lpar_connection {
	struct par_event *loop;
	const struct lpar_connection_ops *ops;
	void *user;
	int fd;
	struct par_source *source;
	struct lpar_peer peer;
	struct par_wire_in in;
	struct par_buf out;
	size_t out_done;	   /* bytes of out already written */
	uint64_t behind_since;	   /* ms; 0: nothing waits to be written */
	struct lpar_call *call;	   /* under way */
	struct lpar_upgraded *raw; /* upgraded */
	bool closing;		   /* close once out is written */
	bool in_handler;	   /* do not free: the handler does */
	bool dead;
	bool raw_paused;
	struct par_source *kick; /* timer: hand over what came with the upgrade */
};

struct lpar_upgraded {
	struct lpar_connection *connection;
	const struct lpar_upgraded_ops *ops;
	void *user;
};

static size_t out_pending(const struct lpar_connection *c)
{
	return c->out.len - c->out_done;
}

static void connection_free(struct lpar_connection *c)
{
	par_source_free(&c->source);
	par_source_free(&c->kick);
	if (c->fd >= 0)
		close(c->fd);
	par_wire_in_done(&c->in);
	par_buf_done(&c->out);
	free(c);
}

static void call_free(struct lpar_call **call)
{
	struct lpar_call *k = *call;

	if (k->connection)
		k->connection->call = NULL;
	json_object_put(k->parameters);
	free(k->method_owned);
	free(k);
	*call = NULL;
}

/* Nobody waits for the answer any more.  An owner that did not ask to be told answers later. */
static void call_gone(struct lpar_call *call)
{
	call->connection = NULL;
	if (!call->gone)
		return;
	call->gone(call, call->gone_user);
	call_free(&call);
}

void lpar_connection_drop(struct lpar_connection *c)
{
	if (c->dead)
		return;
	c->dead = true;
	if (c->call)
		call_gone(take_ptr(c->call));
	if (c->raw) {
		struct lpar_upgraded *raw = take_ptr(c->raw);

		raw->connection = NULL;
		raw->ops->closed(raw->user);
		free(raw);
	}
	par_source_free(&c->source);
	par_source_free(&c->kick);
	c->ops->gone(c->user);
	if (!c->in_handler)
		connection_free(c);
}

/* What to wait for: EPOLLET alone still tells that the other side is gone. */
static void watch_connection(struct lpar_connection *c)
{
	uint32_t events = 0;

	if (c->dead)
		return;
	if (c->raw ? !c->raw_paused : (!c->call && !c->closing && out_pending(c) < OUT_NEXT_CALL))
		events |= EPOLLIN;
	if (out_pending(c) > 0)
		events |= EPOLLOUT;
	(void)par_source_events(c->source, events ? events : (uint32_t)EPOLLET);
}

/* Write what the socket takes.  The client may be dead afterwards. */
static void flush_out(struct lpar_connection *c)
{
	bool was_behind = out_pending(c) > 0;

	while (out_pending(c) > 0) {
		ssize_t n = send(c->fd, c->out.data + c->out_done, out_pending(c),
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN) {
				lpar_connection_drop(c);
				return;
			}
			if (c->behind_since == 0)
				c->behind_since = par_now_ms();
			c->ops->behind(c->user);
			return;
		}
		c->out_done += (size_t)n;
		c->behind_since = 0;
	}
	c->behind_since = 0;
	c->out_done = 0;
	/* A long listing's buffer is not kept. */
	if (c->out.cap > OUT_NEXT_CALL)
		par_buf_done(&c->out);
	else
		par_buf_clear(&c->out);
	if (c->closing && !c->raw)
		lpar_connection_drop(c);
	else if (was_behind && c->raw && c->raw->ops->drained)
		c->raw->ops->drained(c->raw->user);
	else if (was_behind && c->call && c->call->drained)
		c->call->drained(c->call, c->call->gone_user);
}

enum lpar_connection_reader lpar_connection_check(struct lpar_connection *c, uint64_t now_ms)
{
	uint64_t limit = c->closing ? BEHIND_CLOSE_MS : BEHIND_MS;

	/* A terminal may stay unread: the owner of the raw connection limits what is queued. */
	if (c->behind_since == 0 || (c->raw && !c->closing))
		return LPAR_READER_IN_TIME;
	if (now_ms - c->behind_since < limit)
		return LPAR_READER_BEHIND;
	par_log(PAR_LOG_WARNING, "peer=%u/%d does not read its answer: dropped",
		(unsigned int)c->peer.uid, (int)c->peer.pid);
	lpar_connection_drop(c);
	return LPAR_READER_DROPPED;
}

static void put_reply(struct lpar_connection *c, const struct par_wire_reply *r)
{
	if (par_wire_encode_reply(r, &c->out, NULL) < 0)
		lpar_connection_drop(c);
}

static void handle_input(struct lpar_connection *c);

/* The call is answered: write, and go on with what the client sent meanwhile. */
static void call_answered(struct lpar_call **call)
{
	struct lpar_connection *c = (*call)->connection;

	call_free(call);
	if (!c || c->dead || c->in_handler)
		return; /* called from within a handler, which goes on with the input itself */
	c->in_handler = true;
	handle_input(c);
	c->in_handler = false;
	if (c->dead)
		connection_free(c);
}

/*
 * The connection to answer on.  From here on the owner of the call is no longer told that the
 * client is gone, even if writing the answer finds that out.
 */
static struct lpar_connection *take_connection(struct lpar_call *call)
{
	call->gone = NULL;
	return call->connection;
}

void lpar_call_reply(struct lpar_call **call, struct json_object *parameters)
{
	struct lpar_connection *c = take_connection(*call);
	struct par_wire_reply r = { .parameters = parameters };

	if (c && !(*call)->oneway)
		put_reply(c, &r);
	json_object_put(parameters);
	call_answered(call);
}

void lpar_call_fail(struct lpar_call **call, struct par_error **err)
{
	struct lpar_connection *c = take_connection(*call);

	if (c && !(*call)->oneway && par_wire_encode_error(err ? *err : NULL, &c->out) < 0)
		lpar_connection_drop(c);
	par_error_free(err);
	call_answered(call);
}

void lpar_call_fail_service(struct lpar_call **call, const char *name, const char *parameter,
			    const char *value)
{
	struct lpar_connection *c = take_connection(*call);
	autofree char *error = par_strdup_printf("org.varlink.service.%s", name);
	auto_json parameters = json_object_new_object();
	struct par_wire_reply r = { .error = error, .parameters = parameters };

	if (parameter)
		(void)par_json_put_string(parameters, parameter, value);
	if (c && !(*call)->oneway)
		put_reply(c, &r);
	call_answered(call);
}

size_t lpar_call_pending(const struct lpar_call *call)
{
	return call->connection ? out_pending(call->connection) : 0;
}

void lpar_call_progress(struct lpar_call *call, struct json_object *parameters)
{
	struct lpar_connection *c = call->connection;
	struct par_wire_reply r = { .parameters = parameters, .continues = true };

	if (c && call->more && out_pending(c) < OUT_PROGRESS) {
		bool within = c->in_handler;

		/* Writing may find the client gone; then the call is freed here, too. */
		c->in_handler = true;
		put_reply(c, &r);
		if (!c->dead)
			flush_out(c);
		watch_connection(c);
		c->in_handler = within;
		if (c->dead && !within)
			connection_free(c);
	}
	json_object_put(parameters);
}

/* One message.  Returns false when the connection is to be closed. */
static bool take_message(struct lpar_connection *c, const char *text, size_t len)
{
	auto_wire_call w = { 0 };
	auto_error err = NULL;
	struct lpar_call *call;

	call = calloc(1, sizeof(*call));
	if (!call || par_wire_decode_call(text, len, &w, &err) < 0) {
		free(call);
		(void)par_wire_encode_error(err, &c->out);
		return false;
	}
	*call = (struct lpar_call){ .method = w.method,
				    .method_owned = w.method,
				    .parameters = w.parameters,
				    .more = w.more,
				    .oneway = w.oneway,
				    .upgrade = w.upgrade,
				    .peer = c->peer,
				    .connection = c };
	w = (struct par_wire_call){ 0 };
	c->call = call;
	c->ops->call(call, c->user);
	return true;
}

/* Take calls out of what was read, as long as nothing is in the way.  Within in_handler only. */
static void handle_input(struct lpar_connection *c)
{
	for (;;) {
		auto_error err = NULL;
		const char *text;
		size_t len;
		int r;

		if (!c->dead)
			flush_out(c);
		if (c->dead || c->call || c->raw || c->closing || out_pending(c) >= OUT_NEXT_CALL)
			break;
		r = par_wire_next(&c->in, &text, &len, &err);
		if (r == 0)
			break;
		if (r < 0)
			(void)par_wire_encode_error(err, &c->out);
		if (r < 0 || !take_message(c, text, len))
			c->closing = true;
		/* A connection may live long: what its largest message took is not kept. */
		par_wire_trim(&c->in);
	}
	watch_connection(c);
}

static void raw_input(struct lpar_connection *c, const char *data, size_t len)
{
	if (c->raw && len > 0)
		c->raw->ops->data(c->raw->user, data, len);
}

static void read_some(struct lpar_connection *c)
{
	char data[READ_SIZE];
	ssize_t n = recv(c->fd, data, sizeof(data), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		/* The last answer to this client may still be on the way out. */
		if (n == 0 && !c->raw && out_pending(c) > 0) {
			c->closing = true;
			return;
		}
		lpar_connection_drop(c);
		return;
	}
	if (c->raw) {
		raw_input(c, data, (size_t)n);
		return;
	}
	if (par_wire_feed(&c->in, data, (size_t)n) < 0)
		lpar_connection_drop(c);
}

static void on_socket(struct par_source *s, int fd, uint32_t events, void *user)
{
	struct lpar_connection *c = user;

	(void)s;
	(void)fd;
	c->in_handler = true;
	if (events & EPOLLOUT)
		flush_out(c);
	if (!c->dead && (events & EPOLLIN) && (c->raw || !c->call))
		read_some(c);
	else if (!c->dead && (events & (EPOLLHUP | EPOLLERR)))
		lpar_connection_drop(c);
	if (!c->dead)
		handle_input(c);
	c->in_handler = false;
	if (c->dead)
		connection_free(c);
}

int lpar_connection_new(struct par_event *loop, int fd, const struct lpar_peer *peer,
			const struct lpar_connection_ops *ops, void *user,
			struct lpar_connection **ret)
{
	struct lpar_connection *c = calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		return -ENOMEM;
	}
	*c = (struct lpar_connection){
		.loop = loop, .ops = ops, .user = user, .fd = fd, .peer = *peer
	};
	c->in.max = PAR_WIRE_MAX_CALL;
	if (par_event_io(loop, fd, EPOLLIN, on_socket, c, &c->source, NULL) < 0) {
		connection_free(c);
		return -ENOMEM;
	}
	*ret = c;
	return 0;
}

/* Bytes that came right behind the call that upgraded. */
static void on_kick(struct par_source *s, void *user)
{
	struct lpar_connection *c = user;
	struct par_wire_in in = c->in;
	const char *rest;
	size_t len;

	(void)s;
	par_source_free(&c->kick);
	c->in = (struct par_wire_in){ .max = PAR_WIRE_MAX_CALL };
	rest = par_wire_rest(&in, &len);
	c->in_handler = true;
	c->raw_paused = false;
	raw_input(c, rest, len);
	par_wire_in_done(&in);
	if (!c->dead)
		handle_input(c);
	c->in_handler = false;
	if (c->dead)
		connection_free(c);
}

struct lpar_upgraded *lpar_call_upgrade(struct lpar_call **call, struct json_object *parameters,
					const struct lpar_upgraded_ops *ops, void *user)
{
	struct lpar_connection *c = take_connection(*call);
	struct par_wire_reply r = { .parameters = parameters };
	struct lpar_upgraded *raw = c ? calloc(1, sizeof(*raw)) : NULL;

	if (c && raw && par_event_timer(c->loop, 0, on_kick, c, &c->kick, NULL) == 0 &&
	    par_wire_encode_reply(&r, &c->out, NULL) == 0) {
		*raw = (struct lpar_upgraded){ .connection = c, .ops = ops, .user = user };
		c->raw = raw;
		c->raw_paused = true; /* until on_kick() */
		if (!c->in_handler)
			watch_connection(c);
	} else if (c) {
		free(raw);
		raw = NULL;
		call_free(call);
		lpar_connection_drop(c);
	}
	json_object_put(parameters);
	if (*call)
		call_free(call);
	return raw;
}

int lpar_upgraded_send(struct lpar_upgraded *raw, const void *data, size_t len)
{
	struct lpar_connection *c = raw->connection;

	if (out_pending(c) + len > OUT_RAW_MAX)
		return -ENOBUFS;
	if (c->out_done > OUT_NEXT_CALL) {
		par_buf_drop(&c->out, c->out_done);
		c->out_done = 0;
	}
	if (par_buf_put(&c->out, data, len) < 0)
		return -ENOMEM;
	/* Written from the loop: the caller must not find itself called back from here. */
	watch_connection(c);
	return 0;
}

size_t lpar_upgraded_pending(const struct lpar_upgraded *raw)
{
	return out_pending(raw->connection);
}

void lpar_upgraded_pause(struct lpar_upgraded *raw, bool pause)
{
	if (raw->connection->kick)
		return; /* nothing was read so far; on_kick() starts the reading */
	raw->connection->raw_paused = pause;
	watch_connection(raw->connection);
}

void lpar_upgraded_close(struct lpar_upgraded **raw)
{
	struct lpar_connection *c = *raw ? (*raw)->connection : NULL;

	if (!c)
		return;
	c->raw = NULL;
	free(*raw);
	*raw = NULL;
	c->closing = true;
	par_source_free(&c->kick);
	if (out_pending(c) == 0) {
		lpar_connection_drop(c);
		return;
	}
	if (c->behind_since == 0)
		c->behind_since = par_now_ms();
	c->ops->behind(c->user);
	watch_connection(c);
}
