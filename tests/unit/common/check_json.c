/* SPDX-License-Identifier: Apache-2.0 */
/* json.c: strict parsing and typed getters. */
#include "harness.h"
#include "lpard/common/json.h"

#include <string.h>

static int parse(const char *text, struct json_object **ret)
{
	auto_error err = NULL;
	int r = par_json_parse(text, strlen(text), ret, &err);

	ck_assert((r < 0) == (err != NULL));
	return r;
}

START_TEST(refuses)
{
	static const char *const bad[] = {
		"", " ", "{", "{}{}", "{} x", "{'a':1}", "[1,]", "{\"a\":1,}", "tru", "\"a",
		"{\"a\"}", "\xff", "\"\xc3\x28\"", "// x\n{}", "{a:1}",
		/* what one json-c or the other takes, or has taken */
		"NaN", "nan", "-nan", "Infinity", "TRUE", "01", "1.", ".5", "-", "+1", "1e", "1e+",
		"0x1", "\"a\tb\"", "\"a\001b\"", "[1\f]", "\"\\x\"", "\"\\u12g4\"", "\"\\u12",
		"[1}", "{\"a\":1]", "]", "[1 2]", "[,1]", "{\"a\" 1}", "{,}", "{1:1}", "1,", "nul",
		"truex", "\"\\\"", "[/**/]"
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		auto_json o = NULL;

		ck_assert_msg(parse(bad[i], &o) < 0, "accepted: %s", bad[i]);
		ck_assert_ptr_null(o);
	}
}
END_TEST

/* All versions of json-c have to agree: 0.18 does not, when it is strict. */
START_TEST(takes)
{
	static const struct {
		const char *text, *printed;
	} good[] = {
		{ " [ ] ", "[]" },
		{ "{ }", "{}" },
		{ "\r\n\t {\"a\" : [ 1 , {} , [] , null ] , \"\":\"\" } \n",
		  "{\"a\":[1,{},[],null],\"\":\"\"}" },
		{ "\"K\303\274che \342\202\254 \360\237\230\200\177\"",
		  "\"K\303\274che \342\202\254 \360\237\230\200\177\"" },
		{ "\"\\u0000\\u001f\\n\\u00fc\\\"\\\\\\/\"",
		  "\"\\u0000\\u001f\\n\303\274\\\"\\\\/\"" },
		{ "[-0, 0, 10, -9223372036854775808, 18446744073709551615]",
		  "[0,0,10,-9223372036854775808,18446744073709551615]" },
		{ "[99999999999999999999999,-99999999999999999999999]",
		  "[18446744073709551615,-9223372036854775808]" },
		{ "[1.5,1e5,1E+5,0.25e-3]", "[1.5,1e5,1E+5,0.25e-3]" },
		{ "true", "true" },
		{ "7", "7" },
		{ "\"// no comment, [ no list\"", "\"// no comment, [ no list\"" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(good); i++) {
		auto_json o = NULL;

		ck_assert_msg(parse(good[i].text, &o) == 0, "refused: %s", good[i].text);
		ck_assert_str_eq(
			json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
								  JSON_C_TO_STRING_NOSLASHESCAPE),
			good[i].printed);
	}
}
END_TEST

/* A message that is cut anywhere is none. */
START_TEST(cut)
{
	static const char whole[] = "{\"a\":[1,true,\"\\u00fc\\n\",{\"b\":null}],\"c\":-1.5e-3}";

	for (size_t n = 0; n < sizeof(whole); n++) {
		auto_json o = NULL;

		ck_assert_int_eq(par_json_parse(whole, n, &o, NULL) == 0, n == sizeof(whole) - 1);
	}
}
END_TEST

START_TEST(depth)
{
	char text[20100];

	for (int n = 31; n <= 33; n++) {
		auto_json o = NULL;

		memset(text, '[', (size_t)n);
		memset(text + n, ']', (size_t)n);
		text[2 * n] = '\0';
		ck_assert_int_eq(parse(text, &o) == 0, n <= 32);
	}
	memset(text, '[', 10000);
	memset(text + 10000, ']', 10000);
	text[20000] = '\0';
	{
		auto_json o = NULL;

		ck_assert_int_lt(parse(text, &o), 0);
		/* Brackets within a string are no nesting. */
		text[0] = text[19999] = '"';
		ck_assert_int_eq(parse(text, &o), 0);
	}
}
END_TEST

START_TEST(getters)
{
	auto_json o = NULL;
	auto_strv l = { 0 };
	const char *s = "unset";
	bool b = false;
	uint64_t u = 7;
	struct json_object *sub = NULL;

	ck_assert_int_eq(parse("{\"s\":\"x\",\"b\":true,\"u\":42,\"n\":null,\"m\":-1,\"d\":1.5,"
			       "\"l\":[\"a\",\"b\"],\"z\":\"a\\u0000b\",\"o\":{},\"mix\":[\"a\",1],"
			       "\"huge\":99999999999999999999999}",
			       &o),
			 0);
	ck_assert_int_eq(par_json_string(o, "s", true, &s, NULL), 0);
	ck_assert_str_eq(s, "x");
	ck_assert_int_eq(par_json_string(o, "n", false, &s, NULL), 0);
	ck_assert_int_eq(par_json_string(o, "gone", false, &s, NULL), 0);
	ck_assert_str_eq(s, "x");
	ck_assert_int_lt(par_json_string(o, "n", true, &s, NULL), 0);
	ck_assert_int_lt(par_json_string(o, "u", false, &s, NULL), 0);
	ck_assert_int_lt(par_json_string(o, "z", false, &s, NULL), 0);
	ck_assert_int_eq(par_json_bool(o, "b", true, &b, NULL), 0);
	ck_assert(b);
	ck_assert_int_lt(par_json_bool(o, "u", true, &b, NULL), 0);
	ck_assert_int_eq(par_json_u64(o, "u", true, 42, &u, NULL), 0);
	ck_assert_uint_eq(u, 42);
	ck_assert_int_lt(par_json_u64(o, "u", true, 41, &u, NULL), 0);
	ck_assert_int_lt(par_json_u64(o, "m", true, 42, &u, NULL), 0);
	ck_assert_int_lt(par_json_u64(o, "d", true, 42, &u, NULL), 0);
	ck_assert_int_lt(par_json_u64(o, "huge", true, 1 << 30, &u, NULL), 0);
	ck_assert_int_eq(par_json_strv(o, "l", true, 2, &l, NULL), 0);
	ck_assert_uint_eq(l.n, 2);
	ck_assert_int_lt(par_json_strv(o, "l", true, 1, &l, NULL), 0);
	ck_assert_int_lt(par_json_strv(o, "mix", true, 9, &l, NULL), 0);
	ck_assert_int_eq(par_json_object(o, "o", true, &sub, NULL), 0);
	ck_assert_ptr_nonnull(sub);
	ck_assert_int_lt(par_json_object(o, "l", true, &sub, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");

	tcase_add_test(t, refuses);
	tcase_add_test(t, takes);
	tcase_add_test(t, cut);
	tcase_add_test(t, depth);
	tcase_add_test(t, getters);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(suite)
