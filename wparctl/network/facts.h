/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the global environment's network is, as far as a plan depends on it.  plan.h and infer.h
 * take these facts, so they can be tested without any network; facts.c asks the kernel.
 */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/network/ip.h"

#include <net/if.h>

struct wpar_net_subnet {
	struct wpar_ip ip; /* the global environment's own address */
	unsigned int prefix;
};

struct wpar_net_interface {
	char name[IF_NAMESIZE];
	int index;
	unsigned int mtu; /* bytes */
	unsigned char mac[6];
	bool up, loopback;
	bool has_neighbours; /* an Ethernet-like one, where addresses are asked for (ARP, NDP) */
	bool is_wpar;	     /* the outer end of a WPAR's own */
	struct wpar_net_subnet *subnets;
	size_t n_subnets;
};

struct wpar_net_facts {
	bool ipv6; /* the kernel has it, and it is not switched off everywhere */
	struct wpar_net_interface *interfaces; /* in the kernel's order */
	size_t n_interfaces;
};

#define auto_net_facts par_cleanup(wpar_net_facts_done) struct wpar_net_facts

void wpar_net_facts_done(struct wpar_net_facts *f);

/*
 * wpar_net_facts_get - of all interfaces, with their addresses
 * Errors: PAR_E_SYSTEM, PAR_E_NO_MEMORY.
 */
int wpar_net_facts_get(struct wpar_net_facts *ret, struct par_error **err);

/*
 * wpar_net_has_addresses - has any interface but the loopback an address?
 * Quicker than all facts: a list of the interfaces waits in the kernel for every network that is
 * just being made or removed, that of a WPAR which has ended, too.
 * Errors: PAR_E_SYSTEM.
 */
int wpar_net_has_addresses(bool *ret, struct par_error **err);

/*
 * wpar_net_facts_of - the same of some interfaces only, without addresses: enough for
 * wpar_net_plan_build(), and as quick with a thousand WPARs as with one
 * @names	as a specification has them (wpar_net_interface()); one that is not there is left
 * out
 */
int wpar_net_facts_of(const struct par_strv *names, struct wpar_net_facts *ret,
		      struct par_error **err);

/*
 * wpar_net_expect_foreign - is none of @n addresses the global environment's own?
 * Errors: PAR_E_EXISTS, PAR_E_SYSTEM.
 */
int wpar_net_expect_foreign(const struct wpar_ip *ips, size_t n, struct par_error **err);

/*
 * wpar_net_interface - the one called @name; NULL when there is none
 * AIX's names are understood where the kernel has none of that name: en0 is eth0.
 */
const struct wpar_net_interface *wpar_net_interface(const struct wpar_net_facts *f,
						    const char *name);

/* wpar_net_linux_name - of en0: "eth0", into @buf of IF_NAMESIZE bytes; NULL: no name of AIX's */
const char *wpar_net_linux_name(const char *name, char *buf);
