/* SPDX-License-Identifier: Apache-2.0 */
/* check_now.c - what is left until a moment, and moments as the condition variables want them */
#include "harness.h"
#include "lpard/common/now.h"

#include <limits.h>

START_TEST(left)
{
	const uint64_t now = par_now_ms();

	ck_assert_int_eq(par_left_ms(0), 0);
	ck_assert_int_eq(par_left_ms(now), 0);
	ck_assert_int_gt(par_left_ms(now + 3600 * 1000), 3000 * 1000);
	ck_assert_int_le(par_left_ms(now + 3600 * 1000), 3600 * 1000);
	/* poll(2) takes an int, and less than 0 is for ever. */
	ck_assert_int_eq(par_left_ms(now + UINT64_C(2) * INT_MAX), INT_MAX);
	ck_assert_int_eq(par_left_ms(UINT64_MAX), INT_MAX);
}
END_TEST

static int64_t ns(struct timespec ts)
{
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Nearly a second more makes nearly each of them carry. */
START_TEST(after)
{
	for (uint64_t ms = 900; ms < 3000; ms += 99) {
		struct timespec before, then;

		clock_gettime(CLOCK_MONOTONIC, &before);
		then = par_after_ms(CLOCK_MONOTONIC, ms);
		ck_assert_int_ge(then.tv_nsec, 0);
		ck_assert_int_lt(then.tv_nsec, 1000000000);
		ck_assert_int_ge(ns(then), ns(before) + (int64_t)ms * 1000000);
	}
}
END_TEST

START_TEST(clocks)
{
	const time_t wall = time(NULL);
	const uint64_t ms = par_now_ms();

	ck_assert_uint_ge(par_wall_ms(), (uint64_t)wall * 1000);
	ck_assert_int_ge(par_now_s(), (time_t)(ms / 1000));
	ck_assert_uint_ge(par_now_ms(), ms);
}
END_TEST

static Suite *now_suite(void)
{
	Suite *s = suite_create("now");
	TCase *t = tcase_create("now");

	tcase_add_test(t, left);
	tcase_add_test(t, after);
	tcase_add_test(t, clocks);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(now_suite)
