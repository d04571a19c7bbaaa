/* SPDX-License-Identifier: Apache-2.0 */
/* check_plan_change.c - what leads from one plan of a WPAR's network to another */
#include "harness.h"
#include "wparctl/network/plan_change.h"
#include "wparctl/spec/keys.h"

#include <string.h>

static struct wpar_net_interface interfaces[] = {
	{ .name = "eth0", .index = 2, .up = true, .has_neighbours = true, .mtu = 1500 },
	{ .name = "eth1", .index = 3, .up = true, .has_neighbours = true, .mtu = 1500 },
};
static const struct wpar_net_facts facts = { .ipv6 = true,
					     .interfaces = interfaces,
					     .n_interfaces = 2 };

/* Pairs of interface and address with a mask of 24 or 64 bits; NULL ends them. */
static void plan(struct wpar_net_plan *ret, bool routing, const char *const *pairs)
{
	auto_spec s = { .name = strdup("dev01"), .key = 5, .routing = routing };

	for (; *pairs; pairs += 2) {
		struct wpar_address *a = wpar_record_add(&s, WPAR_STANZA_NETWORK);

		ck_assert_ptr_nonnull(a);
		a->interface = strdup(pairs[0]);
		a->address = strdup(pairs[1]);
		a->mask_prefix = strdup(strchr(pairs[1], ':') ? "64" : "255.255.255.0");
	}
	ck_assert_int_eq(wpar_net_plan_build(&s, &facts, ret, NULL), 0);
}

static void expect(const char *const *before, const char *const *after, bool routing_after,
		   const char *wanted)
{
	auto_net_plan a = { 0 }, b = { 0 };
	auto_net_difference d = { 0 };
	auto_buf text = { 0 };

	plan(&a, false, before);
	plan(&b, routing_after, after);
	ck_assert_int_eq(wpar_net_compare(&a, &b, &d), 0);
	ck_assert_int_eq(wpar_net_difference_print(&d, &text), 0);
	ck_assert_str_eq(text.data ? text.data : "", wanted);
}

static const char *const none[] = { NULL };
static const char *const one[] = { "eth0", "10.1.2.3", NULL };
static const char *const two[] = { "eth0", "10.1.2.3", "eth0", "10.1.2.4", NULL };
static const char *const other[] = { "eth0", "10.1.2.4", NULL };
static const char *const both[] = { "eth0", "10.1.2.3", "eth1", "fd05::3", NULL };

START_TEST(the_same_is_no_change)
{
	expect(none, none, false, "");
	expect(both, both, false, "");
}
END_TEST

START_TEST(an_address_more)
{
	expect(one, two, false,
	       "+ filter wpar5 10.1.2.3 10.1.2.4\n"
	       "+ route wpar5 10.1.2.4/32\n"
	       "+ proxy eth0 10.1.2.4\n"
	       "+ inside address eth0 10.1.2.4/24\n"
	       "+ inside route eth0 0.0.0.0/0\n"
	       "+ announce eth0 10.1.2.4\n");
}
END_TEST

START_TEST(an_address_less)
{
	expect(two, one, false,
	       "- inside address eth0 10.1.2.4/24\n"
	       "- proxy eth0 10.1.2.4\n"
	       "- route wpar5 10.1.2.4/32\n"
	       "+ filter wpar5 10.1.2.3\n"
	       "+ inside route eth0 0.0.0.0/0\n");
}
END_TEST

START_TEST(another_address)
{
	expect(one, other, false,
	       "- inside address eth0 10.1.2.3/24\n"
	       "- proxy eth0 10.1.2.3\n"
	       "- route wpar5 10.1.2.3/32\n"
	       "+ filter wpar5 10.1.2.4\n"
	       "+ route wpar5 10.1.2.4/32\n"
	       "+ proxy eth0 10.1.2.4\n"
	       "+ inside address eth0 10.1.2.4/24\n"
	       "+ inside route eth0 0.0.0.0/0\n"
	       "+ announce eth0 10.1.2.4\n");
}
END_TEST

START_TEST(another_interface)
{
	expect(both, one, false,
	       "- inside route eth1 ::/0\n"
	       "- inside address eth1 fd05::3/64\n"
	       "- proxy eth1 fd05::3\n"
	       "- route wpar5-1 fd05::3/128\n"
	       "- link wpar5-1 index 100162 inside eth1 index 100163 mtu 1500 mac "
	       "02:57:50:00:05:01\n"
	       "+ filter wpar5 10.1.2.3\n"
	       "+ inside route eth0 0.0.0.0/0\n");
}
END_TEST

START_TEST(all_of_it)
{
	expect(one, none, false,
	       "- inside route eth0 0.0.0.0/0\n"
	       "- inside address eth0 10.1.2.3/24\n"
	       "- proxy eth0 10.1.2.3\n"
	       "- route wpar5 10.1.2.3/32\n"
	       "- link wpar5 index 100160 inside eth0 index 100161 mtu 1500 mac "
	       "02:57:50:00:05:00\n");
}
END_TEST

START_TEST(routes_of_its_own)
{
	expect(one, one, true,
	       "- inside route eth0 0.0.0.0/0\n"
	       "+ table eth0 10.1.2.0/24 table 1464860677\n"
	       "+ table - 0.0.0.0/0 table 1464860677 unreachable\n"
	       "+ rule wpar5 pref 5700 table 254 hosts ipv4\n"
	       "+ rule wpar5 pref 5701 table 1464860677 ipv4\n");
}
END_TEST

static Suite *change_suite(void)
{
	Suite *suite = suite_create("network_change");
	TCase *tc = tcase_create("change");

	tcase_add_test(tc, the_same_is_no_change);
	tcase_add_test(tc, an_address_more);
	tcase_add_test(tc, an_address_less);
	tcase_add_test(tc, another_address);
	tcase_add_test(tc, another_interface);
	tcase_add_test(tc, all_of_it);
	tcase_add_test(tc, routes_of_its_own);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(change_suite)
