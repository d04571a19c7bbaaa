/* SPDX-License-Identifier: Apache-2.0 */
/* check_src_request.c - what commands ask srcmstr, written and read */
#include "harness.h"
#include "wparctl/srcmstr/request.h"

#include <string.h>

START_TEST(a_request_comes_back_the_same)
{
	const struct wpar_src_request q = { .verb = WPAR_SRC_START,
					    .subsystem = (char *)"syslogd",
					    .arguments = (char *)"-d 'a b'",
					    .environment = (char *)"X=1" };
	auto_src_request back = { 0 };
	auto_buf packet = { 0 };

	ck_assert_int_eq(wpar_src_request_write(&q, &packet), 0);
	ck_assert_int_eq(wpar_src_request_parse(packet.data, packet.len, &back), 0);
	ck_assert_int_eq(back.verb, WPAR_SRC_START);
	ck_assert_str_eq(back.subsystem, "syslogd");
	ck_assert_str_eq(back.arguments, "-d 'a b'");
	ck_assert_str_eq(back.environment, "X=1");
	ck_assert_ptr_null(back.group);
}
END_TEST

START_TEST(how_and_whom)
{
	const struct wpar_src_request q = { .verb = WPAR_SRC_STOP,
					    .all = true,
					    .how = WPAR_SRC_CANCEL };
	auto_src_request back = { 0 };
	auto_buf packet = { 0 };

	ck_assert_int_eq(wpar_src_request_write(&q, &packet), 0);
	ck_assert_int_eq(wpar_src_request_parse(packet.data, packet.len, &back), 0);
	ck_assert(back.all);
	ck_assert_int_eq(back.how, WPAR_SRC_CANCEL);
}
END_TEST

#define PACKET(text)               \
	{                          \
		text, sizeof(text) \
	}
static const struct {
	const char *data;
	size_t len;
} bad_packets[] = {
	{ "", 0 },
	{ "status", 6 },  /* no NUL */
	PACKET("status"), /* of nobody */
	PACKET("status\0subsystem=a\0group=b"),
	PACKET("status\0subsystem=a\0subsystem=b"),
	PACKET("status\0subsystem=a b"),
	PACKET("status\0pid=0"),
	PACKET("status\0pid=-1"),
	PACKET("status\0colour=red"),
	PACKET("status\0subsystem"),
	PACKET("dance\0all=yes"),
	PACKET("start\0subsystem=a\0arguments=x\ny"),
};

START_TEST(anything_else_is_refused)
{
	auto_src_request q = { 0 };

	ck_assert_int_eq(wpar_src_request_parse(bad_packets[_i].data, bad_packets[_i].len, &q),
			 -EBADMSG);
}
END_TEST

static Suite *src_request_suite(void)
{
	Suite *suite = suite_create("src request");
	TCase *tc = tcase_create("packets");

	tcase_add_test(tc, a_request_comes_back_the_same);
	tcase_add_test(tc, how_and_whom);
	tcase_add_loop_test(tc, anything_else_is_refused, 0, (int)PAR_ARRAY_SIZE(bad_packets));
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(src_request_suite)
