/* SPDX-License-Identifier: Apache-2.0 */
/* check_cgroup_usage.c - what the kernel's files say of use */
#include "harness.h"
#include "wparctl/resources/cgroup_usage.h"

START_TEST(a_key_is_found_by_its_whole_name)
{
	uint64_t n = 0;

	ck_assert(wpar_usage_key("usage_usec 4711\nuser_usec 1\n", "usage_usec", &n));
	ck_assert_uint_eq(n, 4711);
	ck_assert(wpar_usage_key("MemTotal:        2030040 kB\nMemFree: 5 kB\n", "MemFree", &n));
	ck_assert_uint_eq(n, 5);
	ck_assert(!wpar_usage_key("MemTotalX: 1\n", "MemTotal", &n));
	ck_assert(!wpar_usage_key("MemTotal: -1\n", "MemTotal", &n));
	ck_assert(!wpar_usage_key("MemTotal:\n", "MemTotal", &n));
	ck_assert(!wpar_usage_key("", "MemTotal", &n));
}
END_TEST

START_TEST(idle_and_waiting_is_not_busy)
{
	uint64_t n = 0;

	ck_assert(wpar_usage_busy("cpu  10 1 20 1000 500 3 4 7 0 0\ncpu0 …", &n));
	ck_assert_uint_eq(n, 38);
	ck_assert(!wpar_usage_busy("cpu 1 2 3\n", &n));
	ck_assert(!wpar_usage_busy("intr 1 2 3 4 5 6 7\n", &n));
}
END_TEST

START_TEST(this_system_says_what_it_uses)
{
	struct wpar_usage_system s;

	ck_assert_int_eq(wpar_usage_of_system(&s), 0);
	ck_assert_uint_gt(s.memory_total, s.usage.memory);
	ck_assert_uint_gt(s.usage.memory, 0);
	ck_assert_uint_gt(s.processors, 0);
}
END_TEST

static Suite *usage_suite(void)
{
	Suite *suite = suite_create("usage");
	TCase *tc = tcase_create("read");

	tcase_add_test(tc, a_key_is_found_by_its_whole_name);
	tcase_add_test(tc, idle_and_waiting_is_not_busy);
	tcase_add_test(tc, this_system_says_what_it_uses);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(usage_suite)
