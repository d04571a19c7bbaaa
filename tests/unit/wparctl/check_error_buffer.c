/* SPDX-License-Identifier: Apache-2.0 */
/* check_error_buffer.c - messages of wparerr: their formats, and the buffer of 1 KiB */
#include "harness.h"
#include "wparctl/spec/error_buffer.h"

#include <string.h>

static const char *format(const char *f, char *a, char *b)
{
	static char text[256];
	char *args[] = { a, b };
	auto_buf out = { 0 };
	size_t n = !a ? 0 : !b ? 1 : 2;

	if (wpar_error_format(f, args, n, &out, NULL) < 0)
		return "error";
	snprintf(text, sizeof(text), "%s", out.data ? out.data : "");
	return text;
}

START_TEST(as_printf_would)
{
	char home[] = "/home", three[] = "3", hex[] = "0xff", minus[] = "-7";

	ck_assert_str_eq(format("no more", NULL, NULL), "no more");
	ck_assert_str_eq(format("", NULL, NULL), "");
	ck_assert_str_eq(format("%s has %d MB, 100%%", home, three), "/home has 3 MB, 100%");
	ck_assert_str_eq(format("%2$s of %1$s", home, three), "3 of /home");
	ck_assert_str_eq(format("%lx %c", hex, home), "ff /");
	ck_assert_str_eq(format("%i", minus, NULL), "-7");
}
END_TEST

START_TEST(what_is_no_such_format_is_refused)
{
	char home[] = "/home";
	static const char *const formats[] = { "%",    "%n",   "%5s",  "%*s",  "%.3s",
					       "%s%s", "%3$s", "%0$s", "%hhn", "%d" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		ck_assert_msg(strcmp(format(formats[i], home, NULL), "error") == 0, "%s",
			      formats[i]);
	ck_assert_str_eq(format("%99999999999999999999$s", home, NULL), "error");
}
END_TEST

START_TEST(full_is_full)
{
	char folder[] = "/tmp/check_error_buffer.XXXXXX";
	char message[WPAR_ERROR_BUFFER];
	auto_buf all = { 0 }, none = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(folder));
	setenv("WPARS_ROOT", folder, 1);
	memset(message, 'x', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	ck_assert_int_eq(wpar_error_buffer_add("one", "a\033b\nc", NULL), 0);
	ck_assert_int_lt(wpar_error_buffer_add("one", message, NULL), 0);
	ck_assert_int_eq(wpar_error_buffer_add("two", message, NULL), 0);
	ck_assert_int_lt(wpar_error_buffer_add("two", "", NULL), 0);
	wpar_error_buffer_rename("one", "three");
	ck_assert_int_eq(wpar_error_buffer_take("three", &all, NULL), 0);
	ck_assert_str_eq(all.data, "a?b c\n");
	ck_assert_int_eq(wpar_error_buffer_take("three", &none, NULL), 0);
	ck_assert_uint_eq(none.len, 0);
	wpar_error_buffer_remove("two");
	ck_assert_int_eq(wpar_error_buffer_add("two", "again", NULL), 0);
	wpar_error_buffer_remove("one");
	wpar_error_buffer_remove("two");
	wpar_error_buffer_remove("three");
	chdir(folder);
	rmdir("run/wpars/.errors");
	rmdir("run/wpars");
	rmdir("run");
	rmdir(folder);
}
END_TEST

static Suite *error_buffer_suite(void)
{
	Suite *s = suite_create("error buffer");
	TCase *t = tcase_create("error buffer");

	tcase_add_test(t, as_printf_would);
	tcase_add_test(t, what_is_no_such_format_is_refused);
	tcase_add_test(t, full_is_full);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(error_buffer_suite)
