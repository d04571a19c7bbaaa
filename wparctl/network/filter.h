/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule at the outer end of a WPAR's link: only what comes from its own addresses passes.  It
 * is a program of classic BPF, which `tc filter show dev wparN ingress` prints; it goes with the
 * link.  ADR 4 has the reasons.  Pure.
 */
#pragma once

#include "wparctl/network/ip.h"

#include <linux/filter.h>

#define WPAR_NET_ADDRESSES_MOST 64
#define WPAR_NET_FILTER_MOST	(20 + 9 * WPAR_NET_ADDRESSES_MOST)

/*
 * wpar_net_filter - the program for @n addresses, at most WPAR_NET_ADDRESSES_MOST
 * @ret		room for WPAR_NET_FILTER_MOST instructions
 * Returns how many there are.  It is run over a frame from its Ethernet header on and returns
 * TC_ACT_OK or TC_ACT_SHOT.  Everything but IPv4 and IPv6 is dropped: the two ends of the link
 * need neither ARP nor neighbour discovery.
 */
size_t wpar_net_filter(const struct wpar_ip *ips, size_t n, struct sock_filter *ret);
