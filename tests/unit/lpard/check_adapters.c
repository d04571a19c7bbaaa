/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of virtual adapters. */
#include "lpard/core/model/adapters.h"

#include "harness.h"

START_TEST(ethernet)
{
	auto_adapters a = { 0 };

	ck_assert_int_eq(lpar_adapters_parse(LPAR_ADAPTER_ETH,
					     "2/0/1//1/0/ETHERNET0//all/none,"
					     "\"3/1/100/4,5//1/SW/0a1b2c3d4e5f\"",
					     &a, NULL),
			 0);
	ck_assert_uint_eq(a.n, 2);
	ck_assert_uint_eq(a.v[0].slot, 2);
	ck_assert_uint_eq(a.v[0].port_vlan_id, 1);
	ck_assert_int_eq(a.v[0].trunk_priority, 1);
	ck_assert_str_eq(a.v[0].vswitch, "ETHERNET0");
	ck_assert_ptr_null(a.v[0].mac_addr);
	ck_assert_ptr_null(a.v[0].allowed_os_mac_addrs);
	ck_assert(!a.v[0].required);
	ck_assert_str_eq(a.v[1].addl_vlan_ids, "4,5");
	ck_assert_str_eq(a.v[1].mac_addr, "0A1B2C3D4E5F");
	ck_assert(a.v[1].required && a.v[1].ieee);
}
END_TEST

START_TEST(scsi_and_serial)
{
	auto_adapters scsi = { 0 }, serial = { 0 };

	ck_assert_int_eq(lpar_adapters_parse(LPAR_ADAPTER_SCSI,
					     "3/client/2/vios1/4/1,2/server/any//any/0", &scsi,
					     NULL),
			 0);
	ck_assert_int_eq(scsi.v[0].remote_lpar_id, 2);
	ck_assert_str_eq(scsi.v[0].remote_lpar_name, "vios1");
	ck_assert_int_eq(scsi.v[0].remote_slot, 4);
	ck_assert_int_eq(scsi.v[1].remote_lpar_id, -1);
	ck_assert(scsi.v[1].server);
	ck_assert_int_eq(lpar_adapters_parse(LPAR_ADAPTER_SERIAL,
					     "0/server/1/any//any/1,1/server/1/any//any/1", &serial,
					     NULL),
			 0);
	ck_assert(serial.v[1].supports_hmc && serial.v[1].required);
}
END_TEST

START_TEST(fibre_channel_and_io)
{
	auto_adapters fc = { 0 }, io = { 0 };

	ck_assert_int_eq(
		lpar_adapters_parse(LPAR_ADAPTER_FC,
				    "\"4/client/1/vios1/10/c050760123450000,c050760123450001/0\"",
				    &fc, NULL),
		0);
	ck_assert_str_eq(fc.v[0].wwpns, "c050760123450000,c050760123450001");
	ck_assert_int_eq(
		lpar_adapters_parse(LPAR_ADAPTER_IO, "21010003/none/1,21020013//0", &io, NULL), 0);
	ck_assert_uint_eq(io.v[0].slot, 0x21010003);
	ck_assert_ptr_null(io.v[1].pool);
}
END_TEST

START_TEST(nothing)
{
	auto_adapters a = { 0 };

	ck_assert_int_eq(lpar_adapters_parse(LPAR_ADAPTER_ETH, "none", &a, NULL), 0);
	ck_assert_uint_eq(a.n, 0);
	ck_assert_int_eq(lpar_adapters_parse(LPAR_ADAPTER_ETH, NULL, &a, NULL), 0);
}
END_TEST

static const struct {
	enum lpar_adapter_kind kind;
	const char *text;
} bad[] = {
	{ LPAR_ADAPTER_ETH, "2/0" },
	{ LPAR_ADAPTER_ETH, "x/0/1//0/0" },
	{ LPAR_ADAPTER_ETH, "2/0/0//0/0" },
	{ LPAR_ADAPTER_ETH, "2/0/4095//0/0" },
	{ LPAR_ADAPTER_ETH, "2/0/1/4/0/0" },
	{ LPAR_ADAPTER_ETH, "2/0/1//0/2" },
	{ LPAR_ADAPTER_ETH, "2/0/1//0/0/E/0a1b2c3d4e5" },
	{ LPAR_ADAPTER_ETH, "2/0/1//0/0/E/0b1b2c3d4e5f/all/none" },
	{ LPAR_ADAPTER_ETH, "2/0/1//0/0,2/0/1//0/0" },
	{ LPAR_ADAPTER_ETH, "2/0/1//0/0/<x>" },
	{ LPAR_ADAPTER_ETH, "2/0/1//0/0/a/b/c/d/e" },
	{ LPAR_ADAPTER_ETH, "99999/0/1//0/0" },
	{ LPAR_ADAPTER_SCSI, "3/other/2/vios1/4/1" },
	{ LPAR_ADAPTER_SCSI, "3/client/-2/vios1/4/1" },
	{ LPAR_ADAPTER_SCSI, "3/client/2/vios1/4" },
	{ LPAR_ADAPTER_SERIAL, "0/server/1/any//any/" },
	{ LPAR_ADAPTER_FC, "4/client/1/vios1/10/zz/0" },
	{ LPAR_ADAPTER_IO, "2101/none/1" },
	{ LPAR_ADAPTER_ETH, "\"2/0/1//0/0" },
};

START_TEST(malformed)
{
	auto_adapters a = { 0 };
	auto_error err = NULL;

	ck_assert_int_lt(lpar_adapters_parse(bad[_i].kind, bad[_i].text, &a, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_INVALID_ARGUMENT);
	ck_assert_uint_eq(a.n, 0);
}
END_TEST

static Suite *adapters_suite(void)
{
	Suite *s = suite_create("adapters");
	TCase *t = tcase_create("adapters");

	tcase_add_test(t, ethernet);
	tcase_add_test(t, scsi_and_serial);
	tcase_add_test(t, fibre_channel_and_io);
	tcase_add_test(t, nothing);
	tcase_add_loop_test(t, malformed, 0, PAR_ARRAY_SIZE(bad));
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(adapters_suite)
