/* SPDX-License-Identifier: Apache-2.0 */
/* lpard's end of the channel against guests that lie, flood, hang or die within a frame. */
#include "channel_guest.h"

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

static Suite *channel_hostile_suite(void)
{
	Suite *suite = suite_create("channel hostile");
	TCase *tc = tcase_create("channel hostile");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, test_lies, 0, (int)PAR_ARRAY_SIZE(lies));
	tcase_add_test(tc, test_output_beyond_credit);
	tcase_add_test(tc, test_floods);
	tcase_add_test(tc, test_agent_restarts);
	tcase_add_loop_test(tc, test_agent_dies_within_a_frame, 0, CUT_WAYS);
	tcase_add_test(tc, test_frame_never_ends);
	tcase_add_test(tc, test_hostile_message);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(channel_hostile_suite)
