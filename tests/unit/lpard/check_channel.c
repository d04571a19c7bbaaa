/* SPDX-License-Identifier: Apache-2.0 */
/* lpard's end of the channel against a scripted, often hostile, guest; and a client's run. */
/* size: one scripted guest serves all cases */
#include "harness.h"
#include "lpard/common/json.h"
#include "lpard/agent/channel.h"
#include "lpard/agent/command.h"

#include <string.h>

static const uint8_t none[PAR_FRAME_NONCE];

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

static const struct lpar_channel_ops ops = { .output = on_output, .state = on_state };

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

static const struct lpar_stream_ops stream_ops = {
	.replied = on_replied,
	.frame = on_frame,
	.writable = on_writable,
	.ended = on_ended,
};

static struct lpar_stream *open_run(struct guest *g, struct watch *w, bool answered)
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

START_TEST(test_hello)
{
	struct guest g;
	auto_error err = NULL;
	struct lpar_stream *s;

	guest_init(&g);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_WAITING);
	ck_assert_ptr_null(lpar_channel_info(g.c));
	ck_assert_int_lt(lpar_stream_open(g.c, "x", NULL, &stream_ops, NULL, &s, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_DISCONNECTED);
	ck_assert_str_eq(err->msg, "no agent answers in the LPAR 'lpar01'");
	guest_read(&g);
	ck_assert_uint_eq(g.hellos, 1);
	/* Old bytes, an answer to another hello, then the right one in two pieces. */
	par_buf_puts(&g.to_lpard, "\n\nlogin: ");
	par_frame_put(&g.to_lpard, 5, 7, PAR_FRAME_STDOUT, "old", 3);
	par_frame_put_hello(&g.to_lpard, (const uint8_t *)"0123456789abcdef", "{}");
	guest_say(&g);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_WAITING);
	par_frame_put_hello(
		&g.to_lpard, g.nonce,
		"{\"agent\":\"1\",\"os_name\":\"a\\u001b[31mb\\u00e9\",\"page_size\":65536,"
		"\"ipaddr\":\"10.0.0.1,state=Running\"}");
	lpar_channel_feed(g.c, g.to_lpard.data, 20, g.now);
	par_buf_drop(&g.to_lpard, 20);
	guest_say(&g);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_UP);
	ck_assert_str_eq(lpar_channel_info(g.c)->os_name, "a?[31mb\xc3\xa9");
	ck_assert_uint_eq(lpar_channel_info(g.c)->page_size, 65536);
	/* Only an address is one: listings show it as rmc_ipaddr. */
	ck_assert_str_eq(lpar_channel_info(g.c)->ipaddr, "");
	guest_done(&g);
}
END_TEST

START_TEST(test_hello_is_repeated)
{
	struct guest g;
	uint64_t last = 0;

	guest_init(&g);
	guest_read(&g);
	for (int i = 0; i < 20; i++) { /* while it boots: less and less often */
		uint64_t next = lpar_channel_deadline(g.c);

		ck_assert_uint_gt(next, g.now);
		ck_assert_uint_le(next - g.now, 30000);
		ck_assert_uint_ge(next - g.now, last);
		last = next - g.now;
		g.now = next;
		lpar_channel_tick(g.c, g.now);
		guest_read(&g);
	}
	ck_assert_uint_eq(g.hellos, 21);
	/* A port that nobody reads gets no second one. */
	g.now = lpar_channel_deadline(g.c);
	lpar_channel_tick(g.c, g.now);
	for (int i = 0; i < 100; i++) {
		const void *data;

		g.now = lpar_channel_deadline(g.c);
		lpar_channel_tick(g.c, g.now);
		ck_assert_uint_lt(lpar_channel_output(g.c, &data), 100);
	}
	/* The agent starts and says so: at once. */
	guest_read(&g);
	g.hellos = 0;
	g.now += 1000;
	par_frame_put_hello(&g.to_lpard, none, "{}");
	guest_say(&g);
	guest_read(&g);
	ck_assert_uint_eq(g.hellos, 1);
	/* The same answer twice is one. */
	par_frame_put_hello(&g.to_lpard, g.nonce, "{}");
	par_frame_put_hello(&g.to_lpard, g.nonce, "{}");
	guest_say(&g);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_UP);
	guest_done(&g);
}
END_TEST

START_TEST(test_stream)
{
	struct guest g;
	struct watch w;
	struct par_frame f = { .type = PAR_FRAME_STDIN, .data = (const uint8_t *)"abc", .len = 3 };
	struct lpar_stream *s;

	guest_up(&g);
	s = open_run(&g, &w, true);
	ck_assert_int_eq(lpar_stream_send(s, &f, NULL), 0);
	guest_read(&g);
	ck_assert_uint_eq(g.stdin_bytes, 3);
	guest_put(&g, g.stream, PAR_FRAME_STDOUT, "hello", 5);
	guest_put(&g, g.stream, PAR_FRAME_STDERR, "x", 1);
	par_frame_put_credit(&g.to_lpard, g.tag, g.stream, 19);
	guest_put(&g, g.stream, PAR_FRAME_EXIT, "\0\7", 2);
	guest_put(&g, g.stream, PAR_FRAME_STDOUT, "late", 4); /* ignored */
	guest_say(&g);
	ck_assert(w.ended && w.exited && w.error == 0 && w.message[0] == '\0');
	ck_assert_uint_eq(w.out_bytes, 6);
	ck_assert_uint_eq(w.credits, 1);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_UP);
	guest_done(&g);
}
END_TEST

START_TEST(test_calls)
{
	static const char error[] = "{\"error\":\"org.lpard.NotFound\",\"parameters\":"
				    "{\"message\":\"no\\nsuch\"}}";
	struct lpar_stream *s;
	struct watch w = { 0 };
	struct guest g;

	guest_up(&g);
	ck_assert_int_eq(
		lpar_stream_open(g.c, "org.lpard.agent.Info", NULL, &stream_ops, &w, &s, NULL), 0);
	guest_read(&g);
	guest_put(&g, g.stream, PAR_FRAME_REPLY, "{\"parameters\":{\"a\":1}}", 22);
	guest_say(&g);
	ck_assert(w.replied && w.ended && w.message[0] == '\0'); /* no Run: the reply ends it */
	open_run(&g, &w, false);
	guest_put(&g, g.stream, PAR_FRAME_ERROR, error, strlen(error));
	guest_say(&g);
	ck_assert(!w.replied && w.ended);
	ck_assert_int_eq(w.error, PAR_E_NOT_FOUND);
	ck_assert_str_eq(w.message, "no such");
	open_run(&g, &w, true);
	guest_put(&g, g.stream, PAR_FRAME_CLOSE, NULL, 0);
	guest_say(&g);
	ck_assert_int_eq(w.error, PAR_E_DISCONNECTED);
	guest_done(&g);
}
END_TEST

/* What a hostile guest may try on an open stream: each ends the session, with a clear error. */
static const struct {
	enum par_frame_type type;
	uint32_t stream; /* 0: the open one */
	const char *data;
	size_t len;
} lies[] = {
	{ PAR_FRAME_OPEN, 0, "{}", 2 },
	{ PAR_FRAME_STDIN, 0, "x", 1 },
	{ PAR_FRAME_EOF, 0, NULL, 0 },
	{ PAR_FRAME_SIGNAL, 0, "\1", 1 },
	{ PAR_FRAME_WINCH, 0, "\0\1\0\1", 4 },
	{ PAR_FRAME_REPLY, 0, "{}", 2 },
	{ PAR_FRAME_ERROR, 0, "{}", 2 },
	{ PAR_FRAME_CREDIT, 0, "\0\0\0\0", 4 },
	{ PAR_FRAME_CREDIT, 0, "\0\0\0\1", 4 }, /* more than the window */
	{ PAR_FRAME_CREDIT, 0, "\377\377\377\377", 4 },
	{ PAR_FRAME_EXIT, 0, "\2\0", 2 },
	{ PAR_FRAME_EXIT, 0, "\1\377", 2 },
	{ PAR_FRAME_STDOUT, 77, "x", 1 }, /* never opened */
	{ PAR_FRAME_EXIT, 0xffffffff, "\0\0", 2 },
};

START_TEST(test_lies)
{
	struct guest g;
	struct watch w;

	guest_up(&g);
	open_run(&g, &w, true);
	guest_put(&g, lies[_i].stream ? lies[_i].stream : g.stream, lies[_i].type, lies[_i].data,
		  lies[_i].len);
	guest_say(&g);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_WAITING);
	ck_assert(w.ended);
	ck_assert_int_eq(w.error, PAR_E_PROTOCOL);
	ck_assert_ptr_nonnull(
		strstr(w.message, "the agent of the LPAR 'lpar01' broke the protocol"));
	/* And a new hello follows, by which an honest agent comes back. */
	g.now += 2000;
	lpar_channel_tick(g.c, g.now);
	guest_read(&g);
	ck_assert_uint_eq(g.hellos, 2);
	par_frame_put_hello(&g.to_lpard, g.nonce, "{}");
	guest_say(&g);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_UP);
	guest_done(&g);
}
END_TEST

START_TEST(test_output_beyond_credit)
{
	static char data[60000];
	struct guest g;
	struct watch w;

	guest_up(&g);
	open_run(&g, &w, true);
	for (int i = 0; i < 5; i++) {
		ck_assert(!w.ended);
		guest_put(&g, g.stream, PAR_FRAME_STDOUT, data, sizeof(data));
		guest_say(&g);
	}
	ck_assert(w.ended);
	ck_assert_int_eq(w.error, PAR_E_PROTOCOL);
	ck_assert_uint_le(w.out_bytes, PAR_FRAME_WINDOW);
	guest_done(&g);
}
END_TEST

/* Floods of every kind: output and memory stay small. */
START_TEST(test_floods)
{
	static char garbage[65536];
	const void *data;
	struct guest g;
	struct watch w;

	guest_up(&g);
	for (int i = 0; i < 100000; i++)
		guest_put(&g, 0, PAR_FRAME_PING, "12345678", 8);
	for (size_t at = 0; at < g.to_lpard.len; at += 65536)
		lpar_channel_feed(g.c, g.to_lpard.data + at,
				  g.to_lpard.len - at < 65536 ? g.to_lpard.len - at : 65536, g.now);
	par_buf_clear(&g.to_lpard);
	ck_assert_uint_lt(lpar_channel_output(g.c, &data), 100000);
	memset(garbage, 'g', sizeof(garbage));
	for (int i = 0; i < 1000; i++)
		lpar_channel_feed(g.c, garbage, sizeof(garbage), g.now);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_WAITING);
	ck_assert_uint_lt(lpar_channel_output(g.c, &data), 200000);
	/* Up, "restarted", up, … as fast as it can: hellos do not come faster than one a second. */
	g.hellos = 0;
	for (int i = 0; i < 1000; i++) {
		guest_read(&g);
		par_frame_put_hello(&g.to_lpard, g.nonce, "{}");
		par_frame_put_hello(&g.to_lpard, none, "{}");
		g.now += 10;
		guest_say(&g);
		lpar_channel_tick(g.c, g.now);
	}
	ck_assert_uint_le(g.hellos, 120);
	(void)w;
	guest_done(&g);
}
END_TEST

START_TEST(test_agent_restarts)
{
	struct guest g;
	struct watch w;

	guest_up(&g);
	open_run(&g, &w, true);
	g.now += 5000;
	par_frame_put_hello(&g.to_lpard, none, "{}");
	guest_say(&g);
	ck_assert(w.ended);
	ck_assert_int_eq(w.error, PAR_E_DISCONNECTED);
	ck_assert_str_eq(w.message, "the agent of the LPAR 'lpar01' was restarted");
	guest_read(&g);
	ck_assert_uint_eq(g.hellos, 2);
	guest_done(&g);
}
END_TEST

/* An agent dies in the middle of its output; how the next one says that it is here. */
enum { WITH_PAD, WITH_PAD_IN_HEADER, WITHOUT_PAD, CUT_WAYS };

START_TEST(test_agent_dies_within_a_frame)
{
	static char data[20000];
	struct guest g;
	struct watch w;

	guest_up(&g);
	open_run(&g, &w, true);
	guest_put(&g, g.stream, PAR_FRAME_STDOUT, data, sizeof(data));
	par_frame_put(&g.to_lpard, g.tag, g.stream, PAR_FRAME_STDOUT, data, sizeof(data));
	g.to_lpard.len -= _i == WITH_PAD_IN_HEADER ? sizeof(data) + 10 : 10000;
	g.now += 5000;
	guest_say(&g);
	ck_assert(!w.ended);
	if (_i != WITHOUT_PAD)
		par_frame_put_pad(&g.to_lpard);
	par_frame_put_hello(&g.to_lpard, none, "{}");
	guest_say(&g);
	if (_i == WITHOUT_PAD) { /* an agent of before: soon all the same */
		ck_assert(!w.ended);
		ck_assert_uint_le(lpar_channel_deadline(g.c), g.now + 2000);
		g.now = lpar_channel_deadline(g.c);
		lpar_channel_tick(g.c, g.now);
	}
	ck_assert(w.ended);
	ck_assert_int_eq(w.error, PAR_E_DISCONNECTED);
	ck_assert_str_eq(w.message, "the agent of the LPAR 'lpar01' was restarted");
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_WAITING);
	/* The new agent is answered and serves. */
	g.now += 1000;
	lpar_channel_tick(g.c, g.now);
	guest_read(&g);
	par_frame_put_hello(&g.to_lpard, g.nonce, "{}");
	guest_say(&g);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_UP);
	guest_done(&g);
}
END_TEST

/* A guest that begins a frame and never ends it: its bytes alone do not keep the session. */
START_TEST(test_frame_never_ends)
{
	struct guest g;
	struct watch w;

	guest_up(&g);
	open_run(&g, &w, true);
	par_frame_put(&g.to_lpard, g.tag, g.stream, PAR_FRAME_STDOUT, "0123456789", 10);
	g.to_lpard.len -= 8;
	guest_say(&g);
	for (int i = 0; i < 20 && !w.ended; i++) {
		ck_assert_uint_le(lpar_channel_deadline(g.c), g.now + 2000);
		g.now = lpar_channel_deadline(g.c);
		lpar_channel_tick(g.c, g.now);
	}
	ck_assert(w.ended);
	ck_assert_str_eq(w.message, "the agent of the LPAR 'lpar01' stopped within a frame");
	guest_done(&g);
}
END_TEST

/* What an agent says goes to an operator's terminal: filtered, and not 16 KB of it. */
START_TEST(test_hostile_message)
{
	static const char attack[] = "\xc2\x9b"
				     "2J\xe2\x80\xae\xe2\x80\xa8";
	static char long_text[16001];
	auto_json o = json_object_new_object();
	struct guest g;
	struct watch w;
	const char *text;

	memset(long_text, 'm', sizeof(long_text) - 1);
	memcpy(long_text, attack, sizeof(attack) - 1);
	guest_up(&g);
	open_run(&g, &w, false);
	par_json_put_string(o, "error", "org.lpard.NotFound");
	par_json_put(o, "parameters", json_object_new_object());
	par_json_put_string(json_object_object_get(o, "parameters"), "message", long_text);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	guest_put(&g, g.stream, PAR_FRAME_ERROR, text, strlen(text));
	guest_say(&g);
	ck_assert(w.ended);
	ck_assert_uint_eq(strlen(w.message), 1000);
	ck_assert(strncmp(w.message, "?2J??mmm", 8) == 0);
	ck_assert_str_eq(w.message + 997, "...");
	guest_done(&g);
}
END_TEST

START_TEST(test_silence)
{
	struct guest g;
	struct watch w;
	const void *output;

	guest_up(&g);
	open_run(&g, &w, true);
	g.now = lpar_channel_deadline(g.c);
	lpar_channel_tick(g.c, g.now);
	guest_read(&g);
	ck_assert_uint_eq(g.pings, 1);
	guest_put(&g, 0, PAR_FRAME_PONG, NULL, 0);
	guest_say(&g);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_UP);
	g.now = lpar_channel_deadline(g.c);
	lpar_channel_tick(g.c, g.now);
	ck_assert(!w.ended);
	guest_read(&g);
	g.now = lpar_channel_deadline(g.c);
	lpar_channel_tick(g.c, g.now);
	ck_assert(w.ended);
	ck_assert_str_eq(w.message, "the agent of the LPAR 'lpar01' does not answer any more");
	/* No frame was cut: a guest that hangs gets no 64 KiB to fill one up. */
	ck_assert_uint_lt(lpar_channel_output(g.c, &output), 1024);
	guest_done(&g);
}
END_TEST

START_TEST(test_disconnected)
{
	struct guest g;
	struct watch w[3];

	guest_up(&g);
	for (int i = 0; i < 3; i++)
		open_run(&g, &w[i], i != 1);
	lpar_channel_rename(g.c, "web");
	lpar_channel_disconnected(g.c, NULL);
	for (int i = 0; i < 3; i++) {
		ck_assert(w[i].ended);
		ck_assert_int_eq(w[i].error, PAR_E_DISCONNECTED);
		/* By the name that it has then. */
		ck_assert_str_eq(w[i].message, "the LPAR 'web' went away");
	}
	ck_assert_uint_eq(lpar_channel_deadline(g.c), UINT64_MAX);
	guest_done(&g);
}
END_TEST

START_TEST(test_limits)
{
	struct watch w[PAR_FRAME_STREAMS + 1];
	struct lpar_stream *s[PAR_FRAME_STREAMS + 1];
	auto_json huge = json_object_new_object();
	static char text[70000];
	auto_error err = NULL;
	struct guest g;

	guest_up(&g);
	memset(text, 'x', sizeof(text) - 1);
	json_object_object_add(huge, "x", json_object_new_string(text));
	ck_assert_int_eq(
		lpar_stream_open(g.c, "org.lpard.agent.Run", huge, &stream_ops, w, s, &err),
		-E2BIG);
	for (unsigned int i = 0; i < PAR_FRAME_STREAMS; i++)
		s[i] = open_run(&g, &w[i], true);
	ck_assert_int_lt(lpar_stream_open(g.c, "org.lpard.agent.Run", NULL, &stream_ops, w,
					  &s[PAR_FRAME_STREAMS], &err),
			 0);
	ck_assert_int_eq(err->id, PAR_E_NO_RESOURCES);
	for (unsigned int i = 0; i < PAR_FRAME_STREAMS; i++)
		lpar_stream_close(s[i]);
	guest_read(&g);
	ck_assert_uint_eq(g.closes, PAR_FRAME_STREAMS);
	open_run(&g, &w[0], true);
	guest_done(&g);
}
END_TEST

/* A guest that does not read: clients are stopped, nothing piles up, and it goes on. */
START_TEST(test_guest_does_not_read)
{
	static uint8_t data[PAR_FRAME_MAX];
	struct par_frame f = { .type = PAR_FRAME_STDIN, .data = data, .len = 60000 };
	struct watch w[20];
	struct lpar_stream *s[20];
	const void *out;
	struct guest g;
	int blocked = 0;

	guest_up(&g);
	for (int i = 0; i < 20; i++)
		s[i] = open_run(&g, &w[i], true);
	for (int i = 0; i < 20; i++) {
		int r = 0;

		for (int n = 0; n < 4 && r == 0; n++)
			r = lpar_stream_send(s[i], &f, NULL);
		blocked += r == -EAGAIN;
	}
	ck_assert_int_gt(blocked, 10);
	ck_assert_uint_lt(lpar_channel_output(g.c, &out), 1200000);
	guest_read(&g);
	for (int i = 0, told = 0; i < 20; i++) {
		told += w[i].writable == 1;
		if (i == 19)
			ck_assert_int_eq(told, blocked);
	}
	/* A client beyond its credit is told so; the channel is not touched by it. */
	for (int n = 0; n < 4; n++)
		lpar_stream_send(s[19], &f, NULL);
	ck_assert_int_eq(lpar_stream_send(s[19], &f, NULL), -EPROTO);
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_UP);
	guest_done(&g);
}
END_TEST

struct client {
	bool replied;
	enum par_error_id error;
	unsigned int changed;
};

static void run_replied(struct lpar_command *r, const struct par_error *err, void *user)
{
	struct client *c = user;

	(void)r;
	c->replied = true;
	c->error = err ? err->id : PAR_E_COUNT;
}

static void run_changed(struct lpar_command *r, void *user)
{
	struct client *c = user;

	(void)r;
	c->changed++;
}

static const struct lpar_command_ops run_ops = { .replied = run_replied, .changed = run_changed };

static int client_next(struct lpar_command *r, struct par_frame_reader *reader, struct par_frame *f)
{
	const void *data;
	size_t len = lpar_command_output(r, &data);

	if (len > 0)
		par_frame_feed(reader, data, len);
	lpar_command_sent(r, len);
	return par_frame_next(reader, f, NULL);
}

START_TEST(test_run)
{
	struct par_frame_reader reader;
	auto_buf b = { 0 };
	struct client c = { 0 };
	struct lpar_command *r;
	struct par_frame f;
	struct guest g;

	par_frame_reader_init(&reader, true);
	guest_up(&g);
	ck_assert_int_eq(lpar_command_new(&r, g.c, NULL, &run_ops, &c, NULL), 0);
	guest_read(&g);
	guest_put(&g, g.stream, PAR_FRAME_REPLY, "{\"parameters\":{}}", 17);
	guest_put(&g, g.stream, PAR_FRAME_STDOUT, "hi", 2);
	par_frame_put(&b, 0, 1, PAR_FRAME_STDIN, "in", 2);
	par_frame_put(&b, 0, 1, PAR_FRAME_SIGNAL, "\2", 1);
	lpar_command_feed(r, b.data, b.len);
	guest_say(&g);
	guest_read(&g);
	ck_assert_uint_eq(g.stdin_bytes, 2);
	ck_assert_uint_eq(g.signals, 1);
	ck_assert(c.replied && c.error == PAR_E_COUNT && !lpar_command_done(r));
	ck_assert_int_eq(client_next(r, &reader, &f), 1);
	ck_assert_int_eq(f.type, PAR_FRAME_STDOUT);
	ck_assert_uint_eq(f.stream, 1);
	/* The LPAR goes away: an ERROR frame. */
	lpar_channel_disconnected(g.c, NULL);
	ck_assert(lpar_command_done(r));
	ck_assert_int_eq(client_next(r, &reader, &f), 1);
	ck_assert_int_eq(f.type, PAR_FRAME_ERROR);
	ck_assert_ptr_nonnull(memmem(f.data, f.len, "went away", 9));
	lpar_command_free(&r);
	par_frame_reader_done(&reader);
	guest_done(&g);
}
END_TEST

START_TEST(test_run_client_breaks_the_rules)
{
	static const struct {
		uint32_t stream;
		enum par_frame_type type;
	} bad[] = { { 2, PAR_FRAME_EOF }, { 1, PAR_FRAME_CLOSE }, { 1, PAR_FRAME_OPEN } };
	struct client c = { 0 };
	struct lpar_command *r;
	auto_buf b = { 0 };
	struct guest g;

	guest_up(&g);
	ck_assert_int_eq(lpar_command_new(&r, g.c, NULL, &run_ops, &c, NULL), 0);
	guest_read(&g);
	guest_put(&g, g.stream, PAR_FRAME_REPLY, "{\"parameters\":{}}", 17);
	guest_say(&g);
	if (_i < 3)
		par_frame_put(&b, 0, bad[_i].stream, bad[_i].type, "{}",
			      bad[_i].type == PAR_FRAME_OPEN ? 2 : 0);
	else
		par_buf_puts(&b, "GET / HTTP/1.0\r\n\r\n");
	lpar_command_feed(r, b.data, b.len);
	ck_assert(lpar_command_done(r));
	guest_read(&g);
	ck_assert_uint_eq(g.closes, 1); /* its command is killed, the channel stays */
	ck_assert_int_eq(lpar_channel_state(g.c), LPAR_CHANNEL_UP);
	lpar_command_free(&r);
	guest_done(&g);
}
END_TEST

static Suite *channel_suite(void)
{
	Suite *suite = suite_create("channel");
	TCase *tc = tcase_create("channel");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, test_hello);
	tcase_add_test(tc, test_hello_is_repeated);
	tcase_add_test(tc, test_stream);
	tcase_add_test(tc, test_calls);
	tcase_add_loop_test(tc, test_lies, 0, (int)PAR_ARRAY_SIZE(lies));
	tcase_add_test(tc, test_output_beyond_credit);
	tcase_add_test(tc, test_floods);
	tcase_add_test(tc, test_agent_restarts);
	tcase_add_loop_test(tc, test_agent_dies_within_a_frame, 0, CUT_WAYS);
	tcase_add_test(tc, test_frame_never_ends);
	tcase_add_test(tc, test_hostile_message);
	tcase_add_test(tc, test_silence);
	tcase_add_test(tc, test_disconnected);
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_guest_does_not_read);
	tcase_add_test(tc, test_run);
	tcase_add_loop_test(tc, test_run_client_breaks_the_rules, 0, 4);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(channel_suite)
