/* SPDX-License-Identifier: Apache-2.0 */
/* The facts as the kernel has them: see facts.h. */
#include "wparctl/network/facts.h"

#include "lpard/common/fs.h"
#include "wparctl/network/netlink.h"
#include "wparctl/network/plan.h"

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <string.h>

void wpar_net_facts_done(struct wpar_net_facts *f)
{
	for (size_t i = 0; i < f->n_interfaces; i++)
		free(f->interfaces[i].subnets);
	free(f->interfaces);
	*f = (struct wpar_net_facts){ 0 };
}

static bool has_ipv6(void)
{
	auto_buf off = { 0 };

	return par_fs_read("/proc/sys/net/ipv6/conf/all/disable_ipv6", 16, &off) == 0 &&
	       off.len > 0 && off.data[0] == '0';
}

static int add_link(struct nlmsghdr *h, void *user)
{
	struct wpar_net_facts *f = user;
	struct nlattr *attrs[IFLA_MAX + 1];
	const struct ifinfomsg *info = nlmsg_data(h);
	struct wpar_net_interface *n;

	if (nlmsg_parse(h, sizeof(*info), attrs, IFLA_MAX, NULL) < 0 || !attrs[IFLA_IFNAME])
		return 0;
	n = reallocarray(f->interfaces, f->n_interfaces + 1, sizeof(*n));
	if (!n)
		return -ENOMEM;
	f->interfaces = n;
	n += f->n_interfaces++;
	*n = (struct wpar_net_interface){
		.index = info->ifi_index,
		.mtu = attrs[IFLA_MTU] ? nla_get_u32(attrs[IFLA_MTU]) : 1500,
		.up = info->ifi_flags & IFF_UP,
		.loopback = info->ifi_flags & IFF_LOOPBACK,
		.has_neighbours = info->ifi_type == ARPHRD_ETHER && !(info->ifi_flags & IFF_NOARP),
	};
	nla_strlcpy(n->name, attrs[IFLA_IFNAME], sizeof(n->name));
	n->is_wpar = wpar_net_is_outer(n->name, n->index);
	if (attrs[IFLA_ADDRESS] && nla_len(attrs[IFLA_ADDRESS]) == sizeof(n->mac))
		memcpy(n->mac, nla_data(attrs[IFLA_ADDRESS]), sizeof(n->mac));
	return 0;
}

static struct wpar_net_interface *by_index(struct wpar_net_facts *f, unsigned int index)
{
	for (size_t i = 0; i < f->n_interfaces; i++) {
		if (f->interfaces[i].index == (int)index)
			return &f->interfaces[i];
	}
	return NULL;
}

static int add_address(struct nlmsghdr *h, void *user)
{
	struct nlattr *attrs[IFA_MAX + 1], *a;
	const struct ifaddrmsg *info = nlmsg_data(h);
	struct wpar_net_interface *n;
	struct wpar_net_subnet *s;

	if (nlmsg_parse(h, sizeof(*info), attrs, IFA_MAX, NULL) < 0)
		return 0;
	/* Of a point-to-point link IFA_ADDRESS is the other end's. */
	a = attrs[IFA_LOCAL] ? attrs[IFA_LOCAL] : attrs[IFA_ADDRESS];
	n = by_index(user, info->ifa_index);
	if (!n || !a || nla_len(a) > 16 ||
	    (info->ifa_family != AF_INET && info->ifa_family != AF_INET6))
		return 0;
	s = reallocarray(n->subnets, n->n_subnets + 1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	n->subnets = s;
	s += n->n_subnets++;
	*s = (struct wpar_net_subnet){ .ip.family = info->ifa_family,
				       .prefix = info->ifa_prefixlen };
	memcpy(s->ip.bytes, nla_data(a), (size_t)nla_len(a));
	return 0;
}

static int dump(struct wpar_nl *nl, int type, const void *fixed, size_t len,
		int (*each)(struct nlmsghdr *h, void *user), void *user)
{
	struct nl_msg *m = wpar_nl_message(type, NLM_F_DUMP, fixed, len);
	int r;

	if (!m)
		return -ENOMEM;
	if (type == RTM_GETLINK)
		nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	r = wpar_nl_ask(nl, m, each, user);
	nlmsg_free(m);
	return r;
}

static int fail_facts(int r, struct par_error **err)
{
	return par_fail(err, PAR_E_SYSTEM, r, "the network interfaces cannot be listed");
}

int wpar_net_facts_get(struct wpar_net_facts *ret, struct par_error **err)
{
	const struct ifinfomsg links = { .ifi_family = AF_UNSPEC };
	const struct ifaddrmsg addresses = { .ifa_family = AF_UNSPEC };
	auto_net_facts f = { .ipv6 = has_ipv6() };
	auto_nl nl = { 0 };
	int r = wpar_nl_open(&nl);

	if (r < 0)
		return fail_facts(r, err);
	r = dump(&nl, RTM_GETLINK, &links, sizeof(links), add_link, &f);
	if (r < 0)
		return fail_facts(r, err);
	r = dump(&nl, RTM_GETADDR, &addresses, sizeof(addresses), add_address, &f);
	if (r < 0)
		return fail_facts(r, err);
	*ret = f;
	f = (struct wpar_net_facts){ 0 };
	return 0;
}

/* The first interface of a network namespace is its loopback. */
static int note_address(struct nlmsghdr *h, void *user)
{
	const struct ifaddrmsg *info = nlmsg_data(h);

	if (info->ifa_index != 1)
		*(bool *)user = true;
	return 0;
}

int wpar_net_has_addresses(bool *ret, struct par_error **err)
{
	const struct ifaddrmsg addresses = { .ifa_family = AF_UNSPEC };
	auto_nl nl = { 0 };
	int r = wpar_nl_open(&nl);

	*ret = false;
	if (r < 0)
		return fail_facts(r, err);
	r = dump(&nl, RTM_GETADDR, &addresses, sizeof(addresses), note_address, ret);
	return r < 0 ? fail_facts(r, err) : 0;
}

static int get_link(struct wpar_nl *nl, const char *name, struct wpar_net_facts *f)
{
	const struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct nl_msg *m = wpar_nl_message(RTM_GETLINK, 0, &link, sizeof(link));
	int r;

	if (!m)
		return -ENOMEM;
	nla_put_string(m, IFLA_IFNAME, name);
	nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	r = wpar_nl_ask(nl, m, add_link, f);
	nlmsg_free(m);
	return r;
}

int wpar_net_facts_of(const struct par_strv *names, struct wpar_net_facts *ret,
		      struct par_error **err)
{
	auto_net_facts f = { .ipv6 = has_ipv6() };
	auto_nl nl = { 0 };
	int r = wpar_nl_open(&nl);

	for (size_t i = 0; i < names->n && r == 0; i++) {
		char buf[IF_NAMESIZE];
		const char *other = wpar_net_linux_name(names->v[i], buf);

		if (wpar_net_interface(&f, names->v[i]))
			continue;
		r = get_link(&nl, names->v[i], &f);
		if (r == -ENODEV && other)
			r = get_link(&nl, other, &f);
		if (r == -ENODEV)
			r = 0;
	}
	if (r < 0)
		return fail_facts(r, err);
	*ret = f;
	f = (struct wpar_net_facts){ 0 };
	return 0;
}

static int route_type(struct nlmsghdr *h, void *user)
{
	const struct rtmsg *route = nlmsg_data(h);

	*(unsigned char *)user = route->rtm_type;
	return 0;
}

/* Where the kernel would send what is for it. */
static int look_up(struct wpar_nl *nl, const struct wpar_ip *ip, unsigned char *ret_type)
{
	const struct rtmsg route = { .rtm_family = (unsigned char)ip->family,
				     .rtm_dst_len = (unsigned char)(8 * wpar_ip_bytes(ip)) };
	struct nl_msg *m = wpar_nl_message(RTM_GETROUTE, 0, &route, sizeof(route));
	int r;

	if (!m)
		return -ENOMEM;
	nla_put(m, RTA_DST, (int)wpar_ip_bytes(ip), ip->bytes);
	r = wpar_nl_ask(nl, m, route_type, ret_type);
	nlmsg_free(m);
	return r;
}

int wpar_net_expect_foreign(const struct wpar_ip *ips, size_t n, struct par_error **err)
{
	auto_nl nl = { 0 };
	char buf[WPAR_IP_TEXT];
	int r = n > 0 ? wpar_nl_open(&nl) : 0;

	if (r < 0)
		return fail_facts(r, err);
	for (size_t i = 0; i < n; i++) {
		unsigned char type = RTN_UNSPEC;

		/* An error is that of an address that nothing leads to: nobody has it. */
		if (look_up(&nl, &ips[i], &type) == 0 && type == RTN_LOCAL)
			return par_fail(err, PAR_E_EXISTS, 0,
					"the address %s is one of the global environment's own",
					wpar_ip_text(&ips[i], buf));
	}
	return 0;
}
