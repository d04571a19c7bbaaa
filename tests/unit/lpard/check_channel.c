/* SPDX-License-Identifier: Apache-2.0 */
/* lpard's end of the channel: hello, calls, silence, limits; and a client's run. */
#include "channel_guest.h"
#include "lpard/agent/command.h"

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

/* An agent is asked again for what it said in its hello; a lie harms no more than there. */
START_TEST(test_facts_anew)
{
	auto_json facts = json_object_new_object();
	struct guest g;

	guest_up(&g);
	par_json_put_string(facts, "ipaddr", "192.0.2.7");
	par_json_put_string(facts, "os_version", "13\n\033[2J");
	lpar_channel_facts(g.c, facts);
	ck_assert_str_eq(lpar_channel_info(g.c)->ipaddr, "192.0.2.7");
	ck_assert_ptr_null(strchr(lpar_channel_info(g.c)->os_version, '\033'));
	par_json_put_string(facts, "ipaddr", "192.0.2.7,state=Error");
	lpar_channel_facts(g.c, facts);
	ck_assert_str_eq(lpar_channel_info(g.c)->ipaddr, "");
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
	tcase_add_test(tc, test_facts_anew);
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
