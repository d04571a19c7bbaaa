/* SPDX-License-Identifier: Apache-2.0 */
/* check_criteria.c - what odmget -q takes, and what that means */
#include "harness.h"
#include "wparctl/versioned/criteria.h"

#include <string.h>

static bool fits(const char *text, const char *value)
{
	struct wpar_criteria c;
	auto_error err = NULL;

	ck_assert_msg(wpar_criteria_parse(text, &c, &err) == 0, "%s", text);
	ck_assert_uint_eq(c.n, 1);
	ck_assert_str_eq(c.v[0].attribute, "path");
	return wpar_criterion_fits(&c.v[0], value);
}

START_TEST(comparisons)
{
	ck_assert(fits("path=/usr/bin/df", "/usr/bin/df"));
	ck_assert(fits("path = '/usr/bin/df'", "/usr/bin/df"));
	ck_assert(fits(" path == \"/a b\" ", "/a b"));
	ck_assert(!fits("path=/usr/bin/df", "/usr/bin/dfx"));
	ck_assert(fits("path != /a", "/b"));
	ck_assert(!fits("path!=/a", "/a"));
	ck_assert(fits("path < /b", "/a"));
	ck_assert(!fits("path < /a", "/a"));
	ck_assert(fits("path <= /a", "/a"));
	ck_assert(fits("path > /a", "/b"));
	ck_assert(fits("path >= /a", "/a"));
}
END_TEST

START_TEST(like)
{
	ck_assert(fits("path like /usr/bin/*", "/usr/bin/df"));
	ck_assert(fits("path LIKE '*/df'", "/usr/bin/df"));
	ck_assert(fits("path LIKE /usr", "/usr/bin/df"));
	ck_assert(fits("path LIKE '/usr/bin/[dp]?'", "/usr/bin/ps"));
	ck_assert(!fits("path LIKE /sbin/*", "/usr/bin/df"));
}
END_TEST

START_TEST(several)
{
	struct wpar_criteria c;
	auto_error err = NULL;

	ck_assert_int_eq(
		wpar_criteria_parse("path LIKE /usr/* and os = debian AND level!='*'", &c, &err),
		0);
	ck_assert_uint_eq(c.n, 3);
	ck_assert_str_eq(c.v[1].attribute, "os");
	ck_assert_int_eq(c.v[2].comparison, WPAR_IS_NOT);
	ck_assert_str_eq(c.v[2].value, "*");
	ck_assert_int_eq(wpar_criteria_parse("  ", &c, &err), 0);
	ck_assert_uint_eq(c.n, 0);
}
END_TEST

START_TEST(refused)
{
	static const char *const bad[] = {
		"path",		"path =",	   "= /a",	  "path ~ /a",
		"path='/a",	"path=/a OR os=b", "path=/a and", "path=/a andos=b",
		"path=/a os=b", "path LIKE",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		struct wpar_criteria c;
		auto_error err = NULL;

		ck_assert_msg(wpar_criteria_parse(bad[i], &c, &err) == -EINVAL, "%s", bad[i]);
		ck_assert_int_eq(err->id, PAR_E_INVALID_ARGUMENT);
	}
}
END_TEST

static Suite *criteria_suite(void)
{
	Suite *suite = suite_create("wparctl criteria");
	TCase *tc = tcase_create("criteria");

	tcase_add_test(tc, comparisons);
	tcase_add_test(tc, like);
	tcase_add_test(tc, several);
	tcase_add_test(tc, refused);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(criteria_suite)
