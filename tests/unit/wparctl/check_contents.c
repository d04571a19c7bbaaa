/* SPDX-License-Identifier: Apache-2.0 */
/* check_contents.c - digests of files with holes: of the data and its places, and of nothing else
 */
#include "harness.h"
#include "lpard/common/contents.h"
#include "wparctl/archive/helper/declared.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIB (UINT64_C(1) << 40)

/* A file in parts: "h5" are 5 bytes of a hole, "dabc" the bytes abc; "WORD DIGEST" */
static const char *sum_as(unsigned int format, const char *const *parts)
{
	static char text[8][PAR_SHA256_TEXT + 16];
	static unsigned int next;
	char *to = text[next++ % 8], hex[PAR_SHA256_TEXT];
	struct par_contents c;
	const char *word;

	par_contents_begin(&c, format);
	for (; *parts; parts++) {
		if (**parts == 'h')
			par_contents_hole(&c, strtoull(*parts + 1, NULL, 10));
		else
			par_contents_data(&c, *parts + 1, strlen(*parts + 1));
	}
	word = par_contents_end(&c, hex);
	snprintf(to, sizeof(text[0]), "%s %s", word, hex);
	return to;
}

#define SUM(...)   sum_as(PAR_CONTENTS_EXTENTS, (const char *const[]){ __VA_ARGS__, NULL })
#define ZEROS(...) sum_as(PAR_CONTENTS_ZEROS, (const char *const[]){ __VA_ARGS__, NULL })

static const char *digest_of(const char *word, const char *text)
{
	static char out[PAR_SHA256_TEXT + 16];
	char hex[PAR_SHA256_TEXT];
	struct par_sha256 sum;

	par_sha256_init(&sum);
	par_sha256_put(&sum, text, strlen(text));
	par_sha256_finish(&sum, hex);
	snprintf(out, sizeof(out), "%s %s", word, hex);
	return out;
}

START_TEST(without_holes_it_is_that_of_the_bytes)
{
	ck_assert_str_eq(SUM("dabc"), digest_of("file", "abc"));
	ck_assert_str_eq(SUM("da", "dbc", "h0"), digest_of("file", "abc"));
	ck_assert_str_eq(SUM("h0"), digest_of("file", ""));
}
END_TEST

/* As docs/SAVEWPAR.md has it, with digests by sha256sum(1). */
START_TEST(with_holes_it_is_that_of_the_text)
{
	ck_assert_str_eq(
		SUM("h4", "dabc", "h5", "dde", "h2"),
		digest_of("sparse",
			  "4 3\n12 2\nsize 16\ndata "
			  "36bbe50ed96841d10443bcb670d6554f0a34b761be67ec9c4a8ad2c0c44ca42c\n"));
	ck_assert_str_eq(
		SUM("h7"),
		digest_of("sparse",
			  "size 7\ndata "
			  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"));
}
END_TEST

/* However it comes: a reader's blocks are others than a writer's. */
START_TEST(extents_are_joined)
{
	ck_assert_str_eq(SUM("h1", "h3", "da", "dbc", "h0", "h5"), SUM("h4", "dabc", "h5"));
}
END_TEST

START_TEST(nothing_passes_for_something_else)
{
	const char *sums[] = {
		SUM("h2", "dab"),
		SUM("dab", "h2"),
		SUM("h1", "dab", "h1"),
		SUM("da", "h2", "db"),
		SUM("h3", "dab"),
		SUM("h2", "dac"),
		SUM("dab"),
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(sums); i++) {
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(sums[i], sums[j]);
	}
}
END_TEST

/* The alarm of the case is the limit: zeros of so much take half an hour and more. */
START_TEST(a_hole_costs_nothing)
{
	char large[32];

	snprintf(large, sizeof(large), "h%llu", (unsigned long long)(4 * TIB));
	ck_assert_str_ne(SUM(large, "dx"), SUM("dx", large));
}
END_TEST

START_TEST(of_the_first_format_holes_are_zeros)
{
	char hex[PAR_SHA256_TEXT];
	struct par_contents c;

	par_contents_begin(&c, PAR_CONTENTS_ZEROS);
	par_contents_data(&c, "\0\0a\0", 4);
	ck_assert_str_eq(par_contents_end(&c, hex), "file");
	ck_assert_str_eq(ZEROS("h2", "da", "h1") + strlen("file "), hex);
	ck_assert(strncmp(ZEROS("h2", "da", "h1"), "file ", 5) == 0);
}
END_TEST

/* ---- What a backup says of itself ---- */

START_TEST(what_is_declared)
{
	static struct extract a;
	unsigned int format = 0;

	ck_assert_int_eq(
		wpar_declared_take(&a,
				   "image_data:\n\tSIZE_KB = 12\nwpar_data:\n\tXMEMBERS_MAX = 3\n"
				   "\tMEMBERS_MAX=4\n\tBYTES_MAX = \"5\" \n\tCHECKSUMS = 2",
				   &format),
		0);
	ck_assert_uint_eq(a.declared_kib, 12);
	ck_assert_uint_eq(a.declared_members, 4);
	ck_assert_uint_eq(a.declared_bytes, 5);
	ck_assert_uint_eq(format, PAR_CONTENTS_EXTENTS);
	ck_assert_int_eq(wpar_declared_take(&a, "image_data:\n\tSIZE_KB = 0\n", &format), 0);
	ck_assert_uint_eq(a.declared_kib + a.declared_members + a.declared_bytes, 0);
	ck_assert_uint_eq(format, PAR_CONTENTS_ZEROS);
	ck_assert_int_eq(
		wpar_declared_take(&a, "\tMEMBERS_MAX = 4000000\n\tBYTES_MAX = 4398046511104\n",
				   &format),
		0);
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
	static const char *const values[] = { "0",
					      "-1",
					      "",
					      "null",
					      "+1",
					      "1 2",
					      "0x10",
					      "\"\"",
					      "18446744073709551616",
					      "1e3",
					      "4398046511105",
					      "18446744073709551615",
					      "99999999999999999999999" };
	static const char *const names[] = { "MEMBERS_MAX", "BYTES_MAX", "CHECKSUMS" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(values); i++) {
		for (size_t j = 0; j < PAR_ARRAY_SIZE(names); j++) {
			static struct extract a;
			unsigned int format;
			char text[128];

			snprintf(text, sizeof(text), "wpar_data:\n\t%s = %s\n", names[j],
				 values[i]);
			ck_assert_int_eq(wpar_declared_take(&a, text, &format), -EBADMSG);
			ck_assert_msg(strstr(a.why, names[j]) &&
					      strstr(a.why, "is no number from 1 to"),
				      "%s", a.why);
		}
	}
}
END_TEST

static Suite *contents_suite(void)
{
	Suite *s = suite_create("wparctl contents");
	TCase *tc = tcase_create("contents");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, without_holes_it_is_that_of_the_bytes);
	tcase_add_test(tc, with_holes_it_is_that_of_the_text);
	tcase_add_test(tc, extents_are_joined);
	tcase_add_test(tc, nothing_passes_for_something_else);
	tcase_add_test(tc, a_hole_costs_nothing);
	tcase_add_test(tc, of_the_first_format_holes_are_zeros);
	tcase_add_test(tc, what_is_declared);
	tcase_add_test(tc, what_cannot_be_is_refused);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(contents_suite)
