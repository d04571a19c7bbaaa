/* SPDX-License-Identifier: Apache-2.0 */
/* check_hex.c - bytes as hexadecimal text, and which texts are such */
#include "harness.h"
#include "lpard/common/hex.h"

#include <string.h>

START_TEST(each_byte_is_read_as_it_was_written)
{
	for (int byte = 0; byte < 256; byte++) {
		char text[3] = "";

		par_hex_write((uint8_t)byte, text);
		ck_assert(par_hex_is(text, 2));
		ck_assert_int_eq(par_hex_byte(text), byte);
	}
}
END_TEST

START_TEST(bytes_are_put)
{
	auto_buf b = { 0 };

	par_hex_put(&b, "\0\xff\x5a", 3);
	ck_assert_str_eq(b.data, "00ff5a");
}
END_TEST

START_TEST(what_is_none_is_no_byte)
{
	static const char *const bad[] = { "", "a", "g0", "0g", "A0", "0A", " 1", "-1", "0x" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++)
		ck_assert_msg(par_hex_byte(bad[i]) == -1, "%s", bad[i]);
	ck_assert_int_eq(par_hex_byte("0fzz"), 15);
}
END_TEST

START_TEST(so_many_digits_and_no_other)
{
	ck_assert(par_hex_is("0123456789abcdef", 16));
	ck_assert(!par_hex_is("0123456789abcdef", 15));
	ck_assert(!par_hex_is("0123456789abcdef", 17));
	ck_assert(!par_hex_is("0123456789ABCDEF", 16));
	ck_assert(!par_hex_is("0123456789abcdeg", 16));
	ck_assert(par_hex_is("", 0));
}
END_TEST

static Suite *hex_suite(void)
{
	Suite *s = suite_create("hex");
	TCase *t = tcase_create("hex");

	tcase_add_test(t, each_byte_is_read_as_it_was_written);
	tcase_add_test(t, bytes_are_put);
	tcase_add_test(t, what_is_none_is_no_byte);
	tcase_add_test(t, so_many_digits_and_no_other);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(hex_suite)
