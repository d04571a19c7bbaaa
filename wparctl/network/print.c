/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as text, for people and tests: see plan.h. */
#include "wparctl/network/plan.h"

static const char *const names[] = {
	[WPAR_NET_FORWARD] = "forward",
	[WPAR_NET_LINK] = "link",
	[WPAR_NET_FILTER] = "filter",
	[WPAR_NET_OUTER_UP] = "up",
	[WPAR_NET_ROUTE] = "route",
	[WPAR_NET_TABLE] = "table",
	[WPAR_NET_RULE] = "rule",
	[WPAR_NET_PROXY] = "proxy",
	[WPAR_NET_INNER_UP] = "inside up",
	[WPAR_NET_ADDRESS] = "inside address",
	[WPAR_NET_INNER_ROUTE] = "inside route",
	[WPAR_NET_ANNOUNCE] = "announce",
};

static void put_ip(struct par_buf *out, const char *word, const struct wpar_ip *ip)
{
	char buf[WPAR_IP_TEXT];

	if (ip->family != AF_UNSPEC)
		par_buf_printf(out, "%s%s", word, wpar_ip_text(ip, buf));
}

static void put_target(struct par_buf *out, const struct wpar_net_step *s)
{
	put_ip(out, " ", &s->ip);
	if (s->ip.family != AF_UNSPEC)
		par_buf_printf(out, "/%u", s->prefix);
}

static void put_step(struct par_buf *out, const struct wpar_net_plan *p,
		     const struct wpar_net_step *s)
{
	par_buf_printf(out, "%s %s", names[s->kind], s->device);
	switch (s->kind) {
	case WPAR_NET_FORWARD:
		par_buf_puts(out, s->ip.family == AF_INET ? " ipv4" : " ipv6");
		break;
	case WPAR_NET_LINK:
		par_buf_printf(
			out,
			" index %d inside %s index %d mtu %u mac %02x:%02x:%02x:%02x:%02x:%02x",
			s->index, s->inner, s->inner_index, s->mtu, s->mac[0], s->mac[1], s->mac[2],
			s->mac[3], s->mac[4], s->mac[5]);
		break;
	case WPAR_NET_FILTER:
		for (size_t i = 0; i < p->n_ips; i++)
			put_ip(out, " ", &p->ips[i]);
		break;
	case WPAR_NET_RULE:
		par_buf_printf(out, " pref %u table %u%s %s", s->pref, s->table,
			       s->hosts_only ? " hosts" : "",
			       s->ip.family == AF_INET ? "ipv4" : "ipv6");
		break;
	case WPAR_NET_TABLE:
	case WPAR_NET_ROUTE:
	case WPAR_NET_INNER_ROUTE:
	case WPAR_NET_ADDRESS:
		put_target(out, s);
		put_ip(out, " via ", &s->gateway);
		put_ip(out, " broadcast ", &s->broadcast);
		if (s->table)
			par_buf_printf(out, " table %u", s->table);
		if (s->unreachable)
			par_buf_puts(out, " unreachable");
		break;
	case WPAR_NET_PROXY:
	case WPAR_NET_ANNOUNCE:
		put_ip(out, " ", &s->ip);
		break;
	case WPAR_NET_OUTER_UP:
	case WPAR_NET_INNER_UP:
		break;
	}
	par_buf_putc(out, '\n');
}

int wpar_net_plan_print(const struct wpar_net_plan *p, struct par_buf *out)
{
	for (size_t i = 0; i < p->n; i++)
		put_step(out, p, &p->steps[i]);
	return out->failed ? -ENOMEM : 0;
}
