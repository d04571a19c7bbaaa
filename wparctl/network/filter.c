/* SPDX-License-Identifier: Apache-2.0 */
/* The rule at the outer end of a link: see filter.h. */
#include "wparctl/network/filter.h"

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#define HEADER	ETH_HLEN
#define SOURCE4 (HEADER + 12)
#define SOURCE6 (HEADER + 8)

struct program {
	struct sock_filter *at;
	size_t n;
};

static void put(struct program *p, unsigned int code, unsigned int jt, unsigned int jf, uint32_t k)
{
	p->at[p->n++] = (struct sock_filter){ (uint16_t)code, (uint8_t)jt, (uint8_t)jf, k };
}

static void load_half(struct program *p, unsigned int at)
{
	put(p, BPF_LD | BPF_H | BPF_ABS, 0, 0, at);
}

static void load_word(struct program *p, unsigned int at)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, at);
}

/* Goes on when the value is @k, else jumps over @skip instructions. */
static void expect(struct program *p, uint32_t k, unsigned int skip)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, skip, k);
}

static void end(struct program *p, uint32_t verdict)
{
	put(p, BPF_RET | BPF_K, 0, 0, verdict);
}

static uint32_t word_of(const struct wpar_ip *ip, unsigned int i)
{
	const unsigned char *b = ip->bytes + 4 * i;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* A load past the end of a frame would end the program with 0, which is TC_ACT_OK. */
static void expect_length(struct program *p, unsigned int bytes)
{
	put(p, BPF_LD | BPF_W | BPF_LEN, 0, 0, 0);
	put(p, BPF_JMP | BPF_JGE | BPF_K, 1, 0, bytes);
	end(p, TC_ACT_SHOT);
}

static void put_address(struct program *p, const struct wpar_ip *ip)
{
	unsigned int words = wpar_ip_bytes(ip) / 4;

	for (unsigned int w = 0; w < words; w++) {
		load_word(p, (ip->family == AF_INET ? SOURCE4 : SOURCE6) + 4 * w);
		/* Over the rest of this address: its loads, comparisons and its end. */
		expect(p, word_of(ip, w), 2 * (words - w - 1) + 1);
	}
	end(p, TC_ACT_OK);
}

static void put_family(struct program *p, const struct wpar_ip *ips, size_t n, int family)
{
	expect_length(p, HEADER + (family == AF_INET ? 20 : 40));
	for (size_t i = 0; i < n; i++) {
		if (ips[i].family == family)
			put_address(p, &ips[i]);
	}
	end(p, TC_ACT_SHOT);
}

size_t wpar_net_filter(const struct wpar_ip *ips, size_t n, struct sock_filter *ret)
{
	struct program p = { .at = ret };
	size_t jump;

	expect_length(&p, HEADER);
	load_half(&p, 2 * ETH_ALEN);
	expect(&p, ETH_P_IP, 1);
	put(&p, BPF_JMP | BPF_JA, 0, 0, 3); /* to IPv4, over the next three */
	expect(&p, ETH_P_IPV6, 1);
	jump = p.n;
	put(&p, BPF_JMP | BPF_JA, 0, 0, 0); /* to IPv6, when it is known where that begins */
	end(&p, TC_ACT_SHOT);
	put_family(&p, ips, n, AF_INET);
	p.at[jump].k = (uint32_t)(p.n - jump - 1);
	put_family(&p, ips, n, AF_INET6);
	return p.n;
}
