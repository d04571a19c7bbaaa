/* SPDX-License-Identifier: Apache-2.0 */
/* check_stanza.c - AIX's stanza grammar: what is a header, an attribute, a value, and what is none
 */
#include "harness.h"
#include "lpard/common/stanza.h"

#include <string.h>

static int header(void *user, const char *name, struct par_error **err)
{
	if (strcmp(name, "bad") == 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "refused");
	par_buf_printf(user, "[%s]", name);
	return 0;
}

static int attribute(void *user, const char *name, const char *value, struct par_error **err)
{
	(void)err;
	par_buf_printf(user, "%s<%s>", name, value);
	return 0;
}

static const struct par_stanza_reader reader = { .max_line = 40,
						 .header = header,
						 .attribute = attribute };

/* A text; what is read out of it, or what is wrong. */
static const struct {
	const char *text, *reads, *says;
} cases[] = {
	{ "", "", NULL },
	{ "* a\n# b\n\na:\n\tx = 1\n y=\"2\"\nb:", "[a]x<1>y<2>[b]", NULL },
	{ "a:\nx = \"say \\\"hi\\\" \\\\\"\n", "[a]x<say \"hi\" \\>", NULL },
	{ "a:\n\tx = \n", "[a]x<>", NULL },
	{ "a:\n\tx = a=b:\n", "[a]x<a=b:>", NULL },
	{ "\tx = 1\n", NULL, "line 1: an attribute before the first stanza" },
	{ "a:\n b:\n", NULL, "line 2: neither a stanza nor an attribute with a value" },
	{ "a:\nx = \"1\n", NULL, "line 2: the quotes do not match" },
	{ "a:\nx = 1\"\n", NULL, "line 2: the quotes do not match" },
	{ "a:\nx = \"1\" 2\n", NULL, "line 2: the quotes do not match" },
	{ "a:\nx = \"\\n\"\n", NULL, "line 2: the quotes do not match" },
	{ "a:\n\nbad:\n", NULL, "line 3: refused" },
	{ "a:\nx = 1234567890123456789012345678901234567\n", NULL, "line 2: too long" },
};

START_TEST(texts_are_read)
{
	auto_error err = NULL;
	auto_buf out = { 0 };
	int r = par_stanza_read(cases[_i].text, strlen(cases[_i].text), &reader, &out, &err);

	if (cases[_i].says) {
		ck_assert_int_lt(r, 0);
		ck_assert_str_eq(err->msg, cases[_i].says);
		return;
	}
	ck_assert_msg(r == 0, "%s", err ? err->msg : "");
	ck_assert_str_eq(out.data ? out.data : "", cases[_i].reads);
}
END_TEST

START_TEST(a_nul_is_no_text)
{
	auto_error err = NULL;
	auto_buf out = { 0 };

	ck_assert_int_lt(par_stanza_read("a:\nx\0y = 1\n", 10, &reader, &out, &err), 0);
	ck_assert_str_eq(err->msg, "line 2: a NUL byte");
}
END_TEST

START_TEST(values_come_back)
{
	static const char *const values[] = { "", "plain", "a \"b\" \\ c", "=:#*" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(values); i++) {
		auto_buf text = { 0 }, out = { 0 }, expected = { 0 };

		par_buf_puts(&text, "a:\nx = ");
		par_stanza_put_value(&text, values[i]);
		par_buf_printf(&expected, "[a]x<%s>", values[i]);
		ck_assert_int_eq(par_stanza_read(text.data, text.len, &reader, &out, NULL), 0);
		ck_assert_str_eq(out.data, expected.data);
	}
}
END_TEST

static Suite *stanza_suite(void)
{
	Suite *suite = suite_create("stanza");
	TCase *tc = tcase_create("stanza");

	tcase_add_loop_test(tc, texts_are_read, 0, (int)PAR_ARRAY_SIZE(cases));
	tcase_add_test(tc, a_nul_is_no_text);
	tcase_add_test(tc, values_come_back);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(stanza_suite)
