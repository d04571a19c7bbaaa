/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers, lists, strict numbers. */
#include "harness.h"
#include "lpard/common/str.h"

#include <string.h>
#include <time.h>

START_TEST(test_buf)
{
	auto_buf b = { 0 };
	char *text;

	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(par_buf_printf(&b, "%d,", i), 0);
	ck_assert(par_starts_with(b.data, "0,1,2,"));
	par_buf_drop(&b, 4);
	ck_assert(par_starts_with(b.data, "2,3,"));
	par_buf_drop(&b, SIZE_MAX);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_int_eq(par_buf_put(&b, "a\0b", 3), 0);
	ck_assert_uint_eq(b.len, 3);
	text = par_buf_steal(&b);
	ck_assert_str_eq(text, "a");
	free(text);
	text = par_buf_steal(&b);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

START_TEST(test_buf_too_large)
{
	auto_buf b = { 0 };

	ck_assert_int_eq(par_buf_put(&b, "x", SIZE_MAX / 2), -ENOMEM);
	ck_assert(b.failed);
	ck_assert_int_eq(par_buf_puts(&b, "y"), -ENOMEM);
	ck_assert_ptr_null(par_buf_steal(&b));
}
END_TEST

START_TEST(test_strv)
{
	auto_strv l = { 0 };

	ck_assert_int_eq(par_strv_split(&l, "a,,b", ','), 0);
	ck_assert_uint_eq(l.n, 3);
	ck_assert_str_eq(l.v[1], "");
	ck_assert_ptr_null(l.v[3]);
	ck_assert_int_eq((int)par_strv_find(&l, "b"), 2);
	ck_assert_int_eq((int)par_strv_find(&l, "c"), -1);
}
END_TEST

START_TEST(test_strv_sort)
{
	auto_strv l = { 0 }, none = { 0 };

	ck_assert_int_eq(par_strv_split(&l, "b,\xe4,B,,a", ','), 0);
	par_strv_sort(&l);
	ck_assert_str_eq(l.v[0], "");
	ck_assert_str_eq(l.v[1], "B");
	ck_assert_str_eq(l.v[2], "a");
	ck_assert_str_eq(l.v[3], "b");
	ck_assert_str_eq(l.v[4], "\xe4");
	ck_assert_ptr_null(l.v[5]);
	ck_assert(par_strv_has(&l, "B"));
	ck_assert(!par_strv_has(&l, "c"));
	par_strv_sort(&none);
	ck_assert(!par_strv_has(&none, ""));
}
END_TEST

static const struct {
	const char *text;
	uint64_t max;
	int r;
	uint64_t value;
} numbers[] = {
	{ "0", 10, 0, 0 },
	{ "10", 10, 0, 10 },
	{ "11", 10, -ERANGE, 0 },
	{ "", 10, -EINVAL, 0 },
	{ NULL, 10, -EINVAL, 0 },
	{ "-1", 10, -EINVAL, 0 },
	{ "+1", 10, -EINVAL, 0 },
	{ " 1", 10, -EINVAL, 0 },
	{ "1x", 10, -EINVAL, 0 },
	{ "0x1", 10, -EINVAL, 0 },
	{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
	{ "18446744073709551616", UINT64_MAX, -ERANGE, 0 },
	{ "99999999999999999999999", UINT64_MAX, -ERANGE, 0 },
	{ "99999999999999999999999x", UINT64_MAX, -EINVAL, 0 },
};

START_TEST(test_numbers)
{
	uint64_t v = 77;

	ck_assert_int_eq(par_parse_u64(numbers[_i].text, numbers[_i].max, &v), numbers[_i].r);
	ck_assert_uint_eq(v, numbers[_i].r == 0 ? numbers[_i].value : 77);
}
END_TEST

START_TEST(test_utc)
{
	static const struct {
		int64_t t;
		const char *text;
	} cases[] = {
		{ -1, "1970-01-01T00:00:00Z" },		 { 0, "1970-01-01T00:00:00Z" },
		{ 68169599, "1972-02-28T23:59:59Z" },	 { 68169600, "1972-02-29T00:00:00Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },	 { 951868800, "2000-03-01T00:00:00Z" },
		{ 1795696800, "2026-11-26T12:40:00Z" },	 { 1798761599, "2026-12-31T23:59:59Z" },
		{ 4107542400, "2100-03-01T00:00:00Z" },	 { 12622780799, "2369-12-31T23:59:59Z" },
		{ 12622780800, "2370-01-01T00:00:00Z" }, { 253402300799, "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "9999-12-31T23:59:59Z" },
	};
	char text[PAR_UTC_SIZE];

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		par_utc_text(cases[i].t, text);
		ck_assert_str_eq(text, cases[i].text);
	}
	/* Every day of the years in which this runs, as the libc has them */
	for (int64_t t = 1700000000; t < 4200000000; t += 86400) {
		const time_t libc = (time_t)t;
		char want[PAR_UTC_SIZE];
		struct tm tm;

		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&libc, &tm));
		par_utc_text(t, text);
		ck_assert_str_eq(text, want);
	}
}
END_TEST

START_TEST(test_small)
{
	char text[] = " \t a b\n";

	ck_assert_str_eq(par_trim(text), "a b");
	ck_assert(par_streq(NULL, NULL));
	ck_assert(!par_streq(NULL, ""));
	ck_assert(par_printable("az 09~"));
	ck_assert(!par_printable("a\x1b"));
	ck_assert(!par_printable("\xc3\xa4"));
}
END_TEST

static Suite *str_suite(void)
{
	Suite *s = suite_create("str");
	TCase *c = tcase_create("str");

	tcase_add_test(c, test_buf);
	tcase_add_test(c, test_buf_too_large);
	tcase_add_test(c, test_strv);
	tcase_add_test(c, test_strv_sort);
	tcase_add_loop_test(c, test_numbers, 0, (int)PAR_ARRAY_SIZE(numbers));
	tcase_add_test(c, test_utc);
	tcase_add_test(c, test_small);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(str_suite)
