/* SPDX-License-Identifier: Apache-2.0 */
/* What a route of -I says: see route.h. */
#include "wparctl/network/route.h"

#include <string.h>

/* The bits of the network of an address without a mask. */
static unsigned int class_of(const struct wpar_ip *ip)
{
	if (ip->family == AF_INET6)
		return 64;
	if (ip->bytes[0] < 128)
		return 8;
	return ip->bytes[0] < 192 ? 16 : 24;
}

static unsigned int prefix_of(const struct wpar_route *r, const struct wpar_ip *ip)
{
	const unsigned int network = class_of(ip), all = 8 * wpar_ip_bytes(ip);
	const struct wpar_ip first = wpar_ip_network(ip, network);

	if (r->mask_prefix)
		return (unsigned int)wpar_ip_prefix(r->mask_prefix);
	if (r->type)
		return strcmp(r->type, "net") == 0 ? network : all;
	return ip->family == AF_INET && wpar_ip_equal(ip, &first) ? network : all;
}

/* A mask of one family with an address of the other. */
static bool is_mixed(const struct wpar_route *r, const struct wpar_ip *ip)
{
	return r->mask_prefix && (strchr(r->mask_prefix, '.') != NULL) != (ip->family == AF_INET);
}

int wpar_net_route_read(const struct wpar_route *r, struct wpar_net_target *ret,
			struct par_error **err)
{
	struct wpar_net_target t = { 0 };

	if (!wpar_ip_parse(r->gateway, &t.gateway) || !wpar_ip_is_host(&t.gateway))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-I rtgateway=%s: it is not the address of a host", r->gateway);
	if (strcmp(r->destination, "default") == 0) {
		t.destination.family = t.gateway.family;
		*ret = t;
		return 0;
	}
	if (!wpar_ip_parse(r->destination, &t.destination))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-I rtdest=%s: it is no address",
				r->destination);
	if (t.destination.family != t.gateway.family)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-I rtdest=%s rtgateway=%s: one is of IPv4, the other of IPv6",
				r->destination, r->gateway);
	if (is_mixed(r, &t.destination))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-I rtdest=%s: rtnetmask= goes with IPv4, rtprefixlen= with IPv6",
				r->destination);
	t.prefix = prefix_of(r, &t.destination);
	t.destination = wpar_ip_network(&t.destination, t.prefix);
	*ret = t;
	return 0;
}

const char *wpar_net_route_interface(const struct wpar_spec *s, const struct wpar_route *r,
				     const struct wpar_ip *gateway)
{
	for (size_t i = 0; i < s->n_addresses; i++) {
		const struct wpar_address *a = &s->addresses[i];
		struct wpar_ip ip;

		if (r->interface ? par_streq(r->interface, a->interface)
				 : wpar_ip_parse(a->address, &ip) &&
					   wpar_ip_within(
						   gateway, &ip,
						   (unsigned int)wpar_ip_prefix(a->mask_prefix)))
			return a->interface;
	}
	return NULL;
}

int wpar_net_routes_check(const struct wpar_spec *s, struct par_error **err)
{
	for (size_t i = 0; i < s->n_routes; i++) {
		const struct wpar_route *r = &s->routes[i];
		struct wpar_net_target t = { 0 };
		int e = wpar_net_route_read(r, &t, err);

		if (e < 0)
			return e;
		if (wpar_net_route_interface(s, r, &t.gateway))
			continue;
		if (r->interface)
			return par_fail(
				err, PAR_E_INVALID_ARGUMENT, 0,
				"-I rtinterface=%s: the workload partition has no address on it",
				r->interface);
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-I rtgateway=%s: it is on no network of the workload partition",
				r->gateway);
	}
	return 0;
}
