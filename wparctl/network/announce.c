/* SPDX-License-Identifier: Apache-2.0 */
/* Announcements of addresses: see announce.h. */
#include "wparctl/network/announce.h"

#include "lpard/common/cleanup.h"

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <string.h>
#include <sys/socket.h>

static void put_ethernet(unsigned char *buf, const unsigned char *to, const unsigned char *from,
			 uint16_t type)
{
	const uint16_t wire = htons(type);

	memcpy(buf, to, ETH_ALEN);
	memcpy(buf + ETH_ALEN, from, ETH_ALEN);
	memcpy(buf + 2 * (size_t)ETH_ALEN, &wire, sizeof(wire));
}

/* RFC 5227: a request for the own address, to everybody. */
static size_t put_arp(const unsigned char mac[6], const struct wpar_ip *ip, unsigned char *buf)
{
	static const unsigned char all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const unsigned char head[8] = { 0, ARPHRD_ETHER, 0x08, 0x00, ETH_ALEN, 4,
					       0, ARPOP_REQUEST };
	unsigned char *p = buf + ETH_HLEN;

	put_ethernet(buf, all, mac, ETH_P_ARP);
	memcpy(p, head, sizeof(head));
	memcpy(p + 8, mac, ETH_ALEN);
	memcpy(p + 14, ip->bytes, 4);
	memset(p + 18, 0, ETH_ALEN);
	memcpy(p + 24, ip->bytes, 4);
	return ETH_HLEN + 28;
}

static uint32_t sum_of(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	return sum;
}

/* RFC 4861, 7.2.6: to all nodes, with the override bit; as proxy without the solicited one. */
static size_t put_advertisement(const unsigned char mac[6], const struct wpar_ip *ip,
				unsigned char *buf)
{
	static const unsigned char all[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	static const unsigned char nodes[16] = { 0xff, 0x02, [15] = 1 };
	struct {
		struct nd_neighbor_advert advert;
		unsigned char option[8];
	} body = { 0 };
	struct ip6_hdr head = { .ip6_plen = htons(sizeof(body)),
				.ip6_nxt = IPPROTO_ICMPV6,
				.ip6_hlim = 255 };
	uint32_t sum;

	head.ip6_vfc = 6 << 4;
	memcpy(&head.ip6_src, ip->bytes, 16);
	memcpy(&head.ip6_dst, nodes, 16);
	body.advert.nd_na_type = ND_NEIGHBOR_ADVERT;
	body.advert.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
	memcpy(&body.advert.nd_na_target, ip->bytes, 16);
	body.option[0] = ND_OPT_TARGET_LINKADDR;
	body.option[1] = 1;
	memcpy(body.option + 2, mac, ETH_ALEN);
	sum = sum_of(&head.ip6_src, 32) + sizeof(body) + IPPROTO_ICMPV6 +
	      sum_of(&body, sizeof(body));
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	body.advert.nd_na_cksum = htons((uint16_t)~sum);
	put_ethernet(buf, all, mac, ETH_P_IPV6);
	memcpy(buf + ETH_HLEN, &head, sizeof(head));
	memcpy(buf + ETH_HLEN + sizeof(head), &body, sizeof(body));
	return ETH_HLEN + sizeof(head) + sizeof(body);
}

size_t wpar_net_frame(const unsigned char mac[6], const struct wpar_ip *ip, unsigned char *buf)
{
	return ip->family == AF_INET ? put_arp(mac, ip, buf) : put_advertisement(mac, ip, buf);
}

int wpar_net_announce_one(int index, const unsigned char mac[6], const struct wpar_ip *ip)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = index };
	autofd int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	unsigned char frame[WPAR_NET_FRAME_MOST];
	size_t n = wpar_net_frame(mac, ip, frame);

	if (fd < 0)
		return -errno;
	return sendto(fd, frame, n, 0, (const struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}
