/* SPDX-License-Identifier: Apache-2.0 */
/* Steps as requests: see message.h. */
#include "wparctl/network/message.h"

#include "wparctl/network/filter.h"

#include <linux/fib_rules.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/neighbour.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/netlink.h>
#include <string.h>

/* The messages of a step while they are made; what fails is seen once, at the end. */
struct maker {
	struct nl_msg **at;
	int n;
	bool failed;
};

static struct nl_msg *begin(struct maker *k, int type, int flags, const void *fixed, size_t len)
{
	struct nl_msg *m = wpar_nl_message(type, flags, fixed, len);

	if (m)
		k->at[k->n++] = m;
	k->failed |= !m;
	return m;
}

static void put(struct maker *k, struct nl_msg *m, int type, const void *data, size_t len)
{
	k->failed |= !m || nla_put(m, type, (int)len, data) < 0;
}

static void put_text(struct maker *k, struct nl_msg *m, int type, const char *text)
{
	put(k, m, type, text, strlen(text) + 1);
}

static void put_u32(struct maker *k, struct nl_msg *m, int type, uint32_t v)
{
	put(k, m, type, &v, sizeof(v));
}

static void put_ip(struct maker *k, struct nl_msg *m, int type, const struct wpar_ip *ip)
{
	put(k, m, type, ip->bytes, wpar_ip_bytes(ip));
}

static struct nlattr *nest(struct maker *k, struct nl_msg *m, int type)
{
	struct nlattr *a = m ? nla_nest_start(m, type) : NULL;

	k->failed |= !a;
	return a;
}

static void unnest(struct nl_msg *m, struct nlattr *a)
{
	if (a)
		nla_nest_end(m, a);
}

/* Else one for each processor there could be, each with its files in /sys. */
static void put_queues(struct maker *k, struct nl_msg *m)
{
	put_u32(k, m, IFLA_NUM_TX_QUEUES, 1);
	put_u32(k, m, IFLA_NUM_RX_QUEUES, 1);
}

/* The peer of a veth: a link's fixed part and attributes within an attribute. */
static void put_peer(struct maker *k, struct nl_msg *m, const struct wpar_net_step *s, pid_t pid)
{
	const struct ifinfomsg peer = { .ifi_index = s->inner_index,
					.ifi_flags = IFF_NOARP,
					.ifi_change = IFF_NOARP };
	struct nlattr *a = nest(k, m, VETH_INFO_PEER);

	k->failed |= !m || nlmsg_append(m, (void *)&peer, sizeof(peer), NLMSG_ALIGNTO) < 0;
	put_text(k, m, IFLA_IFNAME, s->inner);
	put(k, m, IFLA_ADDRESS, s->mac, sizeof(s->mac));
	put_u32(k, m, IFLA_MTU, s->mtu);
	put_queues(k, m);
	put_u32(k, m, IFLA_NET_NS_PID, (uint32_t)pid);
	unnest(m, a);
}

static void make_veth(struct maker *k, const struct wpar_net_step *s, pid_t pid)
{
	const struct ifinfomsg link = { .ifi_index = s->index,
					.ifi_flags = IFF_NOARP,
					.ifi_change = IFF_NOARP };
	struct nl_msg *m = begin(k, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof(link));
	struct nlattr *info, *data;

	put_text(k, m, IFLA_IFNAME, s->device);
	put(k, m, IFLA_ADDRESS, s->mac, sizeof(s->mac));
	put_u32(k, m, IFLA_MTU, s->mtu);
	put_queues(k, m);
	info = nest(k, m, IFLA_LINKINFO);
	put_text(k, m, IFLA_INFO_KIND, "veth");
	data = nest(k, m, IFLA_INFO_DATA);
	put_peer(k, m, s, pid);
	unnest(m, data);
	unnest(m, info);
}

struct setting {
	int id;
	uint32_t value;
};

/* What the kernel keeps of a link for IPv4, and that it has no address of its own for IPv6. */
static void put_settings(struct maker *k, struct nl_msg *m, bool ipv6, const struct setting *v,
			 size_t n)
{
	const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
	struct nlattr *spec = nest(k, m, IFLA_AF_SPEC), *family, *conf;

	family = nest(k, m, AF_INET);
	conf = nest(k, m, IFLA_INET_CONF);
	for (size_t i = 0; i < n; i++)
		put_u32(k, m, v[i].id, v[i].value);
	unnest(m, conf);
	unnest(m, family);
	if (ipv6) {
		family = nest(k, m, AF_INET6);
		put(k, m, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof(none));
		unnest(m, family);
	}
	unnest(m, spec);
}

static void make_outer_settings(struct maker *k, const struct wpar_net_plan *p,
				const struct wpar_net_step *s)
{
	static const struct setting settings[] = {
		{ IPV4_DEVCONF_FORWARDING, 1 },	      { IPV4_DEVCONF_RP_FILTER, 1 },
		{ IPV4_DEVCONF_ACCEPT_REDIRECTS, 0 }, { IPV4_DEVCONF_SEND_REDIRECTS, 0 },
		{ IPV4_DEVCONF_PROXY_ARP, 0 },	      { IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE, 0 },
	};
	const struct ifinfomsg link = { .ifi_index = s->index };
	struct nl_msg *m = begin(k, RTM_SETLINK, 0, &link, sizeof(link));

	put_text(k, m, IFLA_IFALIAS, p->name);
	put_settings(k, m, p->ipv6, settings, PAR_ARRAY_SIZE(settings));
}

static void make_filter(struct maker *k, const struct wpar_net_plan *p,
			const struct wpar_net_step *s)
{
	struct sock_filter program[WPAR_NET_FILTER_MOST];
	const uint16_t n = (uint16_t)wpar_net_filter(p->ips, p->n_ips, program);
	struct tcmsg qdisc = { .tcm_ifindex = s->index,
			       .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
			       .tcm_parent = TC_H_CLSACT };
	struct tcmsg filter = { .tcm_ifindex = s->index,
				.tcm_handle = 1,
				.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
				.tcm_info = TC_H_MAKE(1u << 16, htons(ETH_P_ALL)) };
	/* On a running WPAR both are there: the qdisc stays, the program is exchanged. */
	struct nl_msg *m = begin(k, RTM_NEWQDISC, NLM_F_CREATE, &qdisc, sizeof(qdisc));
	struct nlattr *options;

	put_text(k, m, TCA_KIND, "clsact");
	m = nlmsg_alloc_size(sizeof(program) + 512);
	if (m && !nlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, RTM_NEWTFILTER, 0, NLM_F_CREATE)) {
		nlmsg_free(m);
		m = NULL;
	}
	if (m)
		k->at[k->n++] = m;
	k->failed |= !m || nlmsg_append(m, &filter, sizeof(filter), NLMSG_ALIGNTO) < 0;
	put_text(k, m, TCA_KIND, "bpf");
	options = nest(k, m, TCA_OPTIONS);
	put(k, m, TCA_BPF_OPS_LEN, &n, sizeof(n));
	put(k, m, TCA_BPF_OPS, program, n * sizeof(program[0]));
	put_u32(k, m, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	unnest(m, options);
}

static void make_up(struct maker *k, const struct wpar_net_step *s)
{
	const struct ifinfomsg link = { .ifi_index = s->index,
					.ifi_flags = IFF_UP,
					.ifi_change = IFF_UP };

	begin(k, RTM_NEWLINK, 0, &link, sizeof(link));
}

static void make_inner_up(struct maker *k, const struct wpar_net_plan *p,
			  const struct wpar_net_step *s)
{
	/* When one address is taken away those of the same network stay. */
	static const struct setting settings[] = { { IPV4_DEVCONF_PROMOTE_SECONDARIES, 1 } };
	const struct ifinfomsg link = { .ifi_index = s->index };
	struct nl_msg *m = begin(k, RTM_SETLINK, 0, &link, sizeof(link));

	put_settings(k, m, p->ipv6, settings, PAR_ARRAY_SIZE(settings));
	make_up(k, s);
}

static void make_link_gone(struct maker *k, const struct wpar_net_step *s)
{
	/* By its number, which nobody else has: an interface of that name may be somebody's own. */
	const struct ifinfomsg link = { .ifi_index = s->index };

	begin(k, RTM_DELLINK, 0, &link, sizeof(link));
}

/* In the main table, or in @s->table. */
static void make_route(struct maker *k, const struct wpar_net_step *s, bool undo)
{
	const bool via = s->gateway.family != AF_UNSPEC;
	/* Another's route to the same address is a clash; inside and in its table all is the
	 * WPAR's. */
	const int flags = undo			      ? 0
			  : s->kind == WPAR_NET_ROUTE ? NLM_F_CREATE | NLM_F_EXCL
						      : NLM_F_CREATE | NLM_F_REPLACE;
	const struct rtmsg route = {
		.rtm_family = (unsigned char)s->ip.family,
		.rtm_dst_len = (unsigned char)s->prefix,
		.rtm_table = s->table ? RT_TABLE_UNSPEC : RT_TABLE_MAIN,
		.rtm_protocol = WPAR_NET_PROTOCOL,
		.rtm_scope = via || s->unreachable || s->ip.family == AF_INET6 ? RT_SCOPE_UNIVERSE
									       : RT_SCOPE_LINK,
		.rtm_type = s->unreachable ? RTN_UNREACHABLE : RTN_UNICAST,
		.rtm_flags = via ? RTNH_F_ONLINK : 0,
	};
	struct nl_msg *m =
		begin(k, undo ? RTM_DELROUTE : RTM_NEWROUTE, flags, &route, sizeof(route));

	if (s->prefix > 0)
		put_ip(k, m, RTA_DST, &s->ip);
	if (via)
		put_ip(k, m, RTA_GATEWAY, &s->gateway);
	if (!s->unreachable)
		put_u32(k, m, RTA_OIF, (uint32_t)s->index);
	else
		put_u32(k, m, RTA_PRIORITY,
			UINT32_MAX); /* a default route of its own comes before */
	if (s->table)
		put_u32(k, m, RTA_TABLE, s->table);
}

static void make_rule(struct maker *k, const struct wpar_net_step *s, bool undo)
{
	const struct fib_rule_hdr rule = { .family = (uint8_t)s->ip.family,
					   .table = RT_TABLE_UNSPEC,
					   .action = FR_ACT_TO_TBL };
	const uint8_t protocol = WPAR_NET_PROTOCOL;
	struct nl_msg *m = begin(k, undo ? RTM_DELRULE : RTM_NEWRULE,
				 undo ? 0 : NLM_F_CREATE | NLM_F_EXCL, &rule, sizeof(rule));

	put_text(k, m, FRA_IIFNAME, s->device);
	put_u32(k, m, FRA_PRIORITY, s->pref);
	put_u32(k, m, FRA_TABLE, s->table);
	put(k, m, FRA_PROTOCOL, &protocol, sizeof(protocol));
	if (s->hosts_only)
		put_u32(k, m, FRA_SUPPRESS_PREFIXLEN, 8 * wpar_ip_bytes(&s->ip) - 1);
}

static void make_proxy(struct maker *k, const struct wpar_net_step *s, bool undo)
{
	const struct ndmsg neighbour = { .ndm_family = (uint8_t)s->ip.family,
					 .ndm_ifindex = s->index,
					 .ndm_state = NUD_PERMANENT,
					 .ndm_flags = NTF_PROXY };
	const uint8_t protocol = WPAR_NET_PROTOCOL;
	struct nl_msg *m =
		begin(k, undo ? RTM_DELNEIGH : RTM_NEWNEIGH,
		      undo ? 0 : NLM_F_CREATE | NLM_F_REPLACE, &neighbour, sizeof(neighbour));

	put_ip(k, m, NDA_DST, &s->ip);
	if (!undo)
		put(k, m, NDA_PROTOCOL, &protocol, sizeof(protocol));
}

static void make_address(struct maker *k, const struct wpar_net_step *s, bool undo)
{
	const struct ifaddrmsg address = { .ifa_family = (uint8_t)s->ip.family,
					   .ifa_prefixlen = (uint8_t)s->prefix,
					   .ifa_index = (uint32_t)s->index };
	struct nl_msg *m = begin(k, undo ? RTM_DELADDR : RTM_NEWADDR,
				 undo ? 0 : NLM_F_CREATE | NLM_F_EXCL, &address, sizeof(address));

	put_ip(k, m, IFA_LOCAL, &s->ip);
	put_ip(k, m, IFA_ADDRESS, &s->ip);
	if (s->broadcast.family != AF_UNSPEC)
		put_ip(k, m, IFA_BROADCAST, &s->broadcast);
	if (s->ip.family == AF_INET6)
		put_u32(k, m, IFA_FLAGS, IFA_F_NODAD);
}

static void make(struct maker *k, const struct wpar_net_plan *p, const struct wpar_net_step *s,
		 bool undo, pid_t pid)
{
	switch (s->kind) {
	case WPAR_NET_LINK:
		if (undo) {
			make_link_gone(k, s);
			return;
		}
		make_veth(k, s, pid);
		make_outer_settings(k, p, s);
		return;
	case WPAR_NET_FILTER:
		if (!undo)
			make_filter(k, p, s);
		return;
	case WPAR_NET_OUTER_UP:
		if (!undo)
			make_up(k, s);
		return;
	case WPAR_NET_INNER_UP:
		if (!undo)
			make_inner_up(k, p, s);
		return;
	case WPAR_NET_ROUTE:
	case WPAR_NET_TABLE:
	case WPAR_NET_INNER_ROUTE:
		make_route(k, s, undo);
		return;
	case WPAR_NET_RULE:
		make_rule(k, s, undo);
		return;
	case WPAR_NET_PROXY:
		make_proxy(k, s, undo);
		return;
	case WPAR_NET_ADDRESS:
		make_address(k, s, undo);
		return;
	case WPAR_NET_FORWARD:
	case WPAR_NET_ANNOUNCE:
		return;
	}
}

int wpar_net_messages(const struct wpar_net_plan *p, const struct wpar_net_step *s,
		      enum wpar_net_action action, pid_t pid,
		      struct nl_msg *ret[WPAR_NET_MESSAGES_MOST])
{
	struct maker k = { .at = ret };

	make(&k, p, s, action == WPAR_NET_UNDO, pid);
	if (!k.failed)
		return k.n;
	for (int i = 0; i < k.n; i++)
		nlmsg_free(ret[i]);
	return -ENOMEM;
}
