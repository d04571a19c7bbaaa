/* SPDX-License-Identifier: Apache-2.0 */
/* check_cmdline.c - what the kernel command line says to the init of an LPAR */
#include <string.h>

#include "images/init/cmdline.h"
#include "harness.h"

static struct init_config config;

START_TEST(nothing_said_is_the_default)
{
	init_config_parse("", &config);
	ck_assert_str_eq(config.root, "/dev/vda");
	ck_assert_str_eq(config.init, "/sbin/init");
	ck_assert(!config.root_read_only);
	ck_assert_uint_eq(config.n_nets, 0);
	ck_assert_ptr_null(init_config_net(&config, "eth0"));
}
END_TEST

START_TEST(words_of_the_line)
{
	init_config_parse("quiet root=LABEL=lpar-root ro rootflags=noatime lpard.name=lpar01 "
			  "xroot=/dev/sdb root lpard.init=/bin/sh\n",
			  &config);
	ck_assert_str_eq(config.root, "LABEL=lpar-root");
	ck_assert_str_eq(config.root_flags, "noatime");
	ck_assert_str_eq(config.name, "lpar01");
	ck_assert_str_eq(config.init, "/bin/sh");
	ck_assert(config.root_read_only);
	init_config_parse("ro rw", &config);
	ck_assert(!config.root_read_only);
}
END_TEST

START_TEST(static_address)
{
	const struct init_net *net;

	init_config_parse("ip=10.9.0.5::10.9.0.1:255.255.255.0:lpar01:eth1:none:10.9.0.2:10.9.0.3",
			  &config);
	net = init_config_net(&config, "eth1");
	ck_assert_ptr_nonnull(net);
	ck_assert(!net->dhcp);
	ck_assert_str_eq(net->address, "10.9.0.5");
	ck_assert_str_eq(net->gateway, "10.9.0.1");
	ck_assert_str_eq(net->netmask, "255.255.255.0");
	ck_assert_str_eq(net->host, "lpar01");
	ck_assert_str_eq(net->dns[0], "10.9.0.2");
	ck_assert_str_eq(net->dns[1], "10.9.0.3");
	ck_assert_ptr_null(init_config_net(&config, "eth0"));
}
END_TEST

START_TEST(dhcp_of_all_and_of_one)
{
	init_config_parse("ip=10.0.0.2:::255.0.0.0::eth2:off ip=dhcp ip=eth1:dhcp", &config);
	ck_assert_uint_eq(config.n_nets, 3);
	ck_assert(init_config_net(&config, "eth0")->dhcp);
	ck_assert_str_eq(init_config_net(&config, "eth0")->device, "");
	ck_assert_str_eq(init_config_net(&config, "eth1")->device, "eth1");
	ck_assert(!init_config_net(&config, "eth2")->dhcp);
	init_config_parse("ip=:::::eth3:dhcp", &config);
	ck_assert(init_config_net(&config, "eth3")->dhcp);
}
END_TEST

/* A value that does not fit is as if it were not there; it never spills into the next field. */
START_TEST(too_long_is_passed_over)
{
	char line[2048];

	memset(line, 'a', sizeof(line));
	memcpy(line, "lpard.name=", 11);
	line[sizeof(line) - 1] = '\0';
	init_config_parse(line, &config);
	ck_assert_str_eq(config.name, "");
	init_config_parse("ip=1.2.3.4::::::::::::: ip=10.0.0.1:::255.0.0.0::"
			  "a_device_name_over_fifteen:none ip=:::::: ip=",
			  &config);
	ck_assert_uint_eq(config.n_nets, 1);
	ck_assert_str_eq(config.nets[0].address, "1.2.3.4");
}
END_TEST

START_TEST(more_devices_than_there_is_room_for)
{
	char line[1024] = "";

	for (int i = 0; i < 40; i++)
		memcpy(line + i * 8, "ip=dhcp ", 9);
	init_config_parse(line, &config);
	ck_assert_uint_eq(config.n_nets, INIT_NETS_MAX);
}
END_TEST

static Suite *cmdline_suite(void)
{
	Suite *suite = suite_create("init cmdline");
	TCase *tc = tcase_create("parse");

	tcase_add_test(tc, nothing_said_is_the_default);
	tcase_add_test(tc, words_of_the_line);
	tcase_add_test(tc, static_address);
	tcase_add_test(tc, dhcp_of_all_and_of_one);
	tcase_add_test(tc, too_long_is_passed_over);
	tcase_add_test(tc, more_devices_than_there_is_room_for);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(cmdline_suite)
