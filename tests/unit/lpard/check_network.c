/* SPDX-License-Identifier: Apache-2.0 */
/* What lshmc -n says of this machine: the files it is read from. */
#include "lpard/cli/network.h"

#include "harness.h"

#include <string.h>

START_TEST(resolver)
{
	char text[] = "# made by hand\nnameserver 192.0.2.1\n nameserver 192.0.2.9\n"
		      "search example.com lab.example.com # not this\nnameserver\t192.0.2.2\r\n"
		      "nameserver \x1b[1m\noptions edns0";
	auto_network n = { 0 };

	cli_network_resolver(text, &n);
	ck_assert_str_eq(n.nameservers.data, "192.0.2.1,192.0.2.2");
	ck_assert_str_eq(n.suffixes.data, "example.com,lab.example.com");
}
END_TEST

START_TEST(routes)
{
	auto_network n = { 0 }, none = { 0 };

	cli_network_routes("Iface\tDestination\tGateway \tFlags\n"
			   "eth0\t00020AC0\t00000000\t0001\n"
			   "eth0\t00000000\t01020AC0\t0003\n",
			   &n);
	ck_assert_str_eq(n.gateway, "192.10.2.1");
	cli_network_routes("Iface\tDestination\n", &none);
	ck_assert_str_eq(none.gateway, "");
}
END_TEST

START_TEST(this_machine)
{
	auto_network n = { 0 };

	ck_assert_int_eq(cli_network_read(&n, NULL), 0);
	ck_assert_ptr_nonnull(n.addresses.data);
	ck_assert_ptr_nonnull(n.suffixes.data);
	ck_assert_ptr_null(strchr(n.hostname, '.'));
}
END_TEST

static Suite *network_suite(void)
{
	Suite *s = suite_create("network");
	TCase *t = tcase_create("network");

	tcase_add_test(t, resolver);
	tcase_add_test(t, routes);
	tcase_add_test(t, this_machine);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(network_suite)
