/* SPDX-License-Identifier: Apache-2.0 */
/* check_nearest.c - which names are near a misspelt word, and that short words are near nothing */
#include "harness.h"
#include "lpard/common/nearest.h"
#include "lpard/common/str.h"

static const char *const names[] = { "address", "netmask", "broadcast", "on", "cap", "shares_CPU" };

static const char *nearest(const char *word)
{
	struct par_nearest n = { .word = word };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++)
		par_nearest_try(&n, names[i]);
	return n.best;
}

START_TEST(guesses)
{
	ck_assert_str_eq(nearest("adress"), "address");
	ck_assert_str_eq(nearest("netmaks"), "netmask");
	ck_assert_str_eq(nearest("shares_cpu"), "shares_CPU");
	ck_assert_str_eq(nearest("cop"), "cap");
	ck_assert_ptr_null(nearest("of"));
	ck_assert_ptr_null(nearest("cxx"));
	ck_assert_ptr_null(nearest("interface"));
	ck_assert_ptr_null(nearest(""));
}
END_TEST

START_TEST(distances)
{
	ck_assert_uint_eq(par_distance("", "abc"), 3);
	ck_assert_uint_eq(par_distance("abc", "abc"), 0);
	ck_assert_uint_eq(par_distance("kitten", "sitting"), 3);
	ck_assert_uint_eq(par_distance("nmae", "name"), 1);
	ck_assert_uint_eq(par_distance("Usaul", "usual"), 1);
	ck_assert_uint_eq(par_distance("abcd", "badc"), 2);
}
END_TEST

static Suite *nearest_suite(void)
{
	Suite *s = suite_create("nearest");
	TCase *t = tcase_create("nearest");

	tcase_add_test(t, guesses);
	tcase_add_test(t, distances);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(nearest_suite)
