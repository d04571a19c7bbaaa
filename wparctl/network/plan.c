/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a WPAR's network: see plan.h. */
#include "wparctl/network/plan.h"

#include "wparctl/network/filter.h"
#include "wparctl/network/route.h"

#include <linux/rtnetlink.h>
#include <string.h>

void wpar_net_plan_done(struct wpar_net_plan *p)
{
	free(p->steps);
	free(p->ips);
	*p = (struct wpar_net_plan){ 0 };
}

bool wpar_net_step_is_inside(const struct wpar_net_step *s)
{
	return s->kind == WPAR_NET_INNER_UP || s->kind == WPAR_NET_ADDRESS ||
	       s->kind == WPAR_NET_INNER_ROUTE;
}

bool wpar_net_step_leaves(const struct wpar_net_step *s)
{
	switch (s->kind) {
	case WPAR_NET_LINK:
	case WPAR_NET_ROUTE:
	case WPAR_NET_TABLE:
	case WPAR_NET_RULE:
	case WPAR_NET_PROXY:
	case WPAR_NET_ADDRESS:
	case WPAR_NET_INNER_ROUTE:
		return true;
	case WPAR_NET_FORWARD:
	case WPAR_NET_FILTER:
	case WPAR_NET_OUTER_UP:
	case WPAR_NET_INNER_UP:
	case WPAR_NET_ANNOUNCE:
		break;
	}
	return false;
}

bool wpar_net_step_equal(const struct wpar_net_step *a, const struct wpar_net_step *b)
{
	return a->kind == b->kind && strcmp(a->device, b->device) == 0 && a->index == b->index &&
	       strcmp(a->inner, b->inner) == 0 && a->inner_index == b->inner_index &&
	       a->mtu == b->mtu && memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 &&
	       wpar_ip_equal(&a->ip, &b->ip) && wpar_ip_equal(&a->gateway, &b->gateway) &&
	       wpar_ip_equal(&a->broadcast, &b->broadcast) && a->prefix == b->prefix &&
	       a->table == b->table && a->pref == b->pref && a->hosts_only == b->hosts_only &&
	       a->unreachable == b->unreachable;
}

static int index_of(uint32_t key, size_t link, bool inner)
{
	return WPAR_NET_INDEX_BASE + (int)(key * 2 * WPAR_NET_LINKS_MOST + 2 * link + inner);
}

bool wpar_net_is_outer(const char *name, int index)
{
	return index >= WPAR_NET_INDEX_BASE && par_starts_with(name, "wpar") && name[4] >= '0' &&
	       name[4] <= '9';
}

const char *wpar_net_linux_name(const char *name, char *buf)
{
	if (!par_starts_with(name, "en") || !name[2] || name[2 + strspn(name + 2, "0123456789")] ||
	    strlen(name) + 2 > IF_NAMESIZE)
		return NULL;
	snprintf(buf, IF_NAMESIZE, "eth%s", name + 2);
	return buf;
}

static const struct wpar_net_interface *by_name(const struct wpar_net_facts *f, const char *name)
{
	for (size_t i = 0; i < f->n_interfaces; i++) {
		if (strcmp(f->interfaces[i].name, name) == 0)
			return &f->interfaces[i];
	}
	return NULL;
}

const struct wpar_net_interface *wpar_net_interface(const struct wpar_net_facts *f,
						    const char *name)
{
	char buf[IF_NAMESIZE];
	const struct wpar_net_interface *n = by_name(f, name);
	const char *other = n ? NULL : wpar_net_linux_name(name, buf);

	return other ? by_name(f, other) : n;
}

/* A link to be: the interface and the name that the WPAR sees. */
struct link {
	const struct wpar_net_interface *interface;
	const char *name;
	char device[IF_NAMESIZE];
	int index, inner_index;
	bool four, six;
};

/* What is known while a plan is made. */
struct builder {
	const struct wpar_spec *spec;
	const struct wpar_net_facts *facts;
	struct wpar_net_plan *plan;
	struct link links[WPAR_NET_LINKS_MOST];
	size_t n_links;
	bool failed;
};

static void add(struct builder *b, struct wpar_net_step step)
{
	struct wpar_net_plan *p = b->plan;
	struct wpar_net_step *more = reallocarray(p->steps, p->n + 1, sizeof(*more));

	if (!more) {
		b->failed = true;
		return;
	}
	p->steps = more;
	p->steps[p->n++] = step;
}

static struct wpar_net_step step_of(enum wpar_net_step_kind kind, const char *device, int index)
{
	struct wpar_net_step s = { .kind = kind, .index = index };

	snprintf(s.device, sizeof(s.device), "%s", device);
	return s;
}

static struct wpar_net_step outer_step(enum wpar_net_step_kind kind, const struct link *l)
{
	return step_of(kind, l->device, l->index);
}

static struct wpar_net_step inner_step(enum wpar_net_step_kind kind, const struct link *l)
{
	return step_of(kind, l->name, l->inner_index);
}

static struct wpar_net_step lpar_step(enum wpar_net_step_kind kind, const struct link *l)
{
	return step_of(kind, l->interface->name, l->interface->index);
}

static struct link *find_link(struct builder *b, const struct wpar_net_interface *n)
{
	for (size_t i = 0; i < b->n_links; i++) {
		if (b->links[i].interface == n)
			return &b->links[i];
	}
	return NULL;
}

static int take_link(struct builder *b, const struct wpar_address *a, struct link **ret,
		     struct par_error **err)
{
	const struct wpar_net_interface *n =
		a->interface ? wpar_net_interface(b->facts, a->interface) : NULL;
	struct link *l = n ? find_link(b, n) : NULL;
	size_t i = b->n_links;

	*ret = l;
	if (l)
		return 0;
	if (!n || n->loopback || n->is_wpar)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"there is no interface %s for the address %s",
				a->interface ? a->interface : "", a->address);
	if (!n->up)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"the interface %s of the address %s is down", n->name, a->address);
	if (i == WPAR_NET_LINKS_MOST)
		return par_fail(err, PAR_E_NO_RESOURCES, 0,
				"a workload partition can be on %d interfaces at most",
				WPAR_NET_LINKS_MOST);
	l = &b->links[b->n_links++];
	*l = (struct link){ .interface = n,
			    .name = a->interface,
			    .index = index_of(b->spec->key, i, false),
			    .inner_index = index_of(b->spec->key, i, true) };
	/* Keys are small; the compiler knows so only by the types. */
	if (i == 0)
		snprintf(l->device, sizeof(l->device), "wpar%u", (uint16_t)b->spec->key);
	else
		snprintf(l->device, sizeof(l->device), "wpar%u-%u", (uint16_t)b->spec->key,
			 (uint8_t)i);
	*ret = l;
	return 0;
}

static int take_address(struct builder *b, size_t i, struct par_error **err)
{
	const struct wpar_address *a = &b->spec->addresses[i];
	struct link *l = NULL;
	struct wpar_ip ip;
	int r;

	if (!wpar_ip_parse(a->address, &ip) || wpar_ip_prefix(a->mask_prefix) < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "the address %s is not complete",
				a->address);
	r = take_link(b, a, &l, err);
	if (r < 0)
		return r;
	if (ip.family == AF_INET6 && !b->facts->ipv6)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"the address %s cannot be set: IPv6 is switched off", a->address);
	l->four |= ip.family == AF_INET;
	l->six |= ip.family == AF_INET6;
	b->plan->ips[b->plan->n_ips++] = ip;
	return 0;
}

static void add_link(struct builder *b, size_t i)
{
	const struct link *l = &b->links[i];
	const uint32_t key = b->spec->key;
	struct wpar_net_step s = outer_step(WPAR_NET_LINK, l);

	/* Both ends have the same address: so no neighbour must be asked for it (NOARP). */
	s.mac[0] = 0x02;
	s.mac[1] = 'W';
	s.mac[2] = 'P';
	s.mac[3] = (unsigned char)(key >> 8);
	s.mac[4] = (unsigned char)key;
	s.mac[5] = (unsigned char)i;
	s.mtu = l->interface->mtu;
	s.inner_index = l->inner_index;
	snprintf(s.inner, sizeof(s.inner), "%s", l->name);
	add(b, s);
	add(b, outer_step(WPAR_NET_FILTER, l));
	add(b, outer_step(WPAR_NET_OUTER_UP, l));
}

static void add_forward(struct builder *b, const struct link *l, int family)
{
	struct wpar_net_step s = lpar_step(WPAR_NET_FORWARD, l);

	s.ip.family = family;
	add(b, s);
}

/* What goes on: by address, in the order of the specification. */
static void add_for_addresses(struct builder *b, enum wpar_net_step_kind kind)
{
	for (size_t i = 0; i < b->plan->n_ips; i++) {
		const struct wpar_address *a = &b->spec->addresses[i];
		const struct link *l = find_link(b, wpar_net_interface(b->facts, a->interface));
		struct wpar_net_step s = kind == WPAR_NET_ROUTE	    ? outer_step(kind, l)
					 : kind == WPAR_NET_ADDRESS ? inner_step(kind, l)
								    : lpar_step(kind, l);

		s.ip = b->plan->ips[i];
		s.prefix = 8 * wpar_ip_bytes(&s.ip);
		if (kind == WPAR_NET_ADDRESS)
			s.prefix = (unsigned int)wpar_ip_prefix(a->mask_prefix);
		if (kind == WPAR_NET_ADDRESS && a->broadcast)
			wpar_ip_parse(a->broadcast, &s.broadcast);
		if (kind == WPAR_NET_ANNOUNCE)
			memcpy(s.mac, l->interface->mac, sizeof(s.mac));
		if (l->interface->has_neighbours || kind == WPAR_NET_ROUTE ||
		    kind == WPAR_NET_ADDRESS)
			add(b, s);
	}
}

/* All else goes to the global environment, which knows the way. */
static void add_default(struct builder *b, int family)
{
	for (size_t i = 0; i < b->n_links; i++) {
		const struct link *l = &b->links[i];
		struct wpar_net_step s = inner_step(WPAR_NET_INNER_ROUTE, l);

		if (family == AF_INET ? !l->four : !l->six)
			continue;
		s.ip.family = family;
		add(b, s);
		return;
	}
}

/* Over the link on whose network its gateway is. */
static int add_own_route(struct builder *b, const struct wpar_route *r, struct par_error **err)
{
	struct wpar_net_step outer, inner;
	struct wpar_net_target t = { 0 };
	const struct link *l;
	int e = wpar_net_route_read(r, &t, err);

	if (e < 0)
		return e;
	l = find_link(
		b, wpar_net_interface(b->facts, wpar_net_route_interface(b->spec, r, &t.gateway)));
	outer = lpar_step(WPAR_NET_TABLE, l);
	inner = inner_step(WPAR_NET_INNER_ROUTE, l);
	outer.ip = inner.ip = t.destination;
	outer.prefix = inner.prefix = t.prefix;
	outer.gateway = inner.gateway = t.gateway;
	outer.table = WPAR_NET_TABLE_BASE + b->spec->key;
	add(b, outer);
	add(b, inner);
	return 0;
}

/* The WPAR's own table: its networks, its routes, and nothing else. */
static void add_table(struct builder *b, int family)
{
	struct wpar_net_step none = step_of(WPAR_NET_TABLE, "", 0);

	for (size_t i = 0; i < b->plan->n_ips; i++) {
		const struct wpar_address *a = &b->spec->addresses[i];
		const struct link *l = find_link(b, wpar_net_interface(b->facts, a->interface));
		struct wpar_net_step s = lpar_step(WPAR_NET_TABLE, l);

		if (b->plan->ips[i].family != family)
			continue;
		s.prefix = (unsigned int)wpar_ip_prefix(a->mask_prefix);
		s.ip = wpar_ip_network(&b->plan->ips[i], s.prefix);
		s.table = WPAR_NET_TABLE_BASE + b->spec->key;
		add(b, s);
	}
	snprintf(none.device, sizeof(none.device), "-");
	none.ip.family = family;
	none.table = WPAR_NET_TABLE_BASE + b->spec->key;
	none.unreachable = true;
	add(b, none);
}

/* What comes out of its links finds the other WPARs of the LPAR, and then what is in its table. */
static void add_rules(struct builder *b, int family)
{
	for (size_t i = 0; i < b->n_links; i++) {
		struct wpar_net_step s = outer_step(WPAR_NET_RULE, &b->links[i]);

		s.ip.family = family;
		s.pref = WPAR_NET_PREF;
		s.table = RT_TABLE_MAIN;
		s.hosts_only = true;
		add(b, s);
		s.pref++;
		s.table = WPAR_NET_TABLE_BASE + b->spec->key;
		s.hosts_only = false;
		add(b, s);
	}
}

/* A route of its own is not one beside the LPAR's: there are only those of its own then. */
static bool has_own_routes(const struct builder *b)
{
	return b->spec->routing || b->spec->n_routes > 0;
}

static bool has_family(const struct builder *b, int family)
{
	for (size_t i = 0; i < b->plan->n_ips; i++) {
		if (b->plan->ips[i].family == family)
			return true;
	}
	return false;
}

/* Before the inner ends come up: no packet goes by the LPAR's own routes in between. */
static void add_own_routing(struct builder *b)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; has_own_routes(b) && i < PAR_ARRAY_SIZE(families); i++) {
		if (!has_family(b, families[i]))
			continue;
		add_table(b, families[i]);
		add_rules(b, families[i]);
	}
}

static int add_own_routes(struct builder *b, struct par_error **err)
{
	int e = wpar_net_routes_check(b->spec, err);

	if (e < 0)
		return e;
	for (size_t i = 0; i < b->spec->n_routes; i++) {
		int r = add_own_route(b, &b->spec->routes[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int build(struct builder *b, struct par_error **err)
{
	int r;

	for (size_t i = 0; i < b->n_links; i++) {
		if (b->links[i].four)
			add_forward(b, &b->links[i], AF_INET);
		if (b->links[i].six)
			add_forward(b, &b->links[i], AF_INET6);
	}
	for (size_t i = 0; i < b->n_links; i++)
		add_link(b, i);
	add_own_routing(b);
	add_for_addresses(b, WPAR_NET_ROUTE);
	add_for_addresses(b, WPAR_NET_PROXY);
	for (size_t i = 0; i < b->n_links; i++)
		add(b, inner_step(WPAR_NET_INNER_UP, &b->links[i]));
	add_for_addresses(b, WPAR_NET_ADDRESS);
	if (!has_own_routes(b)) {
		add_default(b, AF_INET);
		add_default(b, AF_INET6);
	}
	r = add_own_routes(b, err);
	add_for_addresses(b, WPAR_NET_ANNOUNCE);
	return r;
}

int wpar_net_plan_build(const struct wpar_spec *s, const struct wpar_net_facts *f,
			struct wpar_net_plan *ret, struct par_error **err)
{
	auto_net_plan p = { 0 };
	struct builder b = { .spec = s, .facts = f, .plan = &p };
	int r;

	*ret = (struct wpar_net_plan){ 0 };
	snprintf(p.name, sizeof(p.name), "%s", s->name);
	p.ipv6 = f->ipv6;
	if (s->n_addresses > WPAR_NET_ADDRESSES_MOST)
		return par_fail(err, PAR_E_NO_RESOURCES, 0,
				"a workload partition can have %d addresses at most",
				WPAR_NET_ADDRESSES_MOST);
	p.ips = calloc(s->n_addresses + 1, sizeof(*p.ips));
	if (!p.ips)
		return par_oom(err);
	for (size_t i = 0; i < s->n_addresses; i++) {
		r = take_address(&b, i, err);
		if (r < 0)
			return r;
	}
	r = build(&b, err);
	if (r < 0)
		return r;
	if (b.failed)
		return par_oom(err);
	*ret = p;
	p = (struct wpar_net_plan){ 0 };
	return 0;
}
