/* SPDX-License-Identifier: Apache-2.0 */
/* check_level.c - which of two levels of a system is the older */
#include "harness.h"
#include "lpard/common/cleanup.h"
#include "wparctl/spec/level.h"

START_TEST(order)
{
	ck_assert_int_eq(wpar_level_compare("12.11", "12.11"), WPAR_LEVEL_SAME);
	ck_assert_int_eq(wpar_level_compare("12.11", "12.9"), WPAR_LEVEL_NEWER);
	ck_assert_int_eq(wpar_level_compare("12.9", "12.11"), WPAR_LEVEL_OLDER);
	ck_assert_int_eq(wpar_level_compare("9.3", "12.11"), WPAR_LEVEL_OLDER);
	ck_assert_int_eq(wpar_level_compare("13", "12.11"), WPAR_LEVEL_NEWER);
	ck_assert_int_eq(wpar_level_compare("12", "12.11"), WPAR_LEVEL_OLDER);
	ck_assert_int_eq(wpar_level_compare("12.0", "12"), WPAR_LEVEL_NEWER);
	ck_assert_int_eq(wpar_level_compare("3.18.4", "3.18.12"), WPAR_LEVEL_OLDER);
	ck_assert_int_eq(wpar_level_compare("24.04", "24.4"), WPAR_LEVEL_SAME);
}
END_TEST

START_TEST(unknown)
{
	static const char *const bad[] = {
		"",	"trixie/sid", "12.", ".1",  "12..1",
		"12.x", "12a",	      "-1",  "12 ", "99999999999999999999"
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		ck_assert_msg(wpar_level_compare(bad[i], "12.11") == WPAR_LEVEL_UNKNOWN, "%s",
			      bad[i]);
		ck_assert_msg(wpar_level_compare("12.11", bad[i]) == WPAR_LEVEL_UNKNOWN, "%s",
			      bad[i]);
	}
	/* What is known before it tells nothing. */
	ck_assert_int_eq(wpar_level_compare("11.x", "12.11"), WPAR_LEVEL_UNKNOWN);
	ck_assert_int_eq(wpar_level_compare(NULL, "12.11"), WPAR_LEVEL_UNKNOWN);
	ck_assert_int_eq(wpar_level_compare("12.11", NULL), WPAR_LEVEL_UNKNOWN);
}
END_TEST

START_TEST(release)
{
	ck_assert(wpar_level_same_release("12.11", "12.9"));
	ck_assert(wpar_level_same_release("12", "12.9"));
	ck_assert(!wpar_level_same_release("1", "12"));
	ck_assert(!wpar_level_same_release("13.1", "12.1"));
}
END_TEST

static Suite *level_suite(void)
{
	Suite *suite = suite_create("wparctl level");
	TCase *tc = tcase_create("level");

	tcase_add_test(tc, order);
	tcase_add_test(tc, unknown);
	tcase_add_test(tc, release);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(level_suite)
