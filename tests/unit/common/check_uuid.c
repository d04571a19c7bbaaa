/* SPDX-License-Identifier: Apache-2.0 */
/* check_uuid.c - which texts are UUIDs, their two cases, and new ones */
#include "harness.h"
#include "lpard/common/cleanup.h"
#include "lpard/common/uuid.h"

#include <errno.h>
#include <string.h>

#define LOWER "6c706172-0000-4000-8000-00000000abcf"
#define UPPER "6C706172-0000-4000-8000-00000000ABCF"

START_TEST(both_cases_are_read)
{
	char text[PAR_UUID_LEN];

	ck_assert(par_uuid_valid(LOWER));
	ck_assert(par_uuid_valid(UPPER));
	ck_assert_int_eq(par_uuid_lower(UPPER, text), 0);
	ck_assert_str_eq(text, LOWER);
	ck_assert_int_eq(par_uuid_upper(text, text), 0);
	ck_assert_str_eq(text, UPPER);
}
END_TEST

START_TEST(other_texts_are_refused)
{
	static const char *const bad[] = {
		NULL,
		"",
		"x",
		"6c706172-0000-4000-8000-00000000abc",
		"6c706172-0000-4000-8000-00000000abcf0",
		"6c706172-0000-4000-8000-00000000abcg",
		"6c70617200000-4000-8000-00000000abcf",
		"6c706172-0000-4000-8000_00000000abcf",
		"-c706172-0000-4000-8000-00000000abcf",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		char text[PAR_UUID_LEN] = "as it was";

		ck_assert_msg(!par_uuid_valid(bad[i]), "%s", bad[i] ? bad[i] : "NULL");
		ck_assert_int_eq(par_uuid_lower(bad[i], text), -EINVAL);
		ck_assert_int_eq(par_uuid_upper(bad[i], text), -EINVAL);
		ck_assert_str_eq(text, "as it was");
	}
}
END_TEST

START_TEST(new_ones_are_random_and_lower_case)
{
	char one[PAR_UUID_LEN], two[PAR_UUID_LEN], lower[PAR_UUID_LEN];

	ck_assert_int_eq(par_uuid_make(one), 0);
	ck_assert_int_eq(par_uuid_make(two), 0);
	ck_assert_str_ne(one, two);
	ck_assert_int_eq(par_uuid_lower(one, lower), 0);
	ck_assert_str_eq(one, lower);
	ck_assert_int_eq(one[14], '4');
	ck_assert_ptr_nonnull(strchr("89ab", one[19]));
}
END_TEST

static Suite *uuid_suite(void)
{
	Suite *s = suite_create("uuid");
	TCase *t = tcase_create("uuid");

	tcase_add_test(t, both_cases_are_read);
	tcase_add_test(t, other_texts_are_refused);
	tcase_add_test(t, new_ones_are_random_and_lower_case);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(uuid_suite)
