/* SPDX-License-Identifier: Apache-2.0 */
/* check_folder_times.c - names of folders in few bytes: they come back as they were, in their order
 */
#include "harness.h"
#include "wparctl/archive/helper/folder_times.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = { "",	 "etc",	       "etc/a",	 "etc/a/b", "etc/ab",
				     "etc/ab/c", "srv/1",      "srv/10", "srv/2",   "srv/2",
				     "\xff\xfe", "\xff\xfe/x", "a" };

struct heard {
	size_t n;
};

static void hear(void *user, const char *name, const struct timespec *mtime)
{
	struct heard *h = user;

	ck_assert_uint_lt(h->n, PAR_ARRAY_SIZE(names));
	ck_assert_str_eq(name, names[h->n]);
	ck_assert_int_eq(mtime->tv_sec, -5 + (time_t)h->n);
	ck_assert_int_eq(mtime->tv_nsec, 999999999 - (long)h->n);
	h->n++;
}

START_TEST(as_they_were)
{
	static struct folder_times f;
	struct heard h = { 0 };
	size_t cost = 0;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		const struct timespec t = { .tv_sec = -5 + (time_t)i,
					    .tv_nsec = 999999999 - (long)i };

		cost += folder_times_cost(i ? names[i - 1] : "", names[i]);
		ck_assert_int_eq(folder_times_add(&f, names[i], &t), 0);
	}
	ck_assert_uint_eq(f.bytes.len, cost);
	folder_times_each(&f, hear, &h);
	ck_assert_uint_eq(h.n, PAR_ARRAY_SIZE(names));
	folder_times_done(&f);
	folder_times_each(&f, hear, &h);
	ck_assert_uint_eq(h.n, PAR_ARRAY_SIZE(names));
}
END_TEST

/* Names that have nothing in common, each as long as one can be. */
START_TEST(too_many)
{
	static struct folder_times f;
	const struct timespec t = { 0 };
	static char name[WPAR_ARCHIVE_NAME + 1];
	size_t n = 0;
	int r = 0;

	memset(name, 'x', WPAR_ARCHIVE_NAME);
	for (; r == 0 && n <= WPAR_ARCHIVE_FOLDER_BYTES / WPAR_ARCHIVE_NAME; n++) {
		name[0] = (char)('a' + n % 2);
		r = folder_times_add(&f, name, &t);
	}
	ck_assert_int_eq(r, -E2BIG);
	ck_assert_uint_le(f.bytes.len, WPAR_ARCHIVE_FOLDER_BYTES);
	ck_assert_uint_gt(f.bytes.len, WPAR_ARCHIVE_FOLDER_BYTES - WPAR_ARCHIVE_NAME - 64);
	folder_times_done(&f);
}
END_TEST

/* The same prefix in millions of folders costs nothing. */
START_TEST(few_bytes)
{
	ck_assert_uint_eq(folder_times_cost("home/user/folder/1234", "home/user/folder/1235"), 17);
	ck_assert_uint_eq(folder_times_cost("", "abc"), 19);
	ck_assert_uint_eq(folder_times_cost("abc", "abc"), 16);
}
END_TEST

static Suite *folder_times_suite(void)
{
	Suite *suite = suite_create("wparctl folder_times");
	TCase *tc = tcase_create("folder_times");

	tcase_add_test(tc, as_they_were);
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, few_bytes);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(folder_times_suite)
