/* SPDX-License-Identifier: Apache-2.0 */
/* check_colon_file.c - lines with parts between colons; what has more or fewer parts is passed over
 */
#include "lpard/common/colon_file.h"

#include "harness.h"

#include <stdlib.h>
#include <string.h>

START_TEST(lines_are_cut)
{
	const char *text = "a:b:c\n"
			   "\n"
			   "two:parts\n"
			   "four:p:a:r\n"
			   "::\n"
			   "no colon\n"
			   "last:l:x";
	static const char *const expected[][3] = { { "a", "b", "c" },
						   { "", "", "" },
						   { "last", "l", "x" } };
	auto_buf line = { 0 };
	char *part[3];

	for (size_t i = 0; i < PAR_ARRAY_SIZE(expected); i++) {
		ck_assert_int_eq(par_colon_next(&text, &line, part, 3), 1);
		for (size_t k = 0; k < 3; k++)
			ck_assert_str_eq(part[k], expected[i][k]);
	}
	ck_assert_int_eq(par_colon_next(&text, &line, part, 3), 0);
	ck_assert_int_eq(par_colon_next(&text, &line, part, 3), 0);
}
END_TEST

/* A group may have more members than fit into any buffer of a fixed size. */
START_TEST(a_long_line_is_whole)
{
	enum { MEMBERS = 100000 };
	auto_buf text = { 0 }, line = { 0 };
	const char *rest;
	char *part[4];

	par_buf_puts(&text, "big:x:7:");
	for (int i = 0; i < MEMBERS; i++)
		par_buf_puts(&text, "member,");
	par_buf_puts(&text, "joe\n");
	ck_assert(!text.failed);
	rest = text.data;
	ck_assert_int_eq(par_colon_next(&rest, &line, part, 4), 1);
	ck_assert_uint_eq(strlen(part[3]), (size_t)MEMBERS * strlen("member,") + strlen("joe"));
}
END_TEST

START_TEST(no_text_has_no_line)
{
	const char *none = NULL, *empty = "";
	auto_buf line = { 0 };
	char *part[1];

	ck_assert_int_eq(par_colon_next(&none, &line, part, 1), 0);
	ck_assert_int_eq(par_colon_next(&empty, &line, part, 1), 0);
}
END_TEST

static Suite *colon_file_suite(void)
{
	Suite *s = suite_create("colon_file");
	TCase *t = tcase_create("lines");

	tcase_add_test(t, lines_are_cut);
	tcase_add_test(t, a_long_line_is_whole);
	tcase_add_test(t, no_text_has_no_line);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(colon_file_suite)
