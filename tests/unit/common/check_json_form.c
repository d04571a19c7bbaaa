/* SPDX-License-Identifier: Apache-2.0 */
/* check_json_form.c - objects as structs by a table: both ways, and what is refused */
#include "harness.h"
#include "lpard/common/json_form.h"

#include <string.h>

struct inner {
	char *name;
	bool there;
};
struct outer {
	char *text;
	uint64_t number, bits;
	struct par_strv list;
	struct {
		struct inner *v;
		size_t n;
	} rows;
};

static const struct par_json_row inner_rows[] = {
	{ "name", PAR_JSON_TEXT, offsetof(struct inner, name), 8, 0, NULL },
	{ "there", PAR_JSON_FLAG, offsetof(struct inner, there), 0, 0, NULL },
};
static const struct par_json_form inner_form = { inner_rows, 2, sizeof(struct inner) };
static const struct par_json_row outer_rows[] = {
	{ "text", PAR_JSON_TEXT, offsetof(struct outer, text), 8, 0, NULL },
	{ "number", PAR_JSON_NUMBER, offsetof(struct outer, number), 100, 0, NULL },
	{ "bits", PAR_JSON_BITS, offsetof(struct outer, bits), 0, 0, NULL },
	{ "list", PAR_JSON_TEXTS, offsetof(struct outer, list), 8, 2, NULL },
	{ "rows", PAR_JSON_ROWS, offsetof(struct outer, rows), 2, 0, &inner_form },
};
static const struct par_json_form outer_form = { outer_rows, 5, sizeof(struct outer) };

static int read_text(const char *text, struct outer *ret, struct par_error **err)
{
	auto_json o = NULL;

	ck_assert_int_eq(par_json_parse(text, strlen(text), &o, NULL), 0);
	return par_json_form_read(&outer_form, o, ret, err);
}

START_TEST(all_of_it_both_ways)
{
	static const char text[] =
		"{\"text\":\"a\",\"number\":7,\"bits\":\"800000000000000f\",\"list\":[\"x\",\"y\"],"
		"\"rows\":[{\"name\":\"one\",\"there\":true},{\"there\":false}]}";
	auto_json o = json_object_new_object();
	struct outer v = { 0 };

	ck_assert_int_eq(read_text(text, &v, NULL), 0);
	ck_assert_uint_eq(v.bits, 0x800000000000000fu);
	ck_assert_uint_eq(v.rows.n, 2);
	ck_assert_str_eq(v.rows.v[0].name, "one");
	ck_assert_ptr_null(v.rows.v[1].name);
	ck_assert_int_eq(par_json_form_write(&outer_form, &v, o), 0);
	ck_assert_str_eq(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN), text);
	par_json_form_done(&outer_form, &v);
	ck_assert_ptr_null(v.text);
}
END_TEST

START_TEST(what_is_left_out_or_new_is_fine)
{
	struct outer v = { 0 };

	ck_assert_int_eq(read_text("{\"more\":[{}],\"text\":null}", &v, NULL), 0);
	ck_assert_ptr_null(v.text);
	ck_assert_uint_eq(v.number, 0);
	par_json_form_done(&outer_form, &v);
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "[]", "it must be an object" },
		{ "{\"text\":7}", "\"text\" must be a string" },
		{ "{\"text\":\"123456789\"}", "\"text\" is longer than 8 bytes" },
		{ "{\"number\":\"1\"}", "\"number\" must be a whole number" },
		{ "{\"number\":101}", "\"number\" must be 0 to 100" },
		{ "{\"bits\":\"12\"}", "\"bits\" must be 16 hexadecimal digits" },
		{ "{\"bits\":\"000000000000000G\"}", "\"bits\" must be 16 hexadecimal digits" },
		{ "{\"list\":[\"1\",\"2\",\"3\"]}", "\"list\" has more than 2 elements" },
		{ "{\"list\":[\"123456789\"]}", "\"list\" is longer than 8 bytes" },
		{ "{\"rows\":[1]}", "\"rows\" must be a list of objects" },
		{ "{\"rows\":[{},{},{}]}", "\"rows\" has more than 2 elements" },
		{ "{\"rows\":[{\"there\":1}]}", "\"rows\": \"there\" must be true or false" },
	};
	auto_error err = NULL;
	struct outer v = { 0 };

	ck_assert_int_lt(read_text(cases[_i].text, &v, &err), 0);
	ck_assert_str_eq(par_error_text(err), cases[_i].said);
	par_json_form_done(&outer_form, &v);
}
END_TEST

START_TEST(texts_are_harmless)
{
	struct outer v = { 0 };

	ck_assert_int_eq(read_text("{\"text\":\"a\\u001b[\\n\",\"list\":[\"\\u0007\"]}", &v, NULL),
			 0);
	ck_assert_str_eq(v.text, "a?[ ");
	ck_assert_str_eq(v.list.v[0], "?");
	par_json_form_done(&outer_form, &v);
}
END_TEST

static Suite *json_form_suite(void)
{
	Suite *s = suite_create("json_form");
	TCase *t = tcase_create("json_form");

	tcase_add_test(t, all_of_it_both_ways);
	tcase_add_test(t, what_is_left_out_or_new_is_fine);
	tcase_add_loop_test(t, what_is_wrong_is_named, 0, 12);
	tcase_add_test(t, texts_are_harmless);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(json_form_suite)
