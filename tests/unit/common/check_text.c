/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that nobody trusts. */
#include "harness.h"
#include "lpard/common/cleanup.h"
#include "lpard/common/text.h"

#include <string.h>

static const struct {
	const char *text, *clean;
	enum par_text_keep keep;
} cases[] = {
	{ "", "", PAR_TEXT_LINE },
	{ "plain ~ text", "plain ~ text", PAR_TEXT_LINE },
	{ "Grüße, 世界 🙂", "Grüße, 世界 🙂", PAR_TEXT_LINE },
	{ "a\tb\nc\r\n", "a b c  ", PAR_TEXT_LINE },
	{ "a\tb\nc\r\n", "a\tb\nc \n", PAR_TEXT_LINES },
	{ "\033[31mred\007\b\177", "?[31mred???", PAR_TEXT_LINES },
	/* C1: U+009B is ESC [ in one character, U+0085 a line break */
	{ "\xc2\x80|\xc2\x85|\xc2\x9b|\xc2\x9f|\xc2\xa0", "?|?|?|?|\xc2\xa0", PAR_TEXT_LINES },
	/* right-to-left override, isolates, marks: what is shown is not what is there */
	{ "\xe2\x80\xae"
	  "gpj.exe\xe2\x80\xac \xe2\x81\xa6x\xe2\x81\xa9 \xe2\x80\x8f \xd8\x9c",
	  "?gpj.exe? ?x? ? ?", PAR_TEXT_LINE },
	{ "line\xe2\x80\xa8"
	  "para\xe2\x80\xa9",
	  "line?para?", PAR_TEXT_LINES },
	{ "ro\xe2\x80\x8bot\xef\xbb\xbf\xc2\xad", "ro?ot??", PAR_TEXT_LINE },
	{ "tag\xf3\xa0\x81\x81", "tag?", PAR_TEXT_LINE },
	/* not UTF-8: overlong, surrogate, beyond the last, cut short, a lone byte of Latin-1 */
	{ "\xc0\x9b", "??", PAR_TEXT_LINE },
	{ "\xe0\x80\x9b", "???", PAR_TEXT_LINE },
	{ "\xed\xa0\x80", "???", PAR_TEXT_LINE },
	{ "\xf4\x90\x80\x80", "????", PAR_TEXT_LINE },
	{ "x\xe2\x80", "x??", PAR_TEXT_LINE },
	{ "\x9b", "?", PAR_TEXT_LINE },
	{ "caf\xe9 ol\xe9", "caf? ol?", PAR_TEXT_LINE },
};

START_TEST(test_clean)
{
	char text[128];

	snprintf(text, sizeof(text), "%s", cases[_i].text);
	par_text_clean(text, sizeof(text), cases[_i].keep);
	ck_assert_str_eq(text, cases[_i].clean);
	/* What is clean stays as it is. */
	par_text_clean(text, sizeof(text), cases[_i].keep);
	ck_assert_str_eq(text, cases[_i].clean);
}
END_TEST

START_TEST(test_bound)
{
	char text[32];

	for (size_t max = 4; max < 12; max++) {
		strcpy(text, "äöü\x9b-0123456789");
		par_text_clean(text, max, PAR_TEXT_LINE);
		ck_assert_uint_le(strlen(text), max);
		ck_assert_str_eq(text + strlen(text) - 3, "...");
	}
	strcpy(text, "0123456789");
	par_text_clean(text, 10, PAR_TEXT_LINE);
	ck_assert_str_eq(text, "0123456789");
	strcpy(text, "0123456789a");
	par_text_clean(text, 10, PAR_TEXT_LINE);
	ck_assert_str_eq(text, "0123456...");
	/* No character is cut in two. */
	strcpy(text, "123456\xc3\xa4xyz");
	par_text_clean(text, 10, PAR_TEXT_LINE);
	ck_assert_str_eq(text, "123456...");
	par_text_clean(NULL, 10, PAR_TEXT_LINE);
}
END_TEST

START_TEST(test_is_utf8)
{
	ck_assert(par_text_is_utf8(""));
	ck_assert(par_text_is_utf8("a\nb\xc3\xa4\xf0\x9f\x98\x80"));
	ck_assert(!par_text_is_utf8("\xc3"));
	ck_assert(!par_text_is_utf8("a\xff"));
	ck_assert(!par_text_is_utf8("\xed\xa0\x80"));
}
END_TEST

static Suite *text_suite(void)
{
	Suite *s = suite_create("text");
	TCase *t = tcase_create("text");

	tcase_add_loop_test(t, test_clean, 0, (int)PAR_ARRAY_SIZE(cases));
	tcase_add_test(t, test_bound);
	tcase_add_test(t, test_is_utf8);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(text_suite)
