/* SPDX-License-Identifier: Apache-2.0 */
/* check_timerfd_repair.c - which timers of CRIU's files.img are changed, and that nothing else is
 */
#include "harness.h"
#include "wparctl/checkpoint/timerfd_repair.h"

#include <stdbool.h>
#include <string.h>

/* Ends with the timer's value (seconds, nanoseconds) and interval. */
struct timer {
	unsigned char ticks, value_s, value_ns, every_s, every_ns;
};

#define VALUE_NS_AT (8 + 4 + 6 + 17)

/* A file of type 17 with number 5, and its timer; returns the length of the image. */
static size_t make(unsigned char *at, struct timer t)
{
	const unsigned char image[] = {
		0x19, 0x43,	 0x56, 0x54,	   0x85, 0x37, 0x30, 0x56, /* magics */
		28,   0,	 0,    0,				/* length of the message */
		0x08, 17,	 0x10, 5,	   0x62, 22,		/* type, id, tfd */
		0x08, 5,	 0x10, 2,	   0x1a, 2,    0x08, 0, /* id, flags, fown */
		0x20, 1,	 0x28, t.ticks,	   0x30, 0, /* clockid, ticks, settime_flags */
		0x38, t.value_s, 0x40, t.value_ns,	    /* value */
		0x48, t.every_s, 0x50, t.every_ns	    /* interval */
	};

	memcpy(at, image, sizeof(image));
	return sizeof(image);
}

START_TEST(only_one_that_has_expired_unread)
{
	static const struct {
		struct timer t;
		bool changed;
	} cases[] = {
		{ { 1, 0, 0, 0, 50 }, true },  { { 9, 0, 0, 1, 0 }, true },
		{ { 0, 0, 0, 0, 50 }, false }, /* disarmed */
		{ { 1, 0, 0, 0, 0 }, false },  /* once only */
		{ { 1, 0, 7, 0, 50 }, false }, { { 1, 7, 0, 0, 50 }, false },
	};
	unsigned char image[64], before[64];
	size_t len = make(image, cases[_i].t);

	memcpy(before, image, len);
	ck_assert_uint_eq(wpar_timerfd_repair_data(image, len), cases[_i].changed);
	if (cases[_i].changed) {
		ck_assert_uint_eq(image[VALUE_NS_AT], 1);
		image[VALUE_NS_AT] = 0;
	}
	ck_assert_mem_eq(image, before, len);
}
END_TEST

START_TEST(what_is_cut_is_left)
{
	unsigned char image[64], before[64];
	size_t len = make(image, (struct timer){ 1, 0, 0, 0, 50 });

	memcpy(before, image, len);
	for (size_t n = 0; n < len; n++) {
		ck_assert_uint_eq(wpar_timerfd_repair_data(image, n), 0);
		ck_assert_mem_eq(image, before, len);
	}
}
END_TEST

START_TEST(another_image_is_left)
{
	unsigned char image[64];
	size_t len = make(image, (struct timer){ 1, 0, 0, 0, 50 });

	image[0] = 0;
	ck_assert_uint_eq(wpar_timerfd_repair_data(image, len), 0);
}
END_TEST

/* Two messages, of which the first is of another file. */
START_TEST(the_second_message_counts_too)
{
	unsigned char image[128] = { 0x19, 0x43, 0x56, 0x54, 0,	   0, 0,    0,
				     4,	   0,	 0,    0,    0x08, 1, 0x10, 9 };
	unsigned char timer[64];
	size_t len = make(timer, (struct timer){ 1, 0, 0, 0, 50 });

	memcpy(image + 16, timer + 8, len - 8);
	ck_assert_uint_eq(wpar_timerfd_repair_data(image, 16 + len - 8), 1);
}
END_TEST

static Suite *timerfd_repair_suite(void)
{
	Suite *s = suite_create("timerfd_repair");
	TCase *t = tcase_create("timerfd_repair");

	tcase_add_loop_test(t, only_one_that_has_expired_unread, 0, 6);
	tcase_add_test(t, what_is_cut_is_left);
	tcase_add_test(t, another_image_is_left);
	tcase_add_test(t, the_second_message_counts_too);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(timerfd_repair_suite)
