/* SPDX-License-Identifier: Apache-2.0 */
/* What -N leaves out: see infer.h. */
#include "wparctl/network/infer.h"

#include <string.h>

static bool is_own(const struct wpar_net_facts *f, const struct wpar_ip *ip, const char **ret_name)
{
	for (size_t i = 0; i < f->n_interfaces; i++) {
		for (size_t j = 0; j < f->interfaces[i].n_subnets; j++) {
			if (!wpar_ip_equal(&f->interfaces[i].subnets[j].ip, ip))
				continue;
			*ret_name = f->interfaces[i].name;
			return true;
		}
	}
	return false;
}

static const struct wpar_net_subnet *subnet_of(const struct wpar_net_interface *n,
					       const struct wpar_ip *ip)
{
	const struct wpar_net_subnet *best = NULL;

	for (size_t i = 0; i < n->n_subnets; i++) {
		const struct wpar_net_subnet *s = &n->subnets[i];

		if (wpar_ip_within(ip, &s->ip, s->prefix) && (!best || s->prefix > best->prefix))
			best = s;
	}
	return best;
}

/* The interface on whose network @ip is; of several the one with the smallest network. */
static const struct wpar_net_interface *interface_for(const struct wpar_net_facts *f,
						      const struct wpar_ip *ip)
{
	const struct wpar_net_interface *found = NULL;
	unsigned int prefix = 0;

	for (size_t i = 0; i < f->n_interfaces; i++) {
		const struct wpar_net_interface *n = &f->interfaces[i];
		const struct wpar_net_subnet *s = subnet_of(n, ip);

		if (!s || !n->up || n->loopback || n->is_wpar || (found && s->prefix <= prefix))
			continue;
		found = n;
		prefix = s->prefix;
	}
	return found;
}

bool wpar_net_is_near(const struct wpar_net_facts *f, const struct wpar_ip *ip)
{
	const char *owner = NULL;

	return wpar_ip_is_host(ip) && interface_for(f, ip) && !is_own(f, ip, &owner);
}

static const char *flag_of(const struct wpar_ip *ip)
{
	return ip->family == AF_INET6 ? "address6" : "address";
}

static int find_interface(struct wpar_address *a, const struct wpar_ip *ip,
			  const struct wpar_net_facts *f, const struct wpar_net_interface **ret,
			  struct par_error **err)
{
	*ret = a->interface ? wpar_net_interface(f, a->interface) : interface_for(f, ip);
	if (!*ret && !a->interface)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-N %s=%s: no active interface is on that network; name one with "
				"interface=",
				flag_of(ip), a->address);
	if (!*ret)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-N interface=%s: there is no such interface", a->interface);
	if ((*ret)->loopback || (*ret)->is_wpar)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-N interface=%s: it is %s, which leads to no network",
				(*ret)->name,
				(*ret)->loopback ? "the loopback" : "that of a workload partition");
	if (!a->interface)
		a->interface = strdup((*ret)->name);
	return a->interface ? 0 : par_oom(err);
}

static int find_prefix(struct wpar_address *a, const struct wpar_ip *ip,
		       const struct wpar_net_interface *n, unsigned int *ret,
		       struct par_error **err)
{
	const struct wpar_net_subnet *s = subnet_of(n, ip);
	char buf[WPAR_IP_TEXT];

	if (a->mask_prefix) {
		*ret = (unsigned int)wpar_ip_prefix(a->mask_prefix);
		return 0;
	}
	for (size_t i = 0; i < n->n_subnets && !s; i++) {
		if (n->subnets[i].ip.family == ip->family &&
		    (ip->family == AF_INET || wpar_ip_is_host(&n->subnets[i].ip)))
			s = &n->subnets[i];
	}
	if (!s)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-N %s=%s: %s has no address of that kind, whose mask could be "
				"taken; give %s=",
				flag_of(ip), a->address, n->name,
				ip->family == AF_INET6 ? "prefixlen" : "netmask");
	*ret = s->prefix;
	a->mask_prefix = strdup(wpar_ip_mask_text(ip->family, s->prefix, buf));
	return a->mask_prefix ? 0 : par_oom(err);
}

/* Neither the network itself nor its broadcast address is that of a host. */
static bool is_host_of(const struct wpar_ip *ip, unsigned int prefix)
{
	struct wpar_ip first = wpar_ip_network(ip, prefix), last = wpar_ip_broadcast(ip, prefix);

	if (!wpar_ip_is_host(ip) || prefix == 0)
		return false;
	return ip->family == AF_INET6 || prefix >= 31 ||
	       (!wpar_ip_equal(ip, &first) && !wpar_ip_equal(ip, &last));
}

static int infer_one(struct wpar_address *a, const struct wpar_net_facts *f, struct par_error **err)
{
	const struct wpar_net_interface *n = NULL;
	const char *owner = NULL;
	char buf[WPAR_IP_TEXT];
	unsigned int prefix = 0;
	struct wpar_ip ip, all;
	int r;

	if (!wpar_ip_parse(a->address, &ip))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-N: %s is no address", a->address);
	if (is_own(f, &ip, &owner))
		return par_fail(err, PAR_E_EXISTS, 0,
				"-N %s=%s: it is the address of %s in the global environment",
				flag_of(&ip), a->address, owner);
	r = find_interface(a, &ip, f, &n, err);
	if (r < 0)
		return r;
	r = find_prefix(a, &ip, n, &prefix, err);
	if (r < 0)
		return r;
	if (!is_host_of(&ip, prefix))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-N %s=%s: it cannot be the address of a host", flag_of(&ip),
				a->address);
	if (ip.family == AF_INET6 && !f->ipv6)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-N address6=%s: IPv6 is switched off in the global environment",
				a->address);
	if (a->broadcast || ip.family == AF_INET6 || prefix >= 31)
		return 0;
	all = wpar_ip_broadcast(&ip, prefix);
	a->broadcast = strdup(wpar_ip_text(&all, buf));
	return a->broadcast ? 0 : par_oom(err);
}

int wpar_net_infer(struct wpar_spec *s, const struct wpar_net_facts *f, struct par_error **err)
{
	for (size_t i = 0; i < s->n_addresses; i++) {
		int r = infer_one(&s->addresses[i], f, err);

		if (r < 0)
			return r;
	}
	return 0;
}
