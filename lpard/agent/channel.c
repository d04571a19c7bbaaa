/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channel's state machine: hello, frames of the guest, pings.  See channel.h; the rules of the
 * protocol are in lpard/wire/frame.h, what clients send is in stream.c.
 */
#include "lpard/agent/channel_priv.h"

#include "lpard/common/json.h"
#include "lpard/common/text.h"
#include "lpard/wire/wire.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/random.h>

#define HELLO_FIRST_MS 1000u /* until the hello is repeated; doubles */
#define HELLO_LAST_MS  30000u
#define HELLO_GAP_MS   100u   /* least between two, whatever the guest asks */
#define RESTART_GAP_MS 1000u  /* least between two sessions */
#define PING_IDLE_MS   15000u /* silence after which a ping is sent */
#define PING_LOST_MS   60000u /* silence after which the session is over */
#define CUT_LOOK_MS    2000u /* a frame unfinished for so long may have a new agent's hello in it */
#define CUT_LOST_MS    20000u /* unfinished for so long: the session is over */
/* When less output than this waits, streams that asked for room are told. */
#define OUT_LOW	 (256u * 1024)
#define PONG_MAX 65536u

uint32_t lpar_channel_tag(const struct lpar_channel *c)
{
	return par_frame_nonce_tag(c->nonce);
}

size_t lpar_channel_waiting(const struct lpar_channel *c)
{
	return c->out.len - c->sent;
}

static void set_state(struct lpar_channel *c, enum lpar_channel_state state)
{
	if (c->state == state)
		return;
	c->state = state;
	c->ops->state(state, c->user);
}

void lpar_channel_put(struct lpar_channel *c, uint32_t stream, enum par_frame_type type,
		      const void *data, size_t len)
{
	par_frame_put(&c->out, lpar_channel_tag(c), stream, type, data, len);
	c->ops->output(c->user);
}

static struct lpar_stream *find(const struct lpar_channel *c, uint32_t id)
{
	for (size_t i = 0; i < c->n_streams; i++) {
		if (c->streams[i]->id == id)
			return c->streams[i];
	}
	return NULL;
}

void lpar_stream_unlink(struct lpar_stream *s)
{
	struct lpar_channel *c = s->channel;

	for (size_t i = 0; i < c->n_streams; i++) {
		if (c->streams[i] == s) {
			c->streams[i] = c->streams[--c->n_streams];
			return;
		}
	}
}

static void end_stream(struct lpar_stream *s, const struct par_error *err)
{
	lpar_stream_unlink(s);
	s->ops->ended(s, err, s->user);
	free(s);
}

static void end_all(struct lpar_channel *c, const struct par_error *err)
{
	while (c->n_streams > 0)
		end_stream(c->streams[0], err);
}

static void fresh_nonce(struct lpar_channel *c)
{
	do {
		if (getrandom(c->nonce, sizeof(c->nonce), 0) != (ssize_t)sizeof(c->nonce))
			memcpy(c->nonce, &c->hello_sent, sizeof(c->hello_sent));
	} while (lpar_channel_tag(c) == 0 || lpar_channel_tag(c) == UINT32_MAX);
}

static void forget_output(struct lpar_channel *c)
{
	par_buf_clear(&c->out);
	c->sent = 0;
}

static void send_hello(struct lpar_channel *c, uint64_t now_ms)
{
	if (c->pad) {
		forget_output(c);
		par_frame_put_pad(&c->out);
		c->pad = false;
	}
	par_frame_put_hello(&c->out, c->nonce, "");
	c->hello_sent = now_ms;
	c->hello_at = now_ms + c->hello_delay;
	c->hello_delay = c->hello_delay * 2 > HELLO_LAST_MS ? HELLO_LAST_MS : c->hello_delay * 2;
	c->ops->output(c->user);
}

/* A new session on the same port: every stream of the old session ends with @err. */
static void restart(struct lpar_channel *c, const struct par_error *err, uint64_t now_ms)
{
	uint64_t earliest = c->hello_sent + RESTART_GAP_MS;

	par_frame_reader_lost(&c->reader);
	fresh_nonce(c);
	/* Only output that is forgotten can be a frame's rest; a guest that hangs gets no more. */
	c->pad = lpar_channel_waiting(c) > 0;
	forget_output(c);
	c->pinged = false;
	c->cut_since = 0;
	c->hello_delay = HELLO_FIRST_MS;
	c->hello_at = now_ms < earliest ? earliest : now_ms;
	set_state(c, LPAR_CHANNEL_WAITING);
	end_all(c, err);
	if (c->state == LPAR_CHANNEL_WAITING && c->hello_at <= now_ms)
		send_hello(c, now_ms);
}

int lpar_channel_new(struct lpar_channel **ret, const char *name,
		     const struct lpar_channel_ops *ops, void *user, struct par_error **err)
{
	struct lpar_channel *c = calloc(1, sizeof(*c));

	if (c)
		c->name = strdup(name);
	if (!c || !c->name) {
		free(c);
		return par_oom(err);
	}
	c->ops = ops;
	c->user = user;
	c->next_id = 1;
	par_frame_reader_init(&c->reader, false);
	*ret = c;
	return 0;
}

void lpar_channel_rename(struct lpar_channel *c, const char *name)
{
	char *copy = par_streq(c->name, name) ? NULL : strdup(name);

	if (!copy)
		return;
	free(c->name);
	c->name = copy;
}

void lpar_channel_free(struct lpar_channel **channel)
{
	struct lpar_channel *c = *channel;

	if (!c)
		return;
	lpar_channel_disconnected(c, NULL);
	par_frame_reader_done(&c->reader);
	par_buf_done(&c->out);
	free(c->name);
	free(c);
	*channel = NULL;
}

enum lpar_channel_state lpar_channel_state(const struct lpar_channel *c)
{
	return c->state;
}

const struct lpar_agent_info *lpar_channel_info(const struct lpar_channel *c)
{
	return c->state == LPAR_CHANNEL_UP ? &c->info : NULL;
}

void lpar_channel_connected(struct lpar_channel *c, uint64_t now_ms)
{
	if (c->state != LPAR_CHANNEL_DOWN)
		lpar_channel_disconnected(c, NULL);
	fresh_nonce(c);
	c->pad = true;
	c->pinged = false;
	c->heard = now_ms;
	c->hello_delay = HELLO_FIRST_MS;
	set_state(c, LPAR_CHANNEL_WAITING);
	send_hello(c, now_ms);
}

void lpar_channel_disconnected(struct lpar_channel *c, const char *why)
{
	auto_error err = NULL;

	if (c->state == LPAR_CHANNEL_DOWN)
		return;
	if (why)
		par_fail(&err, PAR_E_DISCONNECTED, 0, "%s", why);
	else
		par_fail(&err, PAR_E_DISCONNECTED, 0, "the LPAR '%s' went away", c->name);
	par_frame_reader_done(&c->reader);
	par_frame_reader_init(&c->reader, false);
	c->cut_since = 0;
	forget_output(c);
	set_state(c, LPAR_CHANNEL_DOWN);
	end_all(c, err);
}

/* One string of the agent's facts, which a guest wrote. */
static void take_fact(struct json_object *o, const char *key, char *ret, size_t size)
{
	const char *value = "";

	par_json_string(o, key, false, &value, NULL);
	snprintf(ret, size, "%.*s", (int)size - 1, value);
	par_text_clean(ret, size - 1, PAR_TEXT_LINE);
}

/* An address, or "" for what is none. */
static void take_address(struct json_object *o, char *ret, size_t size)
{
	struct in6_addr any;

	take_fact(o, "ipaddr", ret, size);
	if (inet_pton(AF_INET, ret, &any) != 1 && inet_pton(AF_INET6, ret, &any) != 1)
		ret[0] = '\0';
}

void lpar_channel_facts(struct lpar_channel *c, struct json_object *o)
{
	struct lpar_agent_info *i = &c->info;

	*i = (struct lpar_agent_info){ 0 };
	take_fact(o, "agent", i->agent, sizeof(i->agent));
	take_fact(o, "os_id", i->os_id, sizeof(i->os_id));
	take_fact(o, "os_name", i->os_name, sizeof(i->os_name));
	take_fact(o, "os_version", i->os_version, sizeof(i->os_version));
	take_fact(o, "kernel", i->kernel, sizeof(i->kernel));
	take_fact(o, "machine", i->machine, sizeof(i->machine));
	take_fact(o, "hostname", i->hostname, sizeof(i->hostname));
	take_address(o, i->ipaddr, sizeof(i->ipaddr));
	take_fact(o, "boot_id", i->boot_id, sizeof(i->boot_id));
	par_json_u64(o, "page_size", false, 1u << 30, &i->page_size, NULL);
}

static int take_info(struct lpar_channel *c, const struct par_hello *hello, struct par_error **err)
{
	auto_json o = NULL;
	int r = par_json_parse(hello->json, hello->json_len, &o, err);

	if (r < 0)
		return r;
	if (!json_object_is_type(o, json_type_object))
		return par_fail(err, PAR_E_PROTOCOL, 0, "the agent's facts are no object");
	lpar_channel_facts(c, o);
	return 0;
}

/* The guest's agent has just started, or lost its step. */
static void agent_is_here(struct lpar_channel *c, uint64_t now_ms)
{
	auto_error err = NULL;

	if (c->state == LPAR_CHANNEL_UP) {
		par_fail(&err, PAR_E_DISCONNECTED, 0, "the agent of the LPAR '%s' was restarted",
			 c->name);
		restart(c, err, now_ms);
		return;
	}
	c->hello_delay = HELLO_FIRST_MS;
	if (now_ms >= c->hello_sent + HELLO_GAP_MS && lpar_channel_waiting(c) == 0)
		send_hello(c, now_ms);
	else if (c->hello_at > now_ms + HELLO_GAP_MS)
		c->hello_at = now_ms + HELLO_GAP_MS;
}

static int on_hello(struct lpar_channel *c, const struct par_frame *f, uint64_t now_ms,
		    struct par_error **err)
{
	static const uint8_t none[PAR_FRAME_NONCE];
	struct par_hello hello;
	int r = par_frame_get_hello(f, &hello, err);

	if (r < 0)
		return r;
	if (memcmp(hello.nonce, none, sizeof(none)) == 0) {
		agent_is_here(c, now_ms);
		return 0;
	}
	if (memcmp(hello.nonce, c->nonce, sizeof(none)) != 0) {
		if (c->state == LPAR_CHANNEL_UP)
			return par_fail(err, PAR_E_PROTOCOL, 0, "a hello has a wrong nonce");
		return 0; /* an answer to the hello of an earlier session */
	}
	if (c->state == LPAR_CHANNEL_UP) { /* the same answer again */
		par_frame_reader_sync(&c->reader, lpar_channel_tag(c));
		return 0;
	}
	r = take_info(c, &hello, err);
	if (r < 0)
		return r;
	par_frame_reader_sync(&c->reader, lpar_channel_tag(c));
	set_state(c, LPAR_CHANNEL_UP);
	return 0;
}

/* REPLY and ERROR carry a Varlink answer. */
static int on_answer(struct lpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	struct lpar_channel *c = s->channel;
	auto_wire_reply reply = { 0 };
	auto_error told = NULL;
	uint32_t id = s->id;
	int r;

	if (s->replied)
		return par_fail(err, PAR_E_PROTOCOL, 0, "a call is answered twice");
	r = par_wire_decode_reply((const char *)f->data, f->len, &reply, err);
	if (r < 0)
		return r;
	if ((f->type == PAR_FRAME_ERROR) != (reply.error != NULL))
		return par_fail(err, PAR_E_PROTOCOL, 0, "an answer is not what its frame says");
	s->replied = true;
	if (par_wire_reply_error(&reply, &told) < 0) {
		par_text_clean(told->msg, PAR_TEXT_FOREIGN, PAR_TEXT_LINE);
		end_stream(s, told);
		return 0;
	}
	s->ops->replied(s, reply.parameters, s->user);
	s = find(c, id);
	if (s && !s->is_run)
		end_stream(s, NULL);
	return 0;
}

static int on_data(struct lpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	size_t cost = f->len + PAR_FRAME_COST;

	if (cost > s->may_receive)
		return par_fail(err, PAR_E_PROTOCOL, 0, "output without credit");
	s->may_receive -= (uint32_t)cost;
	s->ops->frame(s, f, s->user);
	return 0;
}

static int on_credit(struct lpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	uint32_t bytes = 0;
	int r = par_frame_get_credit(f, &bytes, err);

	if (r < 0)
		return r;
	if (bytes > PAR_FRAME_WINDOW - s->may_send)
		return par_fail(err, PAR_E_PROTOCOL, 0, "more credit than the window");
	s->may_send += bytes;
	s->ops->frame(s, f, s->user);
	return 0;
}

static int on_exit_frame(struct lpar_stream *s, const struct par_frame *f, struct par_error **err)
{
	struct lpar_channel *c = s->channel;
	uint32_t id = s->id;
	bool killed;
	int value, r;

	r = par_frame_get_exit(f, &killed, &value, err);
	if (r < 0)
		return r;
	s->ops->frame(s, f, s->user);
	s = find(c, id);
	if (s)
		end_stream(s, NULL);
	return 0;
}

static int on_stream_frame(struct lpar_channel *c, const struct par_frame *f,
			   struct par_error **err)
{
	struct lpar_stream *s = find(c, f->stream);

	if (!s && f->stream < c->next_id)
		return 0; /* closed by us; the agent could not know yet */
	if (!s)
		return par_fail(err, PAR_E_PROTOCOL, 0, "stream %u was never opened", f->stream);
	if (f->type == PAR_FRAME_REPLY || f->type == PAR_FRAME_ERROR)
		return on_answer(s, f, err);
	if (f->type == PAR_FRAME_CLOSE) {
		auto_error gone = NULL;

		par_fail(&gone, PAR_E_DISCONNECTED, 0,
			 "the agent of the LPAR '%s' gave the command up", c->name);
		end_stream(s, gone);
		return 0;
	}
	if (!s->replied || !s->is_run)
		return par_fail(err, PAR_E_PROTOCOL, 0, "a frame of type %d before the answer",
				(int)f->type);
	if (f->type == PAR_FRAME_STDOUT || f->type == PAR_FRAME_STDERR)
		return on_data(s, f, err);
	if (f->type == PAR_FRAME_CREDIT)
		return on_credit(s, f, err);
	if (f->type == PAR_FRAME_EXIT)
		return on_exit_frame(s, f, err);
	return par_fail(err, PAR_E_PROTOCOL, 0, "a frame of type %d is not for lpard",
			(int)f->type);
}

static int on_frame(struct lpar_channel *c, const struct par_frame *f, uint64_t now_ms,
		    struct par_error **err)
{
	if (f->type == PAR_FRAME_HELLO)
		return on_hello(c, f, now_ms, err);
	c->heard = now_ms;
	c->pinged = false;
	if (f->type == PAR_FRAME_PONG)
		return 0;
	if (f->type == PAR_FRAME_PING) {
		if (lpar_channel_waiting(c) < PONG_MAX)
			lpar_channel_put(c, 0, PAR_FRAME_PONG, f->data, f->len);
		return 0;
	}
	return on_stream_frame(c, f, err);
}

/* All whole frames are taken: does a part of one remain? */
static void note_cut(struct lpar_channel *c, uint64_t now_ms)
{
	if (c->state != LPAR_CHANNEL_UP || !par_frame_reader_cut(&c->reader)) {
		c->cut_since = 0;
		return;
	}
	if (c->cut_since != 0)
		return;
	c->cut_since = now_ms;
	c->cut_look = now_ms + CUT_LOOK_MS;
}

/* A frame is unfinished for long: its agent may have died within it. */
static void look_into_cut(struct lpar_channel *c, uint64_t now_ms)
{
	auto_error err = NULL;

	if (par_frame_reader_hello_within(&c->reader)) {
		agent_is_here(c, now_ms);
		return;
	}
	c->cut_look = now_ms + CUT_LOOK_MS;
	if (now_ms < c->cut_since + CUT_LOST_MS)
		return;
	par_fail(&err, PAR_E_DISCONNECTED, 0, "the agent of the LPAR '%s' stopped within a frame",
		 c->name);
	restart(c, err, now_ms);
}

void lpar_channel_feed(struct lpar_channel *c, const void *data, size_t len, uint64_t now_ms)
{
	struct par_frame f;

	if (c->state == LPAR_CHANNEL_DOWN)
		return;
	if (par_frame_feed(&c->reader, data, len) < 0) {
		lpar_channel_disconnected(c, NULL);
		return;
	}
	while (c->state != LPAR_CHANNEL_DOWN) {
		auto_error err = NULL;
		int r = par_frame_next(&c->reader, &f, &err);

		if (r == 0) {
			note_cut(c, now_ms);
			return;
		}
		if (r > 0) {
			c->cut_since = 0;
			if (c->state == LPAR_CHANNEL_WAITING)
				c->heard = now_ms;
			r = on_frame(c, &f, now_ms, &err);
		}
		if (r < 0) {
			par_error_wrap(&err, "the agent of the LPAR '%s' broke the protocol",
				       c->name);
			restart(c, err, now_ms);
		}
	}
}

size_t lpar_channel_output(struct lpar_channel *c, const void **ret_data)
{
	*ret_data = c->out.data ? c->out.data + c->sent : NULL;
	return lpar_channel_waiting(c);
}

static struct lpar_stream *next_wanting(const struct lpar_channel *c)
{
	for (size_t i = 0; i < c->n_streams; i++) {
		if (c->streams[i]->wants_room)
			return c->streams[i];
	}
	return NULL;
}

void lpar_channel_sent(struct lpar_channel *c, size_t n)
{
	struct lpar_stream *s;

	c->sent += n > lpar_channel_waiting(c) ? lpar_channel_waiting(c) : n;
	if (c->sent > c->out.len / 2) {
		par_buf_drop(&c->out, c->sent);
		c->sent = 0;
	}
	while (lpar_channel_waiting(c) < OUT_LOW && (s = next_wanting(c)) != NULL) {
		s->wants_room = false;
		s->ops->writable(s, s->user);
	}
}

uint64_t lpar_channel_deadline(const struct lpar_channel *c)
{
	uint64_t silence = c->heard + (c->pinged ? PING_LOST_MS : PING_IDLE_MS);

	switch (c->state) {
	case LPAR_CHANNEL_DOWN:
		return UINT64_MAX;
	case LPAR_CHANNEL_WAITING:
		return c->hello_at;
	case LPAR_CHANNEL_UP:
		return c->cut_since && c->cut_look < silence ? c->cut_look : silence;
	}
	return UINT64_MAX;
}

void lpar_channel_tick(struct lpar_channel *c, uint64_t now_ms)
{
	auto_error err = NULL;

	if (now_ms < lpar_channel_deadline(c))
		return;
	if (c->state == LPAR_CHANNEL_WAITING) {
		if (c->pad || lpar_channel_waiting(c) == 0) {
			send_hello(c, now_ms);
		} else { /* nobody reads; the output that waits has a hello in it */
			c->hello_at = now_ms + c->hello_delay;
		}
		return;
	}
	if (c->cut_since && now_ms >= c->cut_look) {
		look_into_cut(c, now_ms);
		return;
	}
	if (!c->pinged) {
		c->pinged = true;
		lpar_channel_put(c, 0, PAR_FRAME_PING, NULL, 0);
		return;
	}
	par_fail(&err, PAR_E_DISCONNECTED, 0, "the agent of the LPAR '%s' does not answer any more",
		 c->name);
	restart(c, err, now_ms);
}
