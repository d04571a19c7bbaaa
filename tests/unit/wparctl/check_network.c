/* SPDX-License-Identifier: Apache-2.0 */
/* check_network.c - a WPAR's network: what is inferred, the plan, what the filter lets pass */
#include "harness.h"
#include "wparctl/network/filter.h"
#include "wparctl/network/infer.h"
#include "wparctl/network/plan.h"
#include "wparctl/network/record.h"
#include "wparctl/network/route.h"
#include "wparctl/spec/keys.h"

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <string.h>

static struct wpar_ip ip(const char *text)
{
	struct wpar_ip a;

	ck_assert(wpar_ip_parse(text, &a));
	return a;
}

/* eth0 with two networks, eth1 that is down, a loopback and another WPAR's link. */
static struct wpar_net_subnet eth0_subnets[3], eth1_subnets[1], lo_subnets[1];
static struct wpar_net_interface interfaces[] = {
	{ .name = "lo", .index = 1, .up = true, .loopback = true, .mtu = 65536 },
	{ .name = "eth0",
	  .index = 2,
	  .up = true,
	  .has_neighbours = true,
	  .mtu = 1500,
	  .mac = { 0x52, 0x54, 0, 1, 2, 3 } },
	{ .name = "eth1", .index = 3, .has_neighbours = true, .mtu = 9000 },
	{ .name = "wpar7", .index = 100224, .up = true, .is_wpar = true },
	{ .name = "tun0", .index = 4, .up = true, .mtu = 1400 },
};
static struct wpar_net_facts facts = { .ipv6 = true, .interfaces = interfaces, .n_interfaces = 5 };

static void set_up(void)
{
	lo_subnets[0] = (struct wpar_net_subnet){ ip("127.0.0.1"), 8 };
	eth0_subnets[0] = (struct wpar_net_subnet){ ip("10.1.2.2"), 16 };
	eth0_subnets[1] = (struct wpar_net_subnet){ ip("10.1.9.2"), 24 };
	eth0_subnets[2] = (struct wpar_net_subnet){ ip("fd05::2"), 64 };
	eth1_subnets[0] = (struct wpar_net_subnet){ ip("10.9.0.1"), 16 };
	interfaces[0].subnets = lo_subnets;
	interfaces[0].n_subnets = 1;
	interfaces[1].subnets = eth0_subnets;
	interfaces[1].n_subnets = 3;
	interfaces[2].subnets = eth1_subnets;
	interfaces[2].n_subnets = 1;
	interfaces[2].up = false;
	facts.ipv6 = true;
}

static void add(struct wpar_spec *s, const char *interface, const char *address, const char *mask)
{
	struct wpar_address *a = wpar_record_add(s, WPAR_STANZA_NETWORK);

	ck_assert_ptr_nonnull(a);
	a->interface = interface ? strdup(interface) : NULL;
	a->address = strdup(address);
	a->mask_prefix = mask ? strdup(mask) : NULL;
}

START_TEST(addresses_are_values)
{
	struct wpar_ip a = ip("10.1.2.3"), b = ip("10.1.3.255"), c = ip("fd05::1:2");
	char buf[WPAR_IP_TEXT];
	struct wpar_ip m;

	ck_assert(wpar_ip_within(&a, &b, 23));
	ck_assert(!wpar_ip_within(&a, &b, 24));
	ck_assert(!wpar_ip_within(&a, &c, 0));
	m = wpar_ip_broadcast(&a, 23);
	ck_assert_str_eq(wpar_ip_text(&m, buf), "10.1.3.255");
	m = wpar_ip_network(&c, 112);
	ck_assert_str_eq(wpar_ip_text(&m, buf), "fd05::1:0");
	ck_assert_int_eq(wpar_ip_prefix("255.255.192.0"), 18);
	ck_assert_int_eq(wpar_ip_prefix("0.0.0.0"), 0);
	ck_assert_int_eq(wpar_ip_prefix("64"), 64);
	ck_assert_int_eq(wpar_ip_prefix("255.0.255.0"), -1);
	ck_assert_int_eq(wpar_ip_prefix(NULL), -1);
	ck_assert_str_eq(wpar_ip_mask_text(AF_INET, 18, buf), "255.255.192.0");
	ck_assert_str_eq(wpar_ip_mask_text(AF_INET6, 64, buf), "64");
	ck_assert(!wpar_ip_parse("10.1.2", &m));
	ck_assert(!wpar_ip_parse(NULL, &m));
}
END_TEST

START_TEST(what_is_no_host)
{
	static const char *const bad[] = { "0.0.0.0",	      "127.0.0.1", "224.0.0.1",
					   "255.255.255.255", "::",	   "::1",
					   "ff02::1",	      "fe80::1",   "::ffff:10.1.2.3" };
	struct wpar_ip a;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		a = ip(bad[i]);
		ck_assert_msg(!wpar_ip_is_host(&a), "%s", bad[i]);
	}
	a = ip("192.0.2.1");
	ck_assert(wpar_ip_is_host(&a));
	a = ip("2001:db8::1");
	ck_assert(wpar_ip_is_host(&a));
}
END_TEST

static const struct {
	const char *interface, *address, *mask; /* given */
	const char *got_interface, *got_mask, *got_broadcast, *error;
} infer_cases[] = {
	{ NULL, "10.1.2.3", NULL, "eth0", "255.255.0.0", "10.1.255.255", NULL },
	/* Of two networks the smaller one. */
	{ NULL, "10.1.9.3", NULL, "eth0", "255.255.255.0", "10.1.9.255", NULL },
	{ NULL, "fd05::3", NULL, "eth0", "64", NULL, NULL },
	{ "en0", "10.1.2.3", NULL, "en0", "255.255.0.0", "10.1.255.255", NULL },
	{ "eth1", "10.9.0.3", NULL, "eth1", "255.255.0.0", "10.9.255.255", NULL },
	{ "eth0", "192.0.2.7", NULL, "eth0", "255.255.0.0", "192.0.255.255", NULL },
	{ "eth0", "192.0.2.7", "255.255.255.255", "eth0", "255.255.255.255", NULL, NULL },
	{ NULL, "10.9.0.3", NULL, NULL, NULL, NULL, "no active interface" },
	{ NULL, "192.0.2.7", NULL, NULL, NULL, NULL, "no active interface" },
	{ "eth7", "10.1.2.3", NULL, NULL, NULL, NULL, "there is no such interface" },
	{ "lo", "10.1.2.3", NULL, NULL, NULL, NULL, "it is the loopback" },
	{ "wpar7", "10.1.2.3", NULL, NULL, NULL, NULL, "of a workload partition" },
	{ "eth1", "fd06::1", NULL, NULL, NULL, NULL, "give prefixlen=" },
	{ "tun0", "10.7.0.1", NULL, NULL, NULL, NULL, "give netmask=" },
	{ NULL, "10.1.9.2", NULL, NULL, NULL, NULL, "it is the address of eth0" },
	{ NULL, "10.1.9.255", NULL, NULL, NULL, NULL, "it cannot be the address of a host" },
	{ NULL, "10.1.9.0", NULL, NULL, NULL, NULL, "it cannot be the address of a host" },
	{ "eth0", "fe80::7", NULL, NULL, NULL, NULL, "it cannot be the address of a host" },
	{ "eth0", "224.1.1.1", NULL, NULL, NULL, NULL, "it cannot be the address of a host" },
};

START_TEST(what_is_left_out_is_inferred)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(infer_cases); i++) {
		auto_spec s = { 0 };
		auto_error err = NULL;
		int r;

		set_up();
		add(&s, infer_cases[i].interface, infer_cases[i].address, infer_cases[i].mask);
		r = wpar_net_infer(&s, &facts, &err);
		if (infer_cases[i].error) {
			ck_assert_int_lt(r, 0);
			ck_assert_msg(strstr(err->msg, infer_cases[i].error), "%s", err->msg);
			continue;
		}
		ck_assert_msg(r == 0, "%s: %s", infer_cases[i].address, err ? err->msg : "");
		ck_assert_str_eq(s.addresses[0].interface, infer_cases[i].got_interface);
		ck_assert_str_eq(s.addresses[0].mask_prefix, infer_cases[i].got_mask);
		ck_assert_pstr_eq(s.addresses[0].broadcast, infer_cases[i].got_broadcast);
	}
}
END_TEST

START_TEST(no_ipv6_where_it_is_off)
{
	auto_spec s = { 0 };
	auto_error err = NULL;

	set_up();
	facts.ipv6 = false;
	add(&s, NULL, "fd05::3", NULL);
	ck_assert_int_lt(wpar_net_infer(&s, &facts, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NOT_SUPPORTED);
}
END_TEST

START_TEST(near_is_on_an_active_network_and_nobody_elses)
{
	struct wpar_ip a;

	set_up();
	a = ip("10.1.2.3");
	ck_assert(wpar_net_is_near(&facts, &a));
	a = ip("10.1.2.2"); /* the global environment's */
	ck_assert(!wpar_net_is_near(&facts, &a));
	a = ip("10.9.0.3"); /* of an interface that is down */
	ck_assert(!wpar_net_is_near(&facts, &a));
	a = ip("127.0.1.1"); /* as Debian has it in /etc/hosts */
	ck_assert(!wpar_net_is_near(&facts, &a));
}
END_TEST

static void plan_of(struct wpar_spec *s, struct wpar_net_plan *p)
{
	auto_error err = NULL;

	set_up();
	if (!s->name)
		s->name = strdup("dev01");
	s->key = 5;
	ck_assert_msg(wpar_net_plan_build(s, &facts, p, &err) == 0, "%s", err ? err->msg : "");
}

static void assert_text(const struct wpar_net_plan *p, const char *wanted)
{
	auto_buf text = { 0 };

	ck_assert_int_eq(wpar_net_plan_print(p, &text), 0);
	ck_assert_pstr_eq(text.data, wanted);
}

START_TEST(no_address_no_steps)
{
	auto_spec s = { 0 };
	auto_net_plan p = { 0 };

	plan_of(&s, &p);
	ck_assert_uint_eq(p.n, 0);
}
END_TEST

START_TEST(plan_of_two_families)
{
	auto_spec s = { 0 };
	auto_net_plan p = { 0 };

	add(&s, "en0", "10.1.2.3", "255.255.0.0");
	s.addresses[0].broadcast = strdup("10.1.255.255");
	add(&s, "en0", "fd05::3", "64");
	plan_of(&s, &p);
	assert_text(&p, "forward eth0 ipv4\n"
			"forward eth0 ipv6\n"
			"link wpar5 index 100160 inside en0 index 100161 mtu 1500 mac "
			"02:57:50:00:05:00\n"
			"filter wpar5 10.1.2.3 fd05::3\n"
			"up wpar5\n"
			"route wpar5 10.1.2.3/32\n"
			"route wpar5 fd05::3/128\n"
			"proxy eth0 10.1.2.3\n"
			"proxy eth0 fd05::3\n"
			"inside up en0\n"
			"inside address en0 10.1.2.3/16 broadcast 10.1.255.255\n"
			"inside address en0 fd05::3/64\n"
			"inside route en0 0.0.0.0/0\n"
			"inside route en0 ::/0\n"
			"announce eth0 10.1.2.3\n"
			"announce eth0 fd05::3\n");
}
END_TEST

START_TEST(a_link_for_each_interface)
{
	auto_spec s = { 0 };
	auto_net_plan p = { 0 };
	auto_error err = NULL;

	add(&s, "eth0", "10.1.2.3", "255.255.0.0");
	add(&s, "tun0", "10.7.0.1", "255.255.255.0");
	add(&s, "eth0", "10.1.9.3", "255.255.255.0");
	plan_of(&s, &p);
	/* Nobody asks who has an address on a tunnel: no proxy, no announcement there. */
	assert_text(&p, "forward eth0 ipv4\n"
			"forward tun0 ipv4\n"
			"link wpar5 index 100160 inside eth0 index 100161 mtu 1500 mac "
			"02:57:50:00:05:00\n"
			"filter wpar5 10.1.2.3 10.7.0.1 10.1.9.3\n"
			"up wpar5\n"
			"link wpar5-1 index 100162 inside tun0 index 100163 mtu 1400 mac "
			"02:57:50:00:05:01\n"
			"filter wpar5-1 10.1.2.3 10.7.0.1 10.1.9.3\n"
			"up wpar5-1\n"
			"route wpar5 10.1.2.3/32\n"
			"route wpar5-1 10.7.0.1/32\n"
			"route wpar5 10.1.9.3/32\n"
			"proxy eth0 10.1.2.3\n"
			"proxy eth0 10.1.9.3\n"
			"inside up eth0\n"
			"inside up tun0\n"
			"inside address eth0 10.1.2.3/16\n"
			"inside address tun0 10.7.0.1/24\n"
			"inside address eth0 10.1.9.3/24\n"
			"inside route eth0 0.0.0.0/0\n"
			"announce eth0 10.1.2.3\n"
			"announce eth0 10.1.9.3\n");
	wpar_net_plan_done(&p);
	add(&s, "eth1", "10.9.0.3", "255.255.0.0");
	ck_assert_int_lt(wpar_net_plan_build(&s, &facts, &p, &err), 0);
	ck_assert_msg(strstr(err->msg, "eth1") && strstr(err->msg, "is down"), "%s", err->msg);
}
END_TEST

static void add_route(struct wpar_spec *s, const char *to, const char *gateway)
{
	struct wpar_route *r = wpar_record_add(s, WPAR_STANZA_ROUTE);

	ck_assert_ptr_nonnull(r);
	r->destination = strdup(to);
	r->gateway = strdup(gateway);
}

START_TEST(own_routes_are_a_table_of_its_own)
{
	auto_spec s = { 0 };
	auto_net_plan p = { 0 };
	auto_error err = NULL;

	add(&s, "eth0", "10.1.9.3", "255.255.255.0");
	add_route(&s, "default", "10.1.9.1");
	add_route(&s, "172.16.0.0", "10.1.9.9");
	plan_of(&s, &p);
	assert_text(&p, "forward eth0 ipv4\n"
			"link wpar5 index 100160 inside eth0 index 100161 mtu 1500 mac "
			"02:57:50:00:05:00\n"
			"filter wpar5 10.1.9.3\n"
			"up wpar5\n"
			"table eth0 10.1.9.0/24 table 1464860677\n"
			"table - 0.0.0.0/0 table 1464860677 unreachable\n"
			"rule wpar5 pref 5700 table 254 hosts ipv4\n"
			"rule wpar5 pref 5701 table 1464860677 ipv4\n"
			"route wpar5 10.1.9.3/32\n"
			"proxy eth0 10.1.9.3\n"
			"inside up eth0\n"
			"inside address eth0 10.1.9.3/24\n"
			"table eth0 0.0.0.0/0 via 10.1.9.1 table 1464860677\n"
			"inside route eth0 0.0.0.0/0 via 10.1.9.1\n"
			"table eth0 172.16.0.0/16 via 10.1.9.9 table 1464860677\n"
			"inside route eth0 172.16.0.0/16 via 10.1.9.9\n"
			"announce eth0 10.1.9.3\n");
	wpar_net_plan_done(&p);
	add_route(&s, "default", "10.2.9.1");
	ck_assert_int_lt(wpar_net_plan_build(&s, &facts, &p, &err), 0);
	ck_assert_msg(strstr(err->msg, "10.2.9.1: it is on no network"), "%s", err->msg);
}
END_TEST

START_TEST(routing_without_routes_leads_to_its_networks_only)
{
	auto_spec s = { .routing = true };
	auto_net_plan p = { 0 };
	bool inside = false, unreachable = false;

	add(&s, "eth0", "fd05::3", "64");
	plan_of(&s, &p);
	for (size_t i = 0; i < p.n; i++) {
		inside |= p.steps[i].kind == WPAR_NET_INNER_ROUTE;
		unreachable |= p.steps[i].unreachable;
	}
	ck_assert(!inside);
	ck_assert(unreachable);
}
END_TEST

static const struct {
	const char *to, *type, *mask, *gateway, *got;
	unsigned int prefix;
} route_cases[] = {
	{ "default", NULL, NULL, "10.1.2.1", "0.0.0.0", 0 },
	{ "default", NULL, NULL, "fd05::1", "::", 0 },
	{ "10.0.0.0", NULL, NULL, "10.1.2.1", "10.0.0.0", 8 },
	{ "172.16.0.0", NULL, NULL, "10.1.2.1", "172.16.0.0", 16 },
	{ "192.168.7.0", NULL, NULL, "10.1.2.1", "192.168.7.0", 24 },
	{ "192.168.7.1", NULL, NULL, "10.1.2.1", "192.168.7.1", 32 },
	{ "192.168.7.0", "host", NULL, "10.1.2.1", "192.168.7.0", 32 },
	{ "192.168.7.1", "net", NULL, "10.1.2.1", "192.168.7.0", 24 },
	{ "10.7.7.1", NULL, "255.255.0.0", "10.1.2.1", "10.7.0.0", 16 },
	{ "fd06::1", NULL, NULL, "fd05::1", "fd06::1", 128 },
	{ "fd06::1", "net", NULL, "fd05::1", "fd06::", 64 },
	{ "fd06::1", NULL, "48", "fd05::1", "fd06::", 48 },
	{ "fd06::1", NULL, NULL, "10.1.2.1", NULL, 0 },
	{ "10.0.0.0", NULL, "8", "10.1.2.1", NULL, 0 },
	{ "fd06::1", NULL, "255.0.0.0", "fd05::1", NULL, 0 },
	{ "10.0.0.0", NULL, NULL, "127.0.0.1", NULL, 0 },
	{ "nobody", NULL, NULL, "10.1.2.1", NULL, 0 },
};

START_TEST(routes_are_read_as_on_aix)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(route_cases); i++) {
		const struct wpar_route r = { .destination = (char *)route_cases[i].to,
					      .type = (char *)route_cases[i].type,
					      .mask_prefix = (char *)route_cases[i].mask,
					      .gateway = (char *)route_cases[i].gateway };
		struct wpar_net_target t = { 0 };
		auto_error err = NULL;
		int got = wpar_net_route_read(&r, &t, &err);
		char buf[WPAR_IP_TEXT];

		if (!route_cases[i].got) {
			ck_assert_msg(got < 0, "%s", route_cases[i].to);
			continue;
		}
		ck_assert_msg(got == 0, "%s", err ? err->msg : "");
		ck_assert_str_eq(wpar_ip_text(&t.destination, buf), route_cases[i].got);
		ck_assert_msg(t.prefix == route_cases[i].prefix, "%s: %u", route_cases[i].to,
			      t.prefix);
	}
}
END_TEST

START_TEST(no_two_ends_have_one_number)
{
	ck_assert(wpar_net_is_outer("wpar5", 100160));
	ck_assert(!wpar_net_is_outer("wpar5", 7));
	ck_assert(!wpar_net_is_outer("wparx", 100160));
	/* The last link of the last key, below the largest number there is. */
	ck_assert_int_gt(INT32_MAX, WPAR_NET_INDEX_BASE + 65536 * 2 * WPAR_NET_LINKS_MOST);
}
END_TEST

START_TEST(what_stays_is_recorded)
{
	auto_spec s = { 0 };
	auto_net_plan p = { 0 }, back = { 0 };
	auto_buf text = { 0 };

	add(&s, "en0", "10.1.2.3", "255.255.0.0");
	add(&s, "en0", "fd05::3", "64");
	plan_of(&s, &p);
	ck_assert_int_eq(wpar_net_record_print(&p, &text), 0);
	ck_assert_int_eq(par_buf_puts(&text, "nonsense\nlink\nlink x 1 2 3 4 5 6 7\n"), 0);
	ck_assert_int_eq(wpar_net_record_parse(text.data, &back), 0);
	ck_assert_uint_eq(back.n, 3);
	ck_assert_int_eq(back.steps[0].kind, WPAR_NET_LINK);
	ck_assert_int_eq(back.steps[0].index, 100160);
	ck_assert_int_eq(back.steps[1].kind, WPAR_NET_PROXY);
	ck_assert_int_eq(back.steps[1].index, 2);
	ck_assert(wpar_ip_equal(&back.steps[1].ip, &p.ips[0]));
	ck_assert(wpar_ip_equal(&back.steps[2].ip, &p.ips[1]));
}
END_TEST

/* Classic BPF as far as the filter has it. */
static uint32_t run(const struct sock_filter *f, size_t n, const unsigned char *frame, size_t len)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < n; pc++) {
		const uint32_t k = f[pc].k;

		switch (f[pc].code) {
		case BPF_LD | BPF_W | BPF_LEN:
			a = (uint32_t)len;
			break;
		case BPF_LD | BPF_H | BPF_ABS:
			ck_assert_uint_le(k + 2, len);
			a = (uint32_t)(frame[k] << 8 | frame[k + 1]);
			break;
		case BPF_LD | BPF_W | BPF_ABS:
			ck_assert_uint_le(k + 4, len);
			a = (uint32_t)frame[k] << 24 | (uint32_t)frame[k + 1] << 16 |
			    (uint32_t)frame[k + 2] << 8 | frame[k + 3];
			break;
		case BPF_JMP | BPF_JA:
			pc += k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == k ? f[pc].jt : f[pc].jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= k ? f[pc].jt : f[pc].jf;
			break;
		case BPF_RET | BPF_K:
			return k;
		default:
			ck_abort_msg("instruction %x", f[pc].code);
		}
	}
	ck_abort_msg("no end");
	return 0;
}

static uint32_t verdict(const struct wpar_ip *ips, size_t n, const char *source, size_t len)
{
	struct sock_filter program[WPAR_NET_FILTER_MOST];
	const size_t used = wpar_net_filter(ips, n, program);
	unsigned char frame[64] = { 0 };
	struct wpar_ip from = ip(source);

	ck_assert_uint_le(used, WPAR_NET_FILTER_MOST);
	frame[12] = from.family == AF_INET ? 0x08 : 0x86;
	frame[13] = from.family == AF_INET ? 0x00 : 0xdd;
	memcpy(frame + 14 + (from.family == AF_INET ? 12 : 8), from.bytes, wpar_ip_bytes(&from));
	return run(program, used, frame, len);
}

START_TEST(filter_lets_only_its_own_addresses_pass)
{
	const struct wpar_ip own[] = { ip("10.1.2.3"), ip("fd05::3"), ip("10.1.2.4"),
				       ip("fd05:0:0:1::3") };
	static const char *const others[] = {
		"10.1.2.5", "10.1.3.3", "0.0.0.0", "127.0.0.1",	    "fd05::4",
		"::",	    "fd06::3",	"fe80::1", "fd05:0:0:1::4", "fd05:0:0:2::3"
	};

	for (size_t i = 0; i < 4; i++) {
		char buf[WPAR_IP_TEXT];

		ck_assert_uint_eq(verdict(own, 4, wpar_ip_text(&own[i], buf), 64), TC_ACT_OK);
		/* An address that another one has. */
		ck_assert_uint_eq(verdict(own, i, buf, 64), TC_ACT_SHOT);
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(others); i++)
		ck_assert_msg(verdict(own, 4, others[i], 64) == TC_ACT_SHOT, "%s", others[i]);
}
END_TEST

START_TEST(filter_drops_what_is_short_or_no_ip)
{
	const struct wpar_ip own[] = { ip("10.1.2.3"), ip("fd05::3") };
	static const uint16_t types[] = { ETH_P_ARP, ETH_P_8021Q, ETH_P_LOOP, 0 };
	struct sock_filter program[WPAR_NET_FILTER_MOST];
	const size_t used = wpar_net_filter(own, 2, program);

	for (size_t len = 0; len < 34; len++)
		ck_assert_uint_eq(verdict(own, 2, "10.1.2.3", len), TC_ACT_SHOT);
	for (size_t len = 0; len < 54; len++)
		ck_assert_uint_eq(verdict(own, 2, "fd05::3", len), TC_ACT_SHOT);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(types); i++) {
		unsigned char frame[64] = {
			[12] = (unsigned char)(types[i] >> 8), [13] = (unsigned char)types[i]
		};

		memcpy(frame + 26, own[0].bytes, 4);
		ck_assert_uint_eq(run(program, used, frame, sizeof(frame)), TC_ACT_SHOT);
	}
}
END_TEST

START_TEST(filter_of_all_there_can_be_fits)
{
	struct wpar_ip own[WPAR_NET_ADDRESSES_MOST];

	for (unsigned int i = 0; i < WPAR_NET_ADDRESSES_MOST; i++) {
		own[i] = ip("fd05::");
		own[i].bytes[15] = (unsigned char)i;
	}
	ck_assert_uint_eq(verdict(own, WPAR_NET_ADDRESSES_MOST, "fd05::3f", 64), TC_ACT_OK);
	ck_assert_uint_eq(verdict(own, WPAR_NET_ADDRESSES_MOST, "fd05::40", 64), TC_ACT_SHOT);
}
END_TEST

static Suite *network_suite(void)
{
	Suite *suite = suite_create("network");
	TCase *tc = tcase_create("network");

	tcase_add_test(tc, addresses_are_values);
	tcase_add_test(tc, what_is_no_host);
	tcase_add_test(tc, what_is_left_out_is_inferred);
	tcase_add_test(tc, no_ipv6_where_it_is_off);
	tcase_add_test(tc, near_is_on_an_active_network_and_nobody_elses);
	tcase_add_test(tc, no_address_no_steps);
	tcase_add_test(tc, plan_of_two_families);
	tcase_add_test(tc, a_link_for_each_interface);
	tcase_add_test(tc, own_routes_are_a_table_of_its_own);
	tcase_add_test(tc, routing_without_routes_leads_to_its_networks_only);
	tcase_add_test(tc, routes_are_read_as_on_aix);
	tcase_add_test(tc, no_two_ends_have_one_number);
	tcase_add_test(tc, what_stays_is_recorded);
	tcase_add_test(tc, filter_lets_only_its_own_addresses_pass);
	tcase_add_test(tc, filter_drops_what_is_short_or_no_ip);
	tcase_add_test(tc, filter_of_all_there_can_be_fits);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(network_suite)
