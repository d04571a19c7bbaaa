/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of virtual adapters. */
#include "lpard/core/model/adapters.h"
#include "lpard/core/model/partition.h"

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

/* What was given, and how the HMC lists it; partition 2 is vios1. */
static const struct {
	enum lpar_adapter_kind kind;
	const char *given, *listed;
} listed[] = {
	{ LPAR_ADAPTER_ETH, "2/0/1//0/0", "2/0/1//0/0/ETHERNET0//all/none" },
	{ LPAR_ADAPTER_ETH, "2/0/1///0", "2/0/1//0/0/ETHERNET0//all/none" },
	{ LPAR_ADAPTER_ETH, "2/1/1/3,4/1/1/E/0a1b2c3d4e5f",
	  "\"2/1/1/3,4/1/1/E/0A1B2C3D4E5F/all/none\"" },
	{ LPAR_ADAPTER_ETH, "2/0/1//0/0,3/0/1//0/0/ETHERNET0//all/none",
	  "2/0/1//0/0/ETHERNET0//all/none,3/0/1//0/0/ETHERNET0//all/none" },
	{ LPAR_ADAPTER_SCSI, "2/client/2//3/0", "2/client/2/vios1/3/0" },
	{ LPAR_ADAPTER_SCSI, "2/client//vios1/3/0", "2/client/2/vios1/3/0" },
	{ LPAR_ADAPTER_SCSI, "5/server/7//3/0", "5/server/7//3/0" },
	{ LPAR_ADAPTER_SCSI, "5/server/7/was_here/3/0", "5/server/7//3/0" },
	{ LPAR_ADAPTER_SCSI, "5/client//not_yet/3/0", "5/client//not_yet/3/0" },
	{ LPAR_ADAPTER_SCSI, "2/server/any//any/0", "2/server/any//any/0" },
	{ LPAR_ADAPTER_SERIAL, "0/server/1/any//any/1", "0/server/1/any//any/1" },
	{ LPAR_ADAPTER_FC, "4/client//vios1/10/c050,c051/0",
	  "\"4/client/2/vios1/10/c050,c051/0\"" },
	{ LPAR_ADAPTER_IO, "21010003/none/1,21010004//", "21010003/none/1,21010004/none/0" },
	{ LPAR_ADAPTER_ETH, "none", "none" },
	{ LPAR_ADAPTER_ETH, "damaged", "damaged" },
};

START_TEST(as_listed)
{
	struct lpar_partition vios = { .name = (char *)"vios1", .id = 2 };
	struct lpar_partition *v[] = { &vios };
	struct lpar_set set = { .v = v, .n = 1 };
	auto_strv given = { 0 };
	auto_buf b = { 0 };

	/* One with a list within is quoted. */
	if (strchr(listed[_i].listed, '"'))
		par_buf_printf(&b, "\"%s\"", listed[_i].given);
	else
		par_buf_puts(&b, listed[_i].given);
	ck_assert_int_eq(par_strv_add(&given, b.data), 0);
	par_buf_clear(&b);
	ck_assert_int_eq(lpar_adapters_put(listed[_i].kind, given.v[0], &set, &b), 0);
	ck_assert_str_eq(b.data, listed[_i].listed);
}
END_TEST

START_TEST(same_adapter)
{
	ck_assert(
		lpar_adapter_same(LPAR_ADAPTER_ETH, "2/0/1//0/0", "2/0/1///0/ETHERNET0//all/none"));
	ck_assert(lpar_adapter_same(LPAR_ADAPTER_ETH, "2/1/1/3,4/0/0",
				    "2/1/1/3,4/0/0/ETHERNET0//all/none"));
	ck_assert(!lpar_adapter_same(LPAR_ADAPTER_ETH, "2/0/1//0/0", "2/0/2//0/0"));
	ck_assert(lpar_adapter_same(LPAR_ADAPTER_SCSI, "2/client/2//3/0", "2/client/2/vios1/3/0"));
	ck_assert(!lpar_adapter_same(LPAR_ADAPTER_SCSI, "2/client/2//3/0", "3/client/2//3/0"));
	ck_assert(!lpar_adapter_same(LPAR_ADAPTER_ETH, "2", "2"));
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
	tcase_add_loop_test(t, as_listed, 0, PAR_ARRAY_SIZE(listed));
	tcase_add_test(t, same_adapter);
	tcase_add_loop_test(t, malformed, 0, PAR_ARRAY_SIZE(bad));
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(adapters_suite)
