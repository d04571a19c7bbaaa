/* SPDX-License-Identifier: Apache-2.0 */
/* sha256.c: FIPS 180-4's examples, pieces of every size, holes. */
#include "harness.h"
#include "lpard/common/sha256.h"

#include <string.h>

static void digest(const char *text, size_t len, size_t step, char ret[PAR_SHA256_TEXT])
{
	struct par_sha256 s;

	par_sha256_init(&s);
	for (size_t i = 0; i < len; i += step)
		par_sha256_put(&s, text + i, len - i < step ? len - i : step);
	par_sha256_finish(&s, ret);
}

static const struct {
	const char *text, *expected;
} examples[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

START_TEST(known)
{
	char got[PAR_SHA256_TEXT];

	for (size_t i = 0; i < 3; i++) {
		for (size_t step = 1; step < 70; step++) {
			digest(examples[i].text, strlen(examples[i].text), step, got);
			ck_assert_str_eq(got, examples[i].expected);
		}
	}
}
END_TEST

START_TEST(million)
{
	struct par_sha256 s;
	char chunk[1000], got[PAR_SHA256_TEXT];

	memset(chunk, 'a', sizeof(chunk));
	par_sha256_init(&s);
	for (int i = 0; i < 1000; i++)
		par_sha256_put(&s, chunk, sizeof(chunk));
	par_sha256_finish(&s, got);
	ck_assert_str_eq(got, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

START_TEST(holes)
{
	struct par_sha256 a, b;
	char zero[1] = { 0 }, got[PAR_SHA256_TEXT], wanted[PAR_SHA256_TEXT];

	par_sha256_init(&a);
	par_sha256_init(&b);
	par_sha256_put(&a, "x", 1);
	par_sha256_put(&b, "x", 1);
	par_sha256_put_zeros(&a, 200001);
	for (int i = 0; i < 200001; i++)
		par_sha256_put(&b, zero, 1);
	par_sha256_finish(&a, got);
	par_sha256_finish(&b, wanted);
	ck_assert_str_eq(got, wanted);
}
END_TEST

static Suite *sha256_suite(void)
{
	Suite *suite = suite_create("sha256");
	TCase *tc = tcase_create("digest");

	tcase_add_test(tc, known);
	tcase_add_test(tc, million);
	tcase_add_test(tc, holes);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(sha256_suite)
