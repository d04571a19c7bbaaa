/* SPDX-License-Identifier: Apache-2.0 */
/* check_image_command.c - what an image says is to run, written and read again */
#include "harness.h"
#include "wparctl/spec/image_command.h"

#include <string.h>

START_TEST(any_byte_is_kept)
{
	static const char *const values[] = { "",
					      " ",
					      "a=b",
					      "%41",
					      "two\nlines = x\nUSER = root",
					      "\"quoted\\\"",
					      "\xff\x01\x7f",
					      "*" };
	auto_image_command c = { 0 }, again = { 0 };
	auto_buf text = { 0 }, second = { 0 };
	auto_error err = NULL;

	c.user = strdup("a\nUSER = 0");
	c.directory = strdup("/x y");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(values); i++) {
		autofree char *variable = par_strdup_printf("N=%s", values[i]);

		par_strv_add(&c.arguments, values[i]);
		par_strv_add(&c.environment, variable);
	}
	ck_assert_int_eq(wpar_image_command_write(&c, "\t", &text), 0);
	ck_assert_int_eq(wpar_image_command_parse(text.data, text.len, &again, &err), 0);
	ck_assert_str_eq(again.user, c.user);
	ck_assert_str_eq(again.directory, c.directory);
	ck_assert_uint_eq(again.arguments.n, PAR_ARRAY_SIZE(values));
	for (size_t i = 0; i < PAR_ARRAY_SIZE(values); i++) {
		ck_assert_str_eq(again.arguments.v[i], values[i]);
		ck_assert_str_eq(again.environment.v[i] + 2, values[i]);
	}
	ck_assert_int_eq(wpar_image_command_write(&again, "\t", &second), 0);
	ck_assert_str_eq(text.data, second.data);
}
END_TEST

START_TEST(bad_lines_are_refused)
{
	static const char *const texts[] = { "",
					     "ARGUMENT\n",
					     "USER = x\n",
					     "ARGUMENT = %0\n",
					     "ARGUMENT = %00\n",
					     "ARGUMENT = %4g\n",
					     "ARGUMENT = %\n",
					     "ARGUMENT = a\nDIRECTORY = b\n",
					     "ARGUMENT = a\nENVIRONMENT = b\n",
					     "ARGUMENT = a\nENVIRONMENT = =b\n",
					     "ARGUMENT = a\nUSER = b\nUSER = c\n" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(texts); i++) {
		auto_image_command c = { 0 };
		auto_error err = NULL;

		ck_assert_msg(wpar_image_command_parse(texts[i], strlen(texts[i]), &c, &err) < 0,
			      "%s", texts[i]);
		ck_assert_ptr_nonnull(err);
		ck_assert_uint_eq(c.arguments.n, 0);
	}
}
END_TEST

START_TEST(knows_a_first_process)
{
	static const struct {
		const char *program;
		bool is;
	} rows[] = { { "/sbin/init", true },
		     { "init", true },
		     { "/lib/systemd/systemd", true },
		     { "/usr/bin/tini-init", false },
		     { "/app", false } };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		auto_image_command c = { 0 };

		ck_assert(!wpar_image_command_is_init(&c));
		par_strv_add(&c.arguments, rows[i].program);
		ck_assert_int_eq(wpar_image_command_is_init(&c), rows[i].is);
	}
}
END_TEST

static Suite *image_command_suite(void)
{
	Suite *s = suite_create("image_command");
	TCase *tc = tcase_create("image_command");

	tcase_add_test(tc, any_byte_is_kept);
	tcase_add_test(tc, bad_lines_are_refused);
	tcase_add_test(tc, knows_a_first_process);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(image_command_suite)
