/* SPDX-License-Identifier: Apache-2.0 */
/* check_uname_inside.c - which command lines of uname are AIX's -W and -L, and which the system's
 */
#include "harness.h"
#include "wparctl/runtime/inside/inside.h"

static int own(const char *a, const char *b)
{
	char *argv[] = { (char *)"uname", (char *)a, (char *)b, NULL };
	int argc = !a ? 1 : !b ? 2 : 3;
	bool lpar, wpar;

	return wpar_uname_is_own(argc, argv, &lpar, &wpar) ? (lpar ? 1 : 0) + (wpar ? 2 : 0) : -1;
}

START_TEST(those_of_aix_alone)
{
	ck_assert_int_eq(own("-W", NULL), 2);
	ck_assert_int_eq(own("-L", NULL), 1);
	ck_assert_int_eq(own("-LW", NULL), 3);
	ck_assert_int_eq(own("-W", "-L"), 3);
}
END_TEST

START_TEST(all_else_is_the_systems)
{
	ck_assert_int_eq(own(NULL, NULL), -1);
	ck_assert_int_eq(own("-r", NULL), -1);
	ck_assert_int_eq(own("-aW", NULL), -1);
	ck_assert_int_eq(own("-W", "-r"), -1);
	ck_assert_int_eq(own("-", NULL), -1);
	ck_assert_int_eq(own("--", "-W"), -1);
	ck_assert_int_eq(own("W", NULL), -1);
	ck_assert_int_eq(own("", NULL), -1);
}
END_TEST

START_TEST(the_global_environment_is_number_0)
{
	char text[64] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	wpar_uname_print(false, true, f);
	fclose(f);
	ck_assert_str_eq(text, "0\n");
}
END_TEST

static Suite *uname_inside_suite(void)
{
	Suite *s = suite_create("uname inside");
	TCase *t = tcase_create("uname inside");

	tcase_add_test(t, those_of_aix_alone);
	tcase_add_test(t, all_else_is_the_systems);
	tcase_add_test(t, the_global_environment_is_number_0);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(uname_inside_suite)
