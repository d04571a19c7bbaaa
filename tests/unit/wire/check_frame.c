/* SPDX-License-Identifier: Apache-2.0 */
/* Frames: what is written is read, what is broken is refused, out of step finds the hello. */
#include "harness.h"
#include "lpard/wire/frame.h"

#include <string.h>
#include <sys/wait.h>

static const uint8_t nonce[PAR_FRAME_NONCE] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

/* Feeds everything in pieces of @step and returns the number of frames, or a negative errno. */
static int read_all(struct par_frame_reader *r, const struct par_buf *b, size_t step,
		    struct par_frame *last)
{
	int frames = 0;

	for (size_t at = 0; at < b->len; at += step) {
		size_t len = b->len - at < step ? b->len - at : step;
		int got;

		ck_assert_int_eq(par_frame_feed(r, b->data + at, len), 0);
		while ((got = par_frame_next(r, last, NULL)) == 1)
			frames++;
		if (got < 0)
			return got;
	}
	return frames;
}

START_TEST(test_round_trip)
{
	auto_buf b = { 0 };
	struct par_frame_reader r;
	struct par_frame f;
	uint16_t rows, columns;
	uint32_t credit;
	bool killed;
	int value;

	par_frame_put(&b, 7, 1, PAR_FRAME_STDOUT, "hello", 5);
	par_frame_put_credit(&b, 7, 2, 0x12345678);
	par_frame_put_winch(&b, 7, 3, 300, 1000);
	par_frame_put_exit(&b, 7, 4, W_EXITCODE(0, 9));
	par_frame_put_exit(&b, 7, 5, W_EXITCODE(200, 0));
	par_frame_put(&b, 7, 0xffffffff, PAR_FRAME_SIGNAL, "\x02", 1);
	ck_assert(!b.failed);

	par_frame_reader_init(&r, true);
	par_frame_reader_sync(&r, 7);
	ck_assert_int_eq(par_frame_feed(&r, b.data, b.len), 0);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), 1);
	ck_assert_int_eq(f.type, PAR_FRAME_STDOUT);
	ck_assert_uint_eq(f.stream, 1);
	ck_assert_mem_eq(f.data, "hello", 5);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), 1);
	ck_assert_int_eq(par_frame_get_credit(&f, &credit, NULL), 0);
	ck_assert_uint_eq(credit, 0x12345678);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), 1);
	ck_assert_int_eq(par_frame_get_winch(&f, &rows, &columns, NULL), 0);
	ck_assert_uint_eq(rows, 300);
	ck_assert_uint_eq(columns, 1000);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), 1);
	ck_assert_int_eq(par_frame_get_exit(&f, &killed, &value, NULL), 0);
	ck_assert(killed);
	ck_assert_int_eq(value, 9);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), 1);
	ck_assert_int_eq(par_frame_get_exit(&f, &killed, &value, NULL), 0);
	ck_assert(!killed);
	ck_assert_int_eq(value, 200);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), 1);
	ck_assert_int_eq(par_frame_get_signal(&f, &value, NULL), 0);
	ck_assert_int_eq(value, 2);
	ck_assert_uint_eq(f.stream, 0xffffffff);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), 0);
	par_frame_reader_done(&r);
}
END_TEST

START_TEST(test_pieces)
{
	static char data[PAR_FRAME_MAX];
	auto_buf b = { 0 };

	memset(data, 'x', sizeof(data));
	for (int i = 0; i < 4; i++) {
		par_frame_put(&b, 0, 1, PAR_FRAME_STDIN, data, sizeof(data) - (size_t)i);
		par_frame_put(&b, 0, 1, PAR_FRAME_EOF, NULL, 0);
	}
	for (size_t step = 1; step < 200000; step = step * 5 + 2) {
		struct par_frame_reader r;
		struct par_frame f;

		par_frame_reader_init(&r, true);
		ck_assert_int_eq(read_all(&r, &b, step, &f), 8);
		par_frame_reader_done(&r);
	}
}
END_TEST

START_TEST(test_too_large)
{
	static char data[PAR_FRAME_MAX + 1];
	struct par_frame_reader r;
	auto_buf b = { 0 };

	ck_assert_int_eq(par_frame_put(&b, 0, 1, PAR_FRAME_STDIN, data, sizeof(data)), -E2BIG);
	ck_assert_int_eq(par_frame_put(&b, 0, 1, PAR_FRAME_EOF, data, 1), -E2BIG);
	ck_assert_uint_eq(b.len, 0);
	par_frame_reader_init(&r, true);
	ck_assert_int_eq(par_frame_feed(&r, data, (1u << 20) + 1), -E2BIG);
	par_frame_reader_done(&r);
}
END_TEST

/* stream, type, zeros, length: one thing wrong each */
static const struct {
	const char *bytes;
	bool good;
} headers[] = {
	{ "\0\0\0\1\6\0\0\0\0\0\0\1x\0\0\0\0", true },
	{ "\0\0\0\1\0\0\0\0\0\0\0\1x\0\0\0\0", false },	 /* type 0 */
	{ "\0\0\0\1\20\0\0\0\0\0\0\1x\0\0\0\0", false }, /* type 16 */
	{ "\0\0\0\1\6\0\0\1\0\0\0\1x\0\0\0\0", false },	 /* not zero */
	{ "\0\0\0\1\6\0\0\0\0\1\0\1x\0\0\0\0", false },	 /* 65537 */
	{ "\0\0\0\1\6\0\0\0\377\377\377\377x\0\0\0\0", false },
	{ "\0\0\0\1\6\0\0\0\0\0\0\0\0\0\0\0\0", false }, /* empty data */
	{ "\0\0\0\0\6\0\0\0\0\0\0\1x\0\0\0\0", false },	 /* data on stream 0 */
	{ "\0\0\0\1\16\0\0\0\0\0\0\1x\0\0\0\0", false }, /* a ping on stream 1 */
	{ "\0\0\0\1\10\0\0\0\0\0\0\1x\0\0\0\0", false }, /* EOF with data */
	{ "\0\0\0\1\6\0\0\0\0\0\0\1x\0\0\0\1", false },	 /* tag */
	{ "\0\0\0\0\1\0\0\0\0\0\0\1x\0\0\0\0", false },	 /* a short hello */
};

START_TEST(test_header)
{
	struct par_frame_reader r;
	struct par_frame f;
	auto_error err = NULL;

	par_frame_reader_init(&r, true);
	par_frame_feed(&r, headers[_i].bytes, 17);
	if (headers[_i].good) {
		ck_assert_int_eq(par_frame_next(&r, &f, &err), 1);
	} else {
		ck_assert_int_eq(par_frame_next(&r, &f, &err), -EPROTO);
		ck_assert_int_eq(err->id, PAR_E_PROTOCOL);
	}
	par_frame_reader_done(&r);
}
END_TEST

START_TEST(test_payloads)
{
	struct par_frame f = { .type = PAR_FRAME_CREDIT, .data = (const uint8_t *)"\0\0\0\0\0" };
	struct par_hello hello;
	uint16_t rows, columns;
	uint32_t credit;
	bool killed;
	int value;

	f.len = 4;
	ck_assert_int_lt(par_frame_get_credit(&f, &credit, NULL), 0);
	f.len = 3;
	ck_assert_int_lt(par_frame_get_winch(&f, &rows, &columns, NULL), 0);
	f.len = 1;
	ck_assert_int_lt(par_frame_get_signal(&f, &value, NULL), 0);
	f.data = (const uint8_t *)"\x20";
	ck_assert_int_lt(par_frame_get_signal(&f, &value, NULL), 0);
	f.data = (const uint8_t *)"\x02\x01";
	f.len = 2;
	ck_assert_int_lt(par_frame_get_exit(&f, &killed, &value, NULL), 0);
	f.data = (const uint8_t *)"\x01\xff";
	ck_assert_int_lt(par_frame_get_exit(&f, &killed, &value, NULL), 0);
	f.len = 1;
	ck_assert_int_lt(par_frame_get_hello(&f, &hello, NULL), 0);
}
END_TEST

/* Garbage, a cut frame, a hello that only looks so, the pad: then the hello is found. */
START_TEST(test_resync)
{
	static const size_t steps[] = { 1, 7, 13, 4096, 1u << 20 };
	auto_buf b = { 0 }, one = { 0 };

	par_buf_puts(&b, "login: lpard-agent 1");
	par_frame_put(&b, 99, 5, PAR_FRAME_STDOUT, "old", 3);
	par_frame_put_hello(&one, nonce, "{\"a\":1}");
	par_buf_put(&b, one.data, one.len - 1); /* its end is wrong */
	par_buf_putc(&b, '!');
	par_buf_put(&b, one.data, 30); /* cut */
	par_frame_put_pad(&b);
	par_buf_put(&b, one.data, one.len);
	par_frame_put(&b, 0x01020304, 5, PAR_FRAME_STDOUT, "new", 3);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(steps); i++) {
		struct par_frame_reader r;
		struct par_hello hello;
		struct par_frame f;
		size_t at = 0;
		int got = 0;

		par_frame_reader_init(&r, false);
		for (; at < b.len && got == 0; at += steps[i]) {
			size_t len = b.len - at < steps[i] ? b.len - at : steps[i];

			ck_assert_int_eq(par_frame_feed(&r, b.data + at, len), 0);
			got = par_frame_next(&r, &f, NULL);
		}
		ck_assert_int_eq(got, 1);
		ck_assert_int_eq(par_frame_get_hello(&f, &hello, NULL), 0);
		ck_assert_mem_eq(hello.nonce, nonce, sizeof(nonce));
		ck_assert_uint_eq(hello.json_len, 7);
		par_frame_reader_sync(&r, par_frame_nonce_tag(hello.nonce));
		if (at < b.len)
			par_frame_feed(&r, b.data + at, b.len - at);
		ck_assert_int_eq(par_frame_next(&r, &f, NULL), 1);
		ck_assert_int_eq(f.type, PAR_FRAME_STDOUT);
		ck_assert_mem_eq(f.data, "new", 3);
		par_frame_reader_done(&r);
	}
}
END_TEST

/* A reader in step, in the middle of a frame when its peer was killed: never delivers the mix, and
 * goes on with the peer's new hello. */
START_TEST(test_cut_frame_is_not_delivered)
{
	auto_buf b = { 0 };
	struct par_frame_reader r;
	struct par_hello hello;
	struct par_frame f;
	static char data[1000];

	par_frame_put(&b, 7, 1, PAR_FRAME_STDIN, data, sizeof(data));
	b.len -= 500;
	par_frame_put_pad(&b);
	par_frame_put_hello(&b, nonce, "");
	par_frame_reader_init(&r, true);
	par_frame_reader_sync(&r, 7);
	par_frame_feed(&r, b.data, b.len);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), 1);
	ck_assert_int_eq(par_frame_get_hello(&f, &hello, NULL), 0);
	ck_assert(!r.in_step);
	par_frame_reader_done(&r);
	/* Other bytes than the pad's break the protocol. */
	memset(b.data + b.len - 16000, 'x', 8000);
	memset(b.data + PAR_FRAME_HEADER + 100, 'x', 2000);
	par_frame_reader_init(&r, true);
	par_frame_reader_sync(&r, 7);
	par_frame_feed(&r, b.data, b.len);
	ck_assert_int_eq(par_frame_next(&r, &f, NULL), -EPROTO);
	par_frame_reader_done(&r);
}
END_TEST

/* A peer that only sends garbage costs no memory. */
START_TEST(test_garbage_is_bounded)
{
	static char data[65536];
	struct par_frame_reader r;
	struct par_frame f;

	par_frame_reader_init(&r, false);
	for (int i = 0; i < 2000; i++) {
		memset(data, i, sizeof(data));
		par_frame_feed(&r, data, sizeof(data));
		ck_assert_int_eq(par_frame_next(&r, &f, NULL), 0);
	}
	ck_assert_uint_lt(r.buf.cap, 1u << 18);
	ck_assert_uint_gt(r.discarded, 65536u * 1999u);
	par_frame_reader_done(&r);
}
END_TEST

static Suite *frame_suite(void)
{
	Suite *suite = suite_create("frame");
	TCase *tc = tcase_create("frame");

	tcase_add_test(tc, test_round_trip);
	tcase_add_test(tc, test_pieces);
	tcase_add_test(tc, test_too_large);
	tcase_add_loop_test(tc, test_header, 0, (int)PAR_ARRAY_SIZE(headers));
	tcase_add_test(tc, test_payloads);
	tcase_add_test(tc, test_resync);
	tcase_add_test(tc, test_cut_frame_is_not_delivered);
	tcase_add_test(tc, test_garbage_is_bounded);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(frame_suite)
