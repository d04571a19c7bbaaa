/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that give a WPAR its network: a pair of veth ends for each interface that its addresses
 * name, the outer one in the global environment, the inner one in the WPAR under the interface's
 * own name; packets are routed, not bridged.  Pure: made from a specification and facts, printed
 * by --dry-run, compared in tests.  apply.h carries it out, plan_change.h compares two.
 */
#pragma once

#include "wparctl/network/facts.h"
#include "wparctl/spec/spec.h"

enum wpar_net_step_kind {
	/* In the global environment, in this order. */
	WPAR_NET_FORWARD, /* @device passes packets of @ip.family on, and answers for others */
	WPAR_NET_LINK,	  /* both ends */
	WPAR_NET_FILTER,  /* out of @device comes only what is from the plan's addresses */
	WPAR_NET_OUTER_UP,
	WPAR_NET_ROUTE, /* to @ip by @device */
	WPAR_NET_TABLE, /* in the WPAR's own table: to @ip/@prefix by @gateway or @device, or
			   nowhere */
	WPAR_NET_RULE,	/* what comes out of @device looks at @table: see @hosts_only */
	WPAR_NET_PROXY, /* @device answers for @ip */
	/* In the WPAR. */
	WPAR_NET_INNER_UP,
	WPAR_NET_ADDRESS,     /* @device has @ip/@prefix */
	WPAR_NET_INNER_ROUTE, /* to @ip/@prefix by @gateway or @device */
	/* At last, in the global environment. */
	WPAR_NET_ANNOUNCE, /* tells the neighbours of @device that @ip is here */
};

struct wpar_net_step {
	enum wpar_net_step_kind kind;
	char device[IF_NAMESIZE];
	int index;		 /* of @device */
	char inner[IF_NAMESIZE]; /* LINK */
	int inner_index;
	unsigned int mtu;
	unsigned char mac[6]; /* LINK: of both ends; ANNOUNCE: of @device */
	struct wpar_ip ip, gateway, broadcast;
	unsigned int prefix;
	uint32_t table;	  /* RULE, TABLE */
	uint32_t pref;	  /* RULE */
	bool hosts_only;  /* RULE: the main table, but only its routes to single hosts: to WPARs */
	bool unreachable; /* TABLE: what no other route takes */
};

struct wpar_net_plan {
	struct wpar_net_step *steps;
	size_t n;
	struct wpar_ip *ips; /* of the WPAR */
	size_t n_ips;
	bool ipv6; /* the kernel has it */
	char name[WPAR_NAME_MAX + 1];
};

#define auto_net_plan par_cleanup(wpar_net_plan_done) struct wpar_net_plan
void wpar_net_plan_done(struct wpar_net_plan *p);

/*
 * wpar_net_plan_build - the steps for @s, whose addresses are complete (wpar_net_infer()); its key
 * gives names and numbers
 * No addresses, no steps.  Errors: PAR_E_INVALID_ARGUMENT (an interface that is not there or is
 * down, a route without a gateway in reach, too many addresses), PAR_E_NO_MEMORY.
 */
int wpar_net_plan_build(const struct wpar_spec *s, const struct wpar_net_facts *f,
			struct wpar_net_plan *ret, struct par_error **err);

/* wpar_net_plan_print - one line per step */
int wpar_net_plan_print(const struct wpar_net_plan *p, struct par_buf *out);

/* wpar_net_step_is_inside - is it done in the WPAR's network namespace? */
bool wpar_net_step_is_inside(const struct wpar_net_step *s);

/* wpar_net_step_leaves - has it to be taken back, or does it go with another or stay for good? */
bool wpar_net_step_leaves(const struct wpar_net_step *s);

/* wpar_net_step_equal - do both do the same to the same? */
bool wpar_net_step_equal(const struct wpar_net_step *a, const struct wpar_net_step *b);

/*
 * Numbers.  The two ends of link @i of the WPAR with @key; both are unique in an LPAR, and no
 * inner one is an outer one's elsewhere: CRIU looks for it in both namespaces.
 */
#define WPAR_NET_LINKS_MOST 16
#define WPAR_NET_INDEX_BASE 100000
#define WPAR_NET_PROTOCOL   87 /* of our routes, neighbours and rules: `ip route show proto 87` */
#define WPAR_NET_TABLE_BASE 0x57500000u
#define WPAR_NET_PREF	    5700u

/* wpar_net_is_outer - is the interface of that name and number the outer end of a WPAR's link? */
bool wpar_net_is_outer(const char *name, int index);
