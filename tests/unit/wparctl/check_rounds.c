/* SPDX-License-Identifier: Apache-2.0 */
/* check_rounds.c - how often memory is copied before a dump */
#include "harness.h"
#include "wparctl/checkpoint/rounds.h"

#define MIB ((uint64_t)1 << 20)

static bool more(uint64_t memory_mib, const uint64_t *mib, size_t n)
{
	uint64_t written[WPAR_ROUNDS_MOST] = { 0 };

	for (size_t i = 0; i < n; i++)
		written[i] = mib[i] * MIB;
	return wpar_rounds_more(memory_mib * MIB, written, n);
}

START_TEST(a_small_one_is_dumped_at_once)
{
	ck_assert(!more(8, NULL, 0));
	ck_assert(!more(23, NULL, 0));
	ck_assert(more(24, NULL, 0));
	ck_assert(more(4096, NULL, 0));
}
END_TEST

START_TEST(until_what_is_left_is_small)
{
	ck_assert(more(1024, (uint64_t[]){ 1024 }, 1));
	ck_assert(more(1024, (uint64_t[]){ 1024, 100 }, 2));
	ck_assert(!more(1024, (uint64_t[]){ 1024, 100, 16 }, 3));
	/* Of a smaller one a megabyte is little, too. */
	ck_assert(!more(32, (uint64_t[]){ 32, 1 }, 2));
	ck_assert(more(32, (uint64_t[]){ 32, 2 }, 2));
}
END_TEST

/* A part that always changes: 4 of 256 MiB, as the goal has it, and all of it. */
START_TEST(until_it_no_longer_becomes_less)
{
	ck_assert(more(512, (uint64_t[]){ 512, 40 }, 2));
	ck_assert(!more(512, (uint64_t[]){ 512, 40, 39 }, 3));
	ck_assert(!more(512, (uint64_t[]){ 512, 40, 30 }, 3));
	ck_assert(more(512, (uint64_t[]){ 512, 40, 29 }, 3));
	ck_assert(more(256, (uint64_t[]){ 256, 6 }, 2));
	ck_assert(!more(256, (uint64_t[]){ 256, 6, 5 }, 3));
	ck_assert(more(256, (uint64_t[]){ 256 }, 1));
	ck_assert(!more(256, (uint64_t[]){ 256, 256 }, 2));
	ck_assert(!more(256, (uint64_t[]){ 256, 300 }, 2));
}
END_TEST

START_TEST(never_for_ever)
{
	const uint64_t mib[] = { 64000, 32000, 16000, 8000, 4000, 2000 };

	ck_assert(more(64000, mib, WPAR_ROUNDS_MOST - 1));
	ck_assert(!more(64000, mib, WPAR_ROUNDS_MOST));
}
END_TEST

static Suite *rounds_suite(void)
{
	Suite *s = suite_create("rounds");
	TCase *t = tcase_create("rounds");

	tcase_add_test(t, a_small_one_is_dumped_at_once);
	tcase_add_test(t, until_what_is_left_is_small);
	tcase_add_test(t, until_it_no_longer_becomes_less);
	tcase_add_test(t, never_for_ever);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(rounds_suite)
