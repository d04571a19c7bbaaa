/* SPDX-License-Identifier: Apache-2.0 */
/* check_cor_request.c - what cor_NAME takes from inside */
#include "harness.h"
#include "wparctl/spec/cor_request.h"

#include <string.h>

static bool takes(const char *text, size_t len)
{
	struct wpar_cor_request q;

	return wpar_cor_parse(text, len, &q);
}

#define TAKES(text) takes(text, sizeof(text) - 1)

START_TEST(only_plain_directories)
{
	struct wpar_cor_request q;
	char longest[1100];

	ck_assert(wpar_cor_parse("mount /src", 10, &q));
	ck_assert_str_eq(q.text, "/src");
	ck_assert_int_eq(q.verb, WPAR_COR_MOUNT);
	ck_assert(wpar_cor_parse("umount /a/b.c", 13, &q));
	ck_assert_int_eq(q.verb, WPAR_COR_UMOUNT);
	ck_assert(TAKES("mount /..a/.b"));
	ck_assert(!TAKES(""));
	ck_assert(!TAKES("mount "));
	ck_assert(!TAKES("mount /"));
	ck_assert(!TAKES("mount src"));
	ck_assert(!TAKES("mount /src/"));
	ck_assert(!TAKES("mount //src"));
	ck_assert(!TAKES("mount /a/../b"));
	ck_assert(!TAKES("mount /a/.."));
	ck_assert(!TAKES("mount /a/./b"));
	ck_assert(!TAKES("mount /a b"));
	ck_assert(!TAKES("mount /a\nb"));
	ck_assert(!TAKES("mount /a\0/b"));
	ck_assert(!TAKES("mount /a\0"));
	ck_assert(!TAKES("mount  /a"));
	ck_assert(!TAKES("remount /a"));
	memset(longest, 'a', sizeof(longest));
	for (size_t i = 0; i < 7; i++)
		longest[i] = "mount /"[i];
	ck_assert(takes(longest, 6 + 1024));
	ck_assert(!takes(longest, 6 + 1025));
}
END_TEST

START_TEST(messages_that_fit)
{
	struct wpar_cor_request q;
	char longest[WPAR_COR_MOST] = "error ";

	ck_assert(wpar_cor_parse("error a b\n", 10, &q));
	ck_assert_int_eq(q.verb, WPAR_COR_ERROR);
	ck_assert_str_eq(q.text, "a b\n");
	ck_assert(wpar_cor_parse("error ", 6, &q));
	ck_assert_str_eq(q.text, "");
	ck_assert(!TAKES("error"));
	ck_assert(!TAKES("errors a"));
	ck_assert(!TAKES("error a\0b"));
	ck_assert(!TAKES("error \0"));
	memset(longest + 6, 'a', sizeof(longest) - 6);
	ck_assert(takes(longest, 6 + WPAR_ERROR_BUFFER - 1));
	ck_assert(!takes(longest, 6 + WPAR_ERROR_BUFFER));
}
END_TEST

START_TEST(what_is_written_is_read)
{
	char buf[WPAR_COR_MOST];

	ck_assert_uint_eq(wpar_cor_write(WPAR_COR_MOUNT, "/src", buf), 10);
	ck_assert(memcmp(buf, "mount /src", 10) == 0);
	ck_assert_uint_eq(wpar_cor_write(WPAR_COR_UMOUNT, "/src", buf), 11);
	ck_assert_uint_eq(wpar_cor_write(WPAR_COR_UMOUNT, "/src/", buf), 0);
	ck_assert_uint_eq(wpar_cor_write(WPAR_COR_UMOUNT, "", buf), 0);
	ck_assert_uint_eq(wpar_cor_write(WPAR_COR_ERROR, "no room", buf), 13);
	ck_assert(memcmp(buf, "error no room", 13) == 0);
}
END_TEST

static Suite *cor_request_suite(void)
{
	Suite *s = suite_create("cor_request");
	TCase *c = tcase_create("cor_request");

	tcase_add_test(c, only_plain_directories);
	tcase_add_test(c, messages_that_fit);
	tcase_add_test(c, what_is_written_is_read);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(cor_request_suite)
