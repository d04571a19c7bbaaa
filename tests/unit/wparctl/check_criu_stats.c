/* SPDX-License-Identifier: Apache-2.0 */
/* check_criu_stats.c - what a dump took, as CRIU's stats-dump has it */
#include "harness.h"
#include "wparctl/checkpoint/criu_stats.h"

#include <string.h>

/* Of a dump by criu 4.1.1 of 262,144 us, with pages that are shared, too. */
static const unsigned char image[] = {
	0x40, 0x59, 0x10, 0x55, 0x06, 0x33, 0x09, 0x57, /* magics */
	24,   0,    0,	  0,				/* length */
	0x0a, 22,					/* dump */
	0x08, 0x88, 0x27,				/* freezing_time 5000 */
	0x10, 0x80, 0x80, 0x10,				/* frozen_time 262144 */
	0x18, 1,    0x20, 2,	0x28, 3,    0x30, 4,
	0x38, 0x96, 0x01,	/* ... pages_written 150 */
	0x48, 0,    0x70, 0x64, /* lazy, shpages 100 */
};

START_TEST(what_criu_says)
{
	unsigned char data[sizeof(image)];
	struct wpar_criu_stats s = { 0 };

	memcpy(data, image, sizeof(image));
	ck_assert(wpar_criu_stats_parse(data, sizeof(data), &s));
	ck_assert_uint_eq(s.freezing_us, 5000);
	ck_assert_uint_eq(s.frozen_us, 262144);
	ck_assert_uint_eq(s.pages, 250);
}
END_TEST

START_TEST(what_is_cut_says_nothing)
{
	unsigned char data[sizeof(image)];
	struct wpar_criu_stats s = { 0 };

	memcpy(data, image, sizeof(image));
	for (size_t len = 0; len < sizeof(image); len++)
		ck_assert(!wpar_criu_stats_parse(data, len, &s));
	data[0] = 0;
	ck_assert(!wpar_criu_stats_parse(data, sizeof(data), &s));
	ck_assert_uint_eq(s.pages, 0);
}
END_TEST

static Suite *criu_stats_suite(void)
{
	Suite *s = suite_create("criu_stats");
	TCase *t = tcase_create("criu_stats");

	tcase_add_test(t, what_criu_says);
	tcase_add_test(t, what_is_cut_says_nothing);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(criu_stats_suite)
