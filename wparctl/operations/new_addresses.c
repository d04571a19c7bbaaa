/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a new WPAR: see new_addresses.h. */
#include "wparctl/operations/new_addresses.h"

#include "wparctl/network/infer.h"
#include "wparctl/network/resolve.h"
#include "wparctl/network/route.h"
#include "wparctl/spec/keys.h"

#include <stdio.h>
#include <string.h>

static int add_address(struct wpar_spec *s, const struct wpar_ip *ip, struct par_error **err)
{
	struct wpar_address *a = wpar_record_add(s, WPAR_STANZA_NETWORK);
	char buf[WPAR_IP_TEXT];

	if (a)
		a->address = strdup(wpar_ip_text(ip, buf));
	return a && a->address ? 0 : par_oom(err);
}

/* A name that stands for nothing near has no address: no error, as on AIX. */
static int take_own(struct wpar_spec *s, const struct wpar_net_facts *f, struct par_error **err)
{
	struct wpar_ip ips[WPAR_NET_RESOLVED_MOST];
	const size_t n = wpar_net_resolve(s->name, ips);
	bool four = false, six = false;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		bool *have = ips[i].family == AF_INET ? &four : &six;

		if (*have || !wpar_net_is_near(f, &ips[i]))
			continue;
		*have = true;
		r = add_address(s, &ips[i], err);
	}
	return r;
}

/* A name in a route becomes its address: at a start nobody waits for a name server. */
static int resolve_name(char **name, int family, const char *flag, struct par_error **err)
{
	struct wpar_ip ips[WPAR_NET_RESOLVED_MOST];
	char buf[WPAR_IP_TEXT];
	size_t n;

	if (!*name || strcmp(*name, "default") == 0 || wpar_ip_parse(*name, &ips[0]))
		return 0;
	n = wpar_net_resolve(*name, ips);
	for (size_t i = 0; i < n; i++) {
		char *text;

		if (family != AF_UNSPEC && ips[i].family != family)
			continue;
		text = strdup(wpar_ip_text(&ips[i], buf));
		if (!text)
			return par_oom(err);
		free(*name);
		*name = text;
		return 0;
	}
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-I %s=%s: there is no host of that name",
			flag, *name);
}

static int complete_routes(struct wpar_spec *s, struct par_error **err)
{
	for (size_t i = 0; i < s->n_routes; i++) {
		struct wpar_route *t = &s->routes[i];
		struct wpar_ip gateway = { 0 };
		int r = resolve_name(&t->gateway, AF_UNSPEC, "rtgateway", err);

		if (r < 0)
			return r;
		if (wpar_ip_parse(t->gateway, &gateway))
			r = resolve_name(&t->destination, gateway.family, "rtdest", err);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_connected(const struct wpar_net_facts *f)
{
	for (size_t i = 0; i < f->n_interfaces; i++) {
		const struct wpar_net_interface *n = &f->interfaces[i];

		if (n->up && !n->loopback && !n->is_wpar && n->n_subnets > 0)
			return true;
	}
	return false;
}

int wpar_network_complete(struct wpar_spec *s, struct par_error **err)
{
	const bool none = s->n_addresses == 0 && s->n_routes == 0;
	auto_net_facts facts = { 0 };
	bool connected = true;
	int r;

	/* A command in an application WPAR does not wait for a name server. */
	if (none && s->type != WPAR_SYSTEM)
		return 0;
	r = none ? wpar_net_has_addresses(&connected, err) : 0;
	if (r < 0 || !connected)
		return r;
	r = complete_routes(s, err);
	if (r < 0)
		return r;
	r = wpar_net_facts_get(&facts, err);
	if (r < 0)
		return r;
	if (s->n_addresses == 0 && is_connected(&facts)) {
		r = take_own(s, &facts, err);
		if (r < 0)
			return r;
	}
	r = wpar_net_infer(s, &facts, err);
	return r < 0 ? r : wpar_net_routes_check(s, err);
}

void wpar_network_say_left_out(const char *command, const struct wpar_spec *s, size_t given)
{
	const size_t n = given - s->n_addresses;

	if (s->n_addresses < given)
		fprintf(stderr,
			"%s: %zu address%s of workload partition %s %s left out, because others have "
			"%s.\n",
			command, n, n == 1 ? "" : "es", s->name, n == 1 ? "is" : "are",
			n == 1 ? "it" : "them");
}
