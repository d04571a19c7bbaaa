/* SPDX-License-Identifier: Apache-2.0 */
/* channel_guest.h - a scripted guest at the other end of lpard's channel to an agent */
#pragma once

#include "harness.h"
#include "lpard/agent/channel.h"
#include "lpard/common/json.h"

#include <string.h>

static const uint8_t none[PAR_FRAME_NONCE] __attribute__((unused));

/* The guest's side: reads what the channel sends, as an agent would. */
struct guest {
	struct lpar_channel *c;
	struct par_frame_reader reader;
	struct par_buf to_lpard;
	uint8_t nonce[PAR_FRAME_NONCE];
	uint32_t tag;
	unsigned int hellos, opens, closes, pings, signals;
	uint32_t stream; /* of the last OPEN */
	uint64_t stdin_bytes;
	uint64_t now;
	unsigned int states; /* changes */
};

struct watch {
	bool replied, ended, exited;
	enum par_error_id error;
	char message[2048];
	uint64_t out_bytes;
	unsigned int credits, writable;
};

static void on_output(void *user)
{
	(void)user;
}

static void on_state(enum lpar_channel_state state, void *user)
{
	struct guest *g = user;

	(void)state;
	g->states++;
}

static const struct lpar_channel_ops ops
	__attribute__((unused)) = { .output = on_output, .state = on_state };

static void guest_take(struct guest *g, const struct par_frame *f)
{
	struct par_hello hello;

	if (f->type == PAR_FRAME_HELLO) {
		ck_assert_int_eq(par_frame_get_hello(f, &hello, NULL), 0);
		memcpy(g->nonce, hello.nonce, sizeof(g->nonce));
		g->tag = par_frame_nonce_tag(g->nonce);
		par_frame_reader_sync(&g->reader, g->tag);
		g->hellos++;
	}
	if (f->type == PAR_FRAME_OPEN) {
		g->opens++;
		g->stream = f->stream;
	}
	g->closes += f->type == PAR_FRAME_CLOSE;
	g->pings += f->type == PAR_FRAME_PING;
	g->signals += f->type == PAR_FRAME_SIGNAL;
	if (f->type == PAR_FRAME_STDIN)
		g->stdin_bytes += f->len;
}

/* The guest reads all that waits. */
static void guest_read(struct guest *g)
{
	const void *data;
	size_t len;

	while ((len = lpar_channel_output(g->c, &data)) > 0) {
		struct par_frame f;
		int r;

		len = len > 65536 ? 65536 : len;
		ck_assert_int_eq(par_frame_feed(&g->reader, data, len), 0);
		while ((r = par_frame_next(&g->reader, &f, NULL)) == 1)
			guest_take(g, &f);
		if (r < 0)
			par_frame_reader_lost(&g->reader);
		lpar_channel_sent(g->c, len);
	}
}

static void guest_say(struct guest *g)
{
	lpar_channel_feed(g->c, g->to_lpard.data, g->to_lpard.len, g->now);
	par_buf_clear(&g->to_lpard);
}

static void guest_put(struct guest *g, uint32_t stream, enum par_frame_type type, const void *data,
		      size_t len)
{
	ck_assert_int_eq(par_frame_put(&g->to_lpard, g->tag, stream, type, data, len), 0);
}

static void guest_init(struct guest *g)
{
	*g = (struct guest){ .now = 1000000 };
	par_frame_reader_init(&g->reader, false);
	ck_assert_int_eq(lpar_channel_new(&g->c, "lpar01", &ops, g, NULL), 0);
	lpar_channel_connected(g->c, g->now);
}

static void guest_up(struct guest *g)
{
	guest_init(g);
	guest_read(g);
	par_frame_put_hello(&g->to_lpard, g->nonce, "{\"agent\":\"9\",\"page_size\":4096}");
	guest_say(g);
	ck_assert_int_eq(lpar_channel_state(g->c), LPAR_CHANNEL_UP);
}

static void guest_done(struct guest *g)
{
	lpar_channel_free(&g->c);
	par_frame_reader_done(&g->reader);
	par_buf_done(&g->to_lpard);
}

static void on_replied(struct lpar_stream *s, struct json_object *parameters, void *user)
{
	struct watch *w = user;

	(void)s;
	(void)parameters;
	w->replied = true;
}

static void on_frame(struct lpar_stream *s, const struct par_frame *f, void *user)
{
	struct watch *w = user;

	(void)s;
	w->exited |= f->type == PAR_FRAME_EXIT;
	w->credits += f->type == PAR_FRAME_CREDIT;
	if (f->type == PAR_FRAME_STDOUT || f->type == PAR_FRAME_STDERR)
		w->out_bytes += f->len;
}

static void on_writable(struct lpar_stream *s, void *user)
{
	struct watch *w = user;

	(void)s;
	w->writable++;
}

static void on_ended(struct lpar_stream *s, const struct par_error *err, void *user)
{
	struct watch *w = user;

	(void)s;
	w->ended = true;
	if (!err)
		return;
	w->error = err->id;
	snprintf(w->message, sizeof(w->message), "%s", err->msg);
}

static const struct lpar_stream_ops stream_ops __attribute__((unused)) = {
	.replied = on_replied,
	.frame = on_frame,
	.writable = on_writable,
	.ended = on_ended,
};

static inline struct lpar_stream *open_run(struct guest *g, struct watch *w, bool answered)
{
	struct lpar_stream *s;

	*w = (struct watch){ 0 };
	ck_assert_int_eq(
		lpar_stream_open(g->c, "org.lpard.agent.Run", NULL, &stream_ops, w, &s, NULL), 0);
	guest_read(g);
	if (answered) {
		guest_put(g, g->stream, PAR_FRAME_REPLY, "{\"parameters\":{}}", 17);
		guest_say(g);
		ck_assert(w->replied);
	}
	return s;
}
