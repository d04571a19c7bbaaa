/* SPDX-License-Identifier: Apache-2.0 */
/* check_df.c - df inside a WPAR: when the mount points are named for it */
#include "harness.h"
#include "wparctl/runtime/inside/inside.h"

#include <stdarg.h>
#include <string.h>

/* The arguments that the real df would get, joined by blanks. */
static const char *given(char *const *argv)
{
	static char *mounts[] = { (char *)"/", (char *)"/home", NULL };
	static char text[512];
	int argc = 0;
	char **v;

	while (argv[argc])
		argc++;
	v = wpar_df_arguments("df", argc, (char **)argv, mounts);
	text[0] = '\0';
	for (char **s = v; *s; s++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%s%s", *s, s[1] ? " " : "");
	}
	free(v);
	return text;
}

#define GIVEN(...) given((char *[]){ (char *)"df", __VA_ARGS__, NULL })

START_TEST(mounts_are_named_without_operands)
{
	char *plain[] = { (char *)"df", NULL };

	ck_assert_str_eq(given(plain), "df / /home");
	ck_assert_str_eq(GIVEN((char *)"-k"), "df -k / /home");
	ck_assert_str_eq(GIVEN((char *)"-B", (char *)"1M"), "df -B 1M / /home");
	ck_assert_str_eq(GIVEN((char *)"-hB", (char *)"1M"), "df -hB 1M / /home");
	ck_assert_str_eq(GIVEN((char *)"-BM", (char *)"-i"), "df -BM -i / /home");
	ck_assert_str_eq(GIVEN((char *)"--block-size", (char *)"K"), "df --block-size K / /home");
	ck_assert_str_eq(GIVEN((char *)"--output=source", (char *)"-t", (char *)"ext4"),
			 "df --output=source -t ext4 / /home");
}
END_TEST

START_TEST(operands_stay)
{
	ck_assert_str_eq(GIVEN((char *)"/tmp"), "df /tmp");
	ck_assert_str_eq(GIVEN((char *)"-k", (char *)"/tmp"), "df -k /tmp");
	ck_assert_str_eq(GIVEN((char *)"-B", (char *)"1M", (char *)"/tmp"), "df -B 1M /tmp");
	ck_assert_str_eq(GIVEN((char *)"--", (char *)"-x"), "df -- -x");
	ck_assert_str_eq(GIVEN((char *)"-ak"), "df -ak");
	ck_assert_str_eq(GIVEN((char *)"--help"), "df --help");
}
END_TEST

static Suite *df_suite(void)
{
	Suite *suite = suite_create("df");
	TCase *tc = tcase_create("arguments");

	tcase_add_test(tc, mounts_are_named_without_operands);
	tcase_add_test(tc, operands_stay);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(df_suite)
