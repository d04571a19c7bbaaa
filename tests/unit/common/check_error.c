/* SPDX-License-Identifier: Apache-2.0 */
/* The error object. */
#include "harness.h"
#include "lpard/common/error.h"

START_TEST(test_fail)
{
	auto_error err = NULL;

	ck_assert_int_eq(par_fail(&err, PAR_E_NOT_FOUND, 0, "no '%s'", "x"), -ENOENT);
	ck_assert_str_eq(err->msg, "no 'x'");
	ck_assert_int_eq(par_fail(&err, PAR_E_SYSTEM, EACCES, "could not open '%s'", "y"), -EACCES);
	ck_assert_str_eq(err->msg, "could not open 'y': Permission denied");
	ck_assert_int_eq(err->errnum, EACCES);
	ck_assert_int_eq(par_fail(NULL, PAR_E_BUSY, 0, "dropped"), -EBUSY);
}
END_TEST

START_TEST(test_wrap_and_move)
{
	auto_error a = NULL;
	auto_error b = NULL;

	par_error_wrap(&a, "nothing");
	ck_assert_ptr_null(a);
	par_fail(&a, PAR_E_CORRUPT, 0, "inner");
	par_error_wrap(&a, "image '%s'", "i");
	ck_assert_str_eq(a->msg, "image 'i': inner");
	par_fail(&b, PAR_E_BUSY, 0, "old");
	par_error_move(&b, &a);
	ck_assert_ptr_null(a);
	ck_assert_int_eq(b->id, PAR_E_CORRUPT);
}
END_TEST

START_TEST(test_names)
{
	for (unsigned int i = 0; i < PAR_E_COUNT; i++)
		ck_assert_uint_eq(par_error_from_name(par_error_name((enum par_error_id)i)), i);
	ck_assert_int_eq(par_error_from_name("no such kind"), PAR_E_SYSTEM);
	ck_assert_int_eq(par_error_from_name(NULL), PAR_E_SYSTEM);
	ck_assert_int_eq(par_error_exit_status(NULL), 1);
}
END_TEST

/* No object, and an object without a text: memory was short where it was made. */
START_TEST(text_is_never_missing)
{
	struct par_error bare = { .id = PAR_E_NO_MEMORY };
	auto_error err = NULL;

	ck_assert_str_eq(par_error_text(NULL), "out of memory");
	ck_assert_str_eq(par_error_text(&bare), "out of memory");
	par_fail(&err, PAR_E_BUSY, 0, "it is in use");
	ck_assert_str_eq(par_error_text(err), "it is in use");
}
END_TEST

static Suite *error_suite(void)
{
	Suite *s = suite_create("error");
	TCase *c = tcase_create("error");

	tcase_add_test(c, test_fail);
	tcase_add_test(c, test_wrap_and_move);
	tcase_add_test(c, test_names);
	tcase_add_test(c, text_is_never_missing);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(error_suite)
