/* SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"
#include "lpard/common/os_release.h"

START_TEST(values)
{
	static const char text[] =
		"PRETTY_NAME=\"Old Linux 7\"\nNAME=Old\nVERSION_ID='7.1'\nID=old\n"
		"EMPTY=\nID=second\nLAST=end";
	char value[8];

	ck_assert(par_os_release_value(text, "PRETTY_NAME", value, sizeof(value)));
	ck_assert_str_eq(value, "Old Lin");
	ck_assert(par_os_release_value(text, "NAME", value, sizeof(value)));
	ck_assert_str_eq(value, "Old");
	ck_assert(par_os_release_value(text, "VERSION_ID", value, sizeof(value)));
	ck_assert_str_eq(value, "7.1");
	ck_assert(par_os_release_value(text, "ID", value, sizeof(value)));
	ck_assert_str_eq(value, "old");
	ck_assert(par_os_release_value(text, "LAST", value, sizeof(value)));
	ck_assert_str_eq(value, "end");
	ck_assert(!par_os_release_value(text, "EMPTY", value, sizeof(value)));
	ck_assert_str_eq(value, "");
	ck_assert(!par_os_release_value(text, "VERSION", value, sizeof(value)));
	ck_assert(!par_os_release_value(NULL, "ID", value, sizeof(value)));
	ck_assert_str_eq(value, "");
}
END_TEST

static Suite *os_release_suite(void)
{
	Suite *s = suite_create("os_release");
	TCase *c = tcase_create("values");

	tcase_add_test(c, values);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(os_release_suite)
