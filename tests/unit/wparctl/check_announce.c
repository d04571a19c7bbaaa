/* SPDX-License-Identifier: Apache-2.0 */
/* check_announce.c - the frames that tell neighbours where an address is */
#include "harness.h"
#include "wparctl/network/announce.h"

#include <string.h>

static struct wpar_ip ip(const char *text)
{
	struct wpar_ip a;

	ck_assert(wpar_ip_parse(text, &a));
	return a;
}

START_TEST(announcements_are_whole)
{
	static const unsigned char mac[6] = { 2, 0x57, 0x50, 0, 1, 0 };
	/* RFC 5227: a request, sender and target the same address, to everybody. */
	static const char arp[] = "ffffffffffff"
				  "025750000100"
				  "0806"
				  "0001"
				  "0800"
				  "06"
				  "04"
				  "0001"
				  "025750000100"
				  "0a010203"
				  "000000000000"
				  "0a010203";
	unsigned char frame[WPAR_NET_FRAME_MOST];
	struct wpar_ip a = ip("10.1.2.3");
	size_t n = wpar_net_frame(mac, &a, frame);
	uint32_t sum = 0;
	char text[2 * WPAR_NET_FRAME_MOST + 1];

	for (size_t i = 0; i < n; i++)
		sprintf(text + 2 * i, "%02x", frame[i]);
	ck_assert_str_eq(text, arp);
	a = ip("fd05::3");
	n = wpar_net_frame(mac, &a, frame);
	ck_assert_uint_eq(n, 14 + 40 + 32);
	/* A receiver adds up the pseudo header and all of ICMPv6: ones. */
	for (size_t i = 14 + 8; i < n; i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	sum += 32 + IPPROTO_ICMPV6;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	ck_assert_uint_eq(sum, 0xffff);
	ck_assert_uint_eq(frame[54], 136);
	ck_assert_uint_eq(frame[58], 0x20);
	ck_assert_int_eq(memcmp(frame + 62, a.bytes, 16), 0);
	ck_assert_int_eq(memcmp(frame + 80, mac, 6), 0);
}
END_TEST

static Suite *announce_suite(void)
{
	Suite *suite = suite_create("announce");
	TCase *tc = tcase_create("announce");

	tcase_add_test(tc, announcements_are_whole);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(announce_suite)
