/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of IPv4 and IPv6 as values.  Pure. */
#pragma once

#include "lpard/common/str.h"

#include <netinet/in.h>

struct wpar_ip {
	int family; /* AF_INET, AF_INET6, or AF_UNSPEC (0): none */
	unsigned char bytes[16];
};

#define WPAR_IP_TEXT INET6_ADDRSTRLEN

/* wpar_ip_parse - an address in its usual form; false when @text is none */
bool wpar_ip_parse(const char *text, struct wpar_ip *ret);

/* wpar_ip_text - into @buf of WPAR_IP_TEXT bytes; returns @buf */
const char *wpar_ip_text(const struct wpar_ip *ip, char *buf);

/* wpar_ip_bytes - 4 or 16 */
unsigned int wpar_ip_bytes(const struct wpar_ip *ip);

bool wpar_ip_equal(const struct wpar_ip *a, const struct wpar_ip *b);

/* wpar_ip_within - do @a and @net have their first @prefix bits in common (and their family)? */
bool wpar_ip_within(const struct wpar_ip *a, const struct wpar_ip *net, unsigned int prefix);

/* wpar_ip_network - the address with all bits behind the first @prefix cleared */
struct wpar_ip wpar_ip_network(const struct wpar_ip *ip, unsigned int prefix);

/* wpar_ip_broadcast - the address with all bits behind the first @prefix set */
struct wpar_ip wpar_ip_broadcast(const struct wpar_ip *ip, unsigned int prefix);

/* wpar_ip_prefix - of "255.255.255.0" or "64": the number of bits; -1 when @text is neither */
int wpar_ip_prefix(const char *text);

/* wpar_ip_mask_text - 24: "255.255.255.0" for IPv4, "24" for IPv6; into @buf of WPAR_IP_TEXT bytes
 */
const char *wpar_ip_mask_text(int family, unsigned int prefix, char *buf);

/* wpar_ip_is_host - can it be the address of one host: no multicast, loopback, 0.0.0.0, fe80::? */
bool wpar_ip_is_host(const struct wpar_ip *ip);
