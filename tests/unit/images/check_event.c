/* SPDX-License-Identifier: Apache-2.0 */
/* check_event.c - device events of the kernel, as the init of an LPAR reads them */
#include <string.h>

#include "images/init/event.h"
#include "harness.h"

static struct init_event event;

START_TEST(network_device)
{
	static const char text[] = "add@/devices/vio/l-lan/net/eth1\0ACTION=add\0"
				   "DEVPATH=/devices/vio/l-lan/net/eth1\0SUBSYSTEM=net\0"
				   "INTERFACE=eth1\0IFINDEX=3\0SEQNUM=812";

	init_event_parse(text, sizeof(text) - 1, &event);
	ck_assert_str_eq(event.action, "add");
	ck_assert_str_eq(event.path, "/devices/vio/l-lan/net/eth1");
	ck_assert_str_eq(event.subsystem, "net");
	ck_assert_str_eq(event.interface, "eth1");
	ck_assert_ptr_null(event.modalias);
}
END_TEST

START_TEST(driver_wanted)
{
	static const char text[] = "add@/devices/x\0ACTION=add\0XMODALIAS=no\0MODALIASES=no\0"
				   "MODALIAS=virtio:d00000002v00001AF4\0MODALIAS=second";

	init_event_parse(text, sizeof(text) - 1, &event);
	ck_assert_str_eq(event.modalias, "virtio:d00000002v00001AF4");
	ck_assert_ptr_null(event.path);
}
END_TEST

START_TEST(nothing_said)
{
	init_event_parse("", 0, &event);
	ck_assert_ptr_null(event.action);
	init_event_parse("libudev\0ACTION", 14, &event);
	ck_assert_ptr_null(event.action);
	init_event_parse("ACTION=", 7, &event);
	ck_assert_str_eq(event.action, "");
	/* What lies behind the event is not part of it. */
	init_event_parse("SEQNUM=1\0ACTION=add", 9, &event);
	ck_assert_ptr_null(event.action);
}
END_TEST

static Suite *event_suite(void)
{
	Suite *suite = suite_create("init event");
	TCase *tc = tcase_create("parse");

	tcase_add_test(tc, network_device);
	tcase_add_test(tc, driver_wanted);
	tcase_add_test(tc, nothing_said);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(event_suite)
