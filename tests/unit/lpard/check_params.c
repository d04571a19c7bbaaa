/* SPDX-License-Identifier: Apache-2.0 */
/* params.c: names and types of parameters, and what the handler gets. */
#include "lpard/daemon/methods/params.h"

#include "harness.h"

#include <string.h>

/* A method with one of each, made as methods.h and dispatch.c make them. */
/* clang-format off */
#define ALL                                               \
	STRING(system)                                    \
	OPT_STRING(lpar)                                  \
	OPT_BOOL(force)                                   \
	OPT_INT(id, 4096, 7)                              \
	STRINGS(argv, 3)                                  \
	OPT_STRINGS(lpars, 3)                             \
	OPT_INTS(ids, 4096, 3)                            \
	WORD(operation, power, LPAR_POWER_WORDS)          \
	OPT_WORD(boot_mode, boot_mode, LPAR_BOOT_MODE_WORDS) \
	ATTRIBUTES(attributes, 3)                         \
	OPT_CRITERIA(filter, 3)
/* clang-format on */

#define PARAM(n, c_type, text, type, ...) c_type n;
struct all {
	ALL
};
#undef PARAM
#define PARAM(n, c_type, text, type_, ...) \
	{ .name = #n, .type = type_, .offset = offsetof(struct all, n), __VA_ARGS__ },
static const struct lpar_param rows[] = { ALL{ 0 } };
#undef PARAM
#define PARAM(n, c_type, text, type, ...) #n ": " text ", "
static const char text_of_all[] = ALL;

/* What every call of it must have. */
#define MUST "\"system\":\"S\",\"argv\":[],\"operation\":\"on\",\"attributes\":[]"

static struct json_object *parse(const char *text)
{
	struct json_object *o = NULL;
	auto_error err = NULL;

	ck_assert_msg(par_json_parse(text, strlen(text), &o, &err) == 0, "%s: %s", text,
		      err ? err->msg : "?");
	return o;
}

START_TEST(described)
{
	ck_assert_str_eq(text_of_all,
			 "system: string, lpar: ?string, force: ?bool, id: ?int, argv: []string, "
			 "lpars: ?[]string, ids: ?[]int, operation: (on, shutdown, osshutdown), "
			 "boot_mode: ?(norm, sms, of, dd, ds), attributes: []Attribute, "
			 "filter: ?[](name: string, values: []string), ");
}
END_TEST

START_TEST(left_out)
{
	auto_json o = parse("{" MUST ",\"lpar\":null,\"boot_mode\":null}");
	struct all p = { 0 };

	ck_assert_ptr_null(lpar_params_unknown(rows, o));
	ck_assert_int_eq(lpar_params_read(rows, o, &p, NULL), 0);
	ck_assert_str_eq(p.system, "S");
	ck_assert_ptr_null(p.lpar);
	ck_assert(!p.force);
	ck_assert_uint_eq(p.id, 7);
	ck_assert_uint_eq(p.argv.n + p.lpars.n + p.ids.n + p.attributes.n + p.filter.n, 0);
	ck_assert_int_eq(p.operation, LPAR_POWER_ON);
	ck_assert(!p.boot_mode.given);
	lpar_params_done(rows, &p);
}
END_TEST

START_TEST(given)
{
	auto_json o = parse("{\"system\":\"S\",\"lpar\":\"lp1\",\"force\":true,\"id\":4096,"
			    "\"argv\":[\"a\",\"\"],\"lpars\":[\"x\"],\"ids\":[1,0,4096],"
			    "\"operation\":\"osshutdown\",\"boot_mode\":\"norm\",\"attributes\":"
			    "[{\"name\":\"n\",\"op\":\"remove\",\"value\":\"v\"}],\"filter\":"
			    "[{\"name\":\"f\",\"values\":[\"1\",\"2\"]},"
			    "{\"name\":\"g\",\"values\":[]}]}");
	struct all p = { 0 };

	ck_assert_int_eq(lpar_params_read(rows, o, &p, NULL), 0);
	ck_assert_str_eq(p.lpar, "lp1");
	ck_assert(p.force);
	ck_assert_uint_eq(p.id, 4096);
	ck_assert_uint_eq(p.argv.n, 2);
	ck_assert_str_eq(p.argv.v[0], "a");
	ck_assert_uint_eq(p.ids.n, 3);
	ck_assert_uint_eq(p.ids.v[2], 4096);
	ck_assert_int_eq(p.operation, LPAR_POWER_OSSHUTDOWN);
	ck_assert(p.boot_mode.given);
	ck_assert_int_eq(p.boot_mode.value, LPAR_BOOT_NORM);
	ck_assert_int_eq(p.attributes.v[0].op, PAR_ATTR_REMOVE);
	ck_assert_str_eq(p.attributes.v[0].value, "v");
	ck_assert_uint_eq(p.filter.n, 2);
	ck_assert_str_eq(p.filter.v[0].values.v[1], "2");
	ck_assert_str_eq(p.filter.v[1].name, "g");
	lpar_params_done(rows, &p);
}
END_TEST

START_TEST(taken_out)
{
	auto_json o = parse("{\"system\":\"S\",\"argv\":[],\"operation\":\"on\",\"attributes\":"
			    "[{\"name\":\"n\",\"op\":\"set\",\"value\":\"v\"}]}");
	auto_attrs kept = { 0 };
	struct all p = { 0 };

	ck_assert_int_eq(lpar_params_read(rows, o, &p, NULL), 0);
	kept = p.attributes;
	p.attributes = (struct par_attrs){ 0 };
	lpar_params_done(rows, &p);
	ck_assert_str_eq(par_attrs_get(&kept, "n"), "v");
}
END_TEST

START_TEST(unknown)
{
	auto_json o = parse("{" MUST ",\"Lpar\":\"x\"}");
	auto_json empty = parse("{}");
	auto_json nameless = parse("{\"\":1}");

	ck_assert_str_eq(lpar_params_unknown(rows, o), "Lpar");
	ck_assert_ptr_null(lpar_params_unknown(rows, empty));
	ck_assert_str_eq(lpar_params_unknown(rows, nameless), "");
}
END_TEST

static const struct {
	const char *parameters, *why;
} refused[] = {
	{ "{}", "\"system\" is missing" },
	{ "{\"system\":null}", "\"system\" is missing" },
	{ "{\"system\":1}", "\"system\" must be a string" },
	{ "{\"system\":\"a\\u0000b\"}", "\"system\" has a NUL in it" },
	{ "{\"system\":\"S\",\"lpar\":1}", "\"lpar\" must be a string" },
	{ "{\"system\":\"S\",\"force\":\"true\"}", "\"force\" must be true or false" },
	{ "{\"system\":\"S\",\"force\":1}", "\"force\" must be true or false" },
	{ "{\"system\":\"S\",\"id\":\"1\"}", "\"id\" must be a whole number" },
	{ "{\"system\":\"S\",\"id\":1.5}", "\"id\" must be a whole number" },
	{ "{\"system\":\"S\",\"id\":-1}", "\"id\" must be 0 to 4096" },
	{ "{\"system\":\"S\",\"id\":4097}", "\"id\" must be 0 to 4096" },
	{ "{\"system\":\"S\"}", "\"argv\" is missing" },
	{ "{\"system\":\"S\",\"argv\":\"a\"}", "\"argv\" must be a list" },
	{ "{\"system\":\"S\",\"argv\":[1]}", "\"argv\" must be a list of strings" },
	{ "{\"system\":\"S\",\"argv\":[null]}", "\"argv\" must be a list of strings" },
	{ "{\"system\":\"S\",\"argv\":[\"\",\"\",\"\",\"\"]}", "\"argv\" has more than 3" },
	{ "{\"system\":\"S\",\"argv\":[],\"ids\":[-1]}", "\"ids\" must be a list of whole" },
	{ "{\"system\":\"S\",\"argv\":[],\"ids\":[4097]}", "\"ids\" must be a list of whole" },
	{ "{\"system\":\"S\",\"argv\":[],\"ids\":[\"1\"]}", "\"ids\" must be a list of whole" },
	{ "{\"system\":\"S\",\"argv\":[],\"ids\":[1,2,3,4]}", "\"ids\" has more than 3" },
	{ "{\"system\":\"S\",\"argv\":[]}", "\"operation\" is missing" },
	{ "{\"system\":\"S\",\"argv\":[],\"operation\":\"off\"}",
	  "\"operation\" must be on, shutdown or osshutdown" },
	{ "{\"system\":\"S\",\"argv\":[],\"operation\":\"on\",\"boot_mode\":\"SMS\"}",
	  "\"boot_mode\" must be norm, sms, of, dd or ds" },
	{ "{\"system\":\"S\",\"argv\":[],\"operation\":\"on\"}", "\"attributes\" is missing" },
	{ "{\"system\":\"S\",\"argv\":[],\"operation\":\"on\",\"attributes\":[1]}",
	  "\"attributes\" must be a list of objects" },
	{ "{\"system\":\"S\",\"argv\":[],\"operation\":\"on\",\"attributes\":"
	  "[{\"name\":\"n\",\"op\":\"be\",\"value\":\"v\"}]}",
	  "\"op\" must be set, add or remove" },
	{ "{\"system\":\"S\",\"argv\":[],\"operation\":\"on\",\"attributes\":"
	  "[{\"name\":\"n\",\"op\":\"set\",\"value\":\"v\",\"x\":1}]}",
	  "\"x\" is not known here" },
	{ "{\"system\":\"S\",\"argv\":[],\"operation\":\"on\",\"attributes\":"
	  "[{\"name\":\"n\",\"value\":\"v\"}]}",
	  "\"op\" is missing" },
	{ "{" MUST ",\"filter\":[{\"name\":\"n\"}]}", "\"values\" is missing" },
	{ "{" MUST ",\"filter\":[{\"name\":\"n\",\"values\":[\"a\"]},{\"values\":[]}]}",
	  "\"name\" is missing" },
	{ "{" MUST ",\"filter\":[[]]}", "\"filter\" must be a list of objects" },
};

START_TEST(refuses)
{
	auto_json o = parse(refused[_i].parameters);
	auto_error err = NULL;
	struct all p = { 0 };

	ck_assert_int_lt(lpar_params_read(rows, o, &p, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_INVALID_ARGUMENT);
	ck_assert_msg(par_starts_with(err->msg, refused[_i].why), "%s: %s", refused[_i].parameters,
		      err->msg);
	lpar_params_done(rows, &p);
}
END_TEST

static Suite *params_suite(void)
{
	Suite *s = suite_create("params");
	TCase *t = tcase_create("params");

	tcase_add_test(t, described);
	tcase_add_test(t, left_out);
	tcase_add_test(t, given);
	tcase_add_test(t, taken_out);
	tcase_add_test(t, unknown);
	tcase_add_loop_test(t, refuses, 0, PAR_ARRAY_SIZE(refused));
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(params_suite)
