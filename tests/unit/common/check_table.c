/* SPDX-License-Identifier: Apache-2.0 */
/* The HMC's listings: -F's delimiters, quoting, values that do not apply. */
#include "lpard/common/table.h"

#include "harness.h"

static const struct {
	const char *text;
	char delimiter;
	size_t n;
	const char *names[4];
} fields[] = {
	{ "name", ',', 1, { "name" } },
	{ "name,state", ',', 2, { "name", "state" } },
	{ "name:lpar_id:state", ':', 3, { "name", "lpar_id", "state" } },
	{ "name state", ' ', 2, { "name", "state" } },
	{ "name  state ", ' ', 2, { "name", "state" } },
	{ "name, state", ',', 2, { "name", "state" } },
	{ " name ,state,", ',', 2, { "name", "state" } },
	{ "name;x", ';', 2, { "name", "x" } },
	{ "a,,b", ',', 3, { "a", "", "b" } },
	{ "", ',', 0, { NULL } },
	{ NULL, ',', 0, { NULL } },
};

START_TEST(field_names)
{
	auto_strv names = { 0 };
	char delimiter = '\0';

	ck_assert_int_eq(par_table_fields(fields[_i].text, &names, &delimiter, NULL), 0);
	ck_assert_int_eq(delimiter, fields[_i].delimiter);
	ck_assert_uint_eq(names.n, fields[_i].n);
	for (size_t i = 0; i < names.n; i++)
		ck_assert_str_eq(names.v[i], fields[_i].names[i]);
}
END_TEST

static const char *const names[] = { "name", "modes", "eth", "empty", "absent" };
static const char *const values[] = { "lp 1", "default,POWER9", "\"2/1/1/3,4/0/1\"", "", NULL };

START_TEST(default_row)
{
	auto_buf b = { 0 };
	struct par_table_format f = { .delimiter = ',' };

	par_table_put_row(&b, &f, names, values, 5);
	ck_assert_str_eq(b.data, "name=lp 1,\"modes=default,POWER9\","
				 "\"eth=\"\"2/1/1/3,4/0/1\"\"\",empty=\n");
}
END_TEST

START_TEST(values_row)
{
	auto_buf b = { 0 };
	struct par_table_format f = { .values_only = true, .delimiter = ',' };

	par_table_put_row(&b, &f, names, values, 5);
	ck_assert_str_eq(b.data, "lp 1,\"default,POWER9\",\"\"\"2/1/1/3,4/0/1\"\"\",,null\n");
	par_buf_clear(&b);
	f.delimiter = ' ';
	par_table_put_row(&b, &f, names, values, 2);
	ck_assert_str_eq(b.data, "\"lp 1\" default,POWER9\n");
}
END_TEST

START_TEST(header)
{
	auto_buf b = { 0 };
	struct par_table_format f = { .values_only = true, .header = true, .delimiter = ':' };

	par_table_put_header(&b, &f, names, 3);
	ck_assert_str_eq(b.data, "name:modes:eth\n");
}
END_TEST

static Suite *table_suite(void)
{
	Suite *s = suite_create("table");
	TCase *t = tcase_create("table");

	tcase_add_loop_test(t, field_names, 0, PAR_ARRAY_SIZE(fields));
	tcase_add_test(t, default_row);
	tcase_add_test(t, values_row);
	tcase_add_test(t, header);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(table_suite)
