/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_harness.c - the harness itself: Check runs, TAP comes out, and the project's version is set
 *
 * The smallest unit test there is; copy it to start another.
 */
#include "harness.h"

START_TEST(version_is_three_numbers)
{
	int major, minor, patch;

	ck_assert_int_eq(sscanf(PAR_VERSION, "%d.%d.%d", &major, &minor, &patch), 3);
	ck_assert_int_ge(major, 0);
}
END_TEST

static Suite *harness_suite(void)
{
	Suite *suite = suite_create("harness");
	TCase *tc = tcase_create("version");

	tcase_add_test(tc, version_is_three_numbers);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(harness_suite)
