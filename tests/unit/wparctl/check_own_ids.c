/* SPDX-License-Identifier: Apache-2.0 */
/* check_own_ids.c - the map of ids of a user's job */
#include "harness.h"
#include "wparctl/runtime/launch/own_ids.h"
#include "wparctl/spec/spec.h"

static int map_of(const uint32_t *own, size_t n, struct par_buf *ret, struct par_error **err)
{
	return wpar_own_ids_map(WPAR_ID_FIRST, WPAR_ID_WIDTH, own, n, ret, err);
}

static void is_map(const char *wanted, const uint32_t *own, size_t n)
{
	auto_buf map = { 0 };

	ck_assert_int_eq(map_of(own, n, &map, NULL), 0);
	ck_assert_str_eq(map.data, wanted);
}

#define MAP(wanted, ...)                                  \
	is_map(wanted, (const uint32_t[]){ __VA_ARGS__ }, \
	       sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

START_TEST(each_is_itself_and_the_rest_is_the_range)
{
	is_map("0 1073741824 65536\n", NULL, 0);
	MAP("0 1073741824 1000\n1000 1000 1\n1001 1073742825 64535\n", 1000);
	MAP("0 1073741824 1\n1 1 1\n2 1073741826 65534\n", 1);
	MAP("0 1073741824 65535\n65535 65535 1\n", 65535);
	MAP("65536 65536 1\n0 1073741824 65536\n", 65536);
	MAP("1073741823 1073741823 1\n0 1073741824 65536\n", WPAR_ID_FIRST - 1);
}
END_TEST

START_TEST(groups_come_in_any_order_and_twice)
{
	MAP("0 1073741824 5\n5 5 1\n6 6 1\n7 1073741831 93\n100 100 1\n101 1073741925 65435\n", 100,
	    6, 5, 100, 6);
}
END_TEST

START_TEST(nobody_becomes_root_or_a_workload_partition)
{
	static const uint32_t bad[] = { 0, WPAR_ID_FIRST, WPAR_ID_FIRST + 42, UINT32_MAX };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		const uint32_t own[] = { 1000, bad[i] };
		auto_error err = NULL;
		auto_buf map = { 0 };

		ck_assert_int_lt(map_of(own, 2, &map, &err), 0);
		ck_assert_int_eq(err->id, PAR_E_NOT_PERMITTED);
		ck_assert_uint_eq(map.len, 0);
	}
}
END_TEST

/* The kernel reads less than a page of it. */
START_TEST(the_longest_fits)
{
	uint32_t own[WPAR_OWN_GROUPS_MAX + 1];
	auto_error err = NULL;
	auto_buf map = { 0 };

	for (uint32_t i = 0; i <= WPAR_OWN_GROUPS_MAX; i++)
		own[i] = 20000 + 2 * i;
	ck_assert_int_eq(map_of(own, WPAR_OWN_GROUPS_MAX, &map, NULL), 0);
	ck_assert_uint_lt(map.len, 4096);
	ck_assert_int_lt(map_of(own, WPAR_OWN_GROUPS_MAX + 1, &map, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NO_RESOURCES);
}
END_TEST

static Suite *own_ids_suite(void)
{
	Suite *s = suite_create("own_ids");
	TCase *tc = tcase_create("own_ids");

	tcase_add_test(tc, each_is_itself_and_the_rest_is_the_range);
	tcase_add_test(tc, groups_come_in_any_order_and_twice);
	tcase_add_test(tc, nobody_becomes_root_or_a_workload_partition);
	tcase_add_test(tc, the_longest_fits);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(own_ids_suite)
