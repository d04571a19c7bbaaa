/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as values: see ip.h. */
#include "wparctl/network/ip.h"

#include <arpa/inet.h>
#include <string.h>

bool wpar_ip_parse(const char *text, struct wpar_ip *ret)
{
	*ret = (struct wpar_ip){ .family = AF_INET };
	if (!text)
		return false;
	if (inet_pton(AF_INET, text, ret->bytes) == 1)
		return true;
	ret->family = AF_INET6;
	return inet_pton(AF_INET6, text, ret->bytes) == 1;
}

const char *wpar_ip_text(const struct wpar_ip *ip, char *buf)
{
	if (!inet_ntop(ip->family, ip->bytes, buf, WPAR_IP_TEXT))
		buf[0] = '\0';
	return buf;
}

unsigned int wpar_ip_bytes(const struct wpar_ip *ip)
{
	return ip->family == AF_INET6 ? 16 : 4;
}

bool wpar_ip_equal(const struct wpar_ip *a, const struct wpar_ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, wpar_ip_bytes(a)) == 0;
}

/* The bits of byte @i that belong to the first @prefix ones of the address. */
static unsigned char mask_of(unsigned int i, unsigned int prefix)
{
	if (prefix >= 8 * (i + 1))
		return 0xff;
	return prefix <= 8 * i ? 0 : (unsigned char)(0xff00u >> (prefix - 8 * i));
}

bool wpar_ip_within(const struct wpar_ip *a, const struct wpar_ip *net, unsigned int prefix)
{
	if (a->family != net->family)
		return false;
	for (unsigned int i = 0; i < wpar_ip_bytes(a); i++) {
		if ((a->bytes[i] ^ net->bytes[i]) & mask_of(i, prefix))
			return false;
	}
	return true;
}

struct wpar_ip wpar_ip_network(const struct wpar_ip *ip, unsigned int prefix)
{
	struct wpar_ip net = *ip;

	for (unsigned int i = 0; i < wpar_ip_bytes(ip); i++)
		net.bytes[i] &= mask_of(i, prefix);
	return net;
}

struct wpar_ip wpar_ip_broadcast(const struct wpar_ip *ip, unsigned int prefix)
{
	struct wpar_ip all = *ip;

	for (unsigned int i = 0; i < wpar_ip_bytes(ip); i++)
		all.bytes[i] |= (unsigned char)~mask_of(i, prefix);
	return all;
}

int wpar_ip_prefix(const char *text)
{
	struct wpar_ip mask;
	uint64_t number;
	int bits = 0;

	if (text && par_parse_u64(text, 128, &number) == 0)
		return (int)number;
	if (!wpar_ip_parse(text, &mask) || mask.family != AF_INET)
		return -1;
	while (bits < 32 && mask.bytes[bits / 8] & (0x80u >> bits % 8))
		bits++;
	for (unsigned int i = 0; i < 4; i++) {
		if (mask.bytes[i] != mask_of(i, (unsigned int)bits))
			return -1;
	}
	return bits;
}

const char *wpar_ip_mask_text(int family, unsigned int prefix, char *buf)
{
	struct wpar_ip ones = { .family = family };

	memset(ones.bytes, 0xff, sizeof(ones.bytes));
	if (family == AF_INET) {
		ones = wpar_ip_network(&ones, prefix);
		return wpar_ip_text(&ones, buf);
	}
	snprintf(buf, WPAR_IP_TEXT, "%u", prefix);
	return buf;
}

bool wpar_ip_is_host(const struct wpar_ip *ip)
{
	static const struct wpar_ip link_local = { AF_INET6, { 0xfe, 0x80 } };
	static const struct wpar_ip loopback = { AF_INET6, { [15] = 1 } },
				    none = { AF_INET6, { 0 } };

	if (ip->family == AF_INET)
		return ip->bytes[0] != 0 && ip->bytes[0] != 127 && ip->bytes[0] < 224;
	/* Neither an IPv4 address in the clothes of IPv6. */
	return ip->bytes[0] != 0xff && !wpar_ip_within(ip, &link_local, 10) &&
	       !wpar_ip_equal(ip, &loopback) && !wpar_ip_within(ip, &none, 80);
}
