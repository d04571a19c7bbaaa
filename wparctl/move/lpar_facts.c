/* SPDX-License-Identifier: Apache-2.0 */
/* What this LPAR is and has: see gather.h. */
#include "wparctl/move/gather.h"

#include "lpard/common/fs.h"
#include "lpard/common/os_release.h"
#include "wparctl/checkpoint/ability.h"
#include "wparctl/network/facts.h"
#include "wparctl/resources/cgroup_usage.h"
#include "wparctl/spec/claims.h"

#include <string.h>
#include <sys/statvfs.h>

#define GUARD_SCAN_SINCE 40200 /* criu */

static char *name_os(void)
{
	char id[64], version[64];
	auto_buf text = { 0 };

	if (par_fs_read("/etc/os-release", PAR_OS_RELEASE_MAX, &text) < 0)
		return strdup("");
	par_os_release_value(text.data, "ID", id, sizeof(id));
	par_os_release_value(text.data, "VERSION_ID", version, sizeof(version));
	return par_strdup_printf("%s%s%s", id, *version ? " " : "", version);
}

static int gather_ability(struct par_move_facts *f, struct par_error **err)
{
	auto_ability a = { 0 };
	int r = wpar_ability_get(&a, err);

	if (r < 0)
		return r;
	f->host = take_ptr(a.host);
	f->machine = take_ptr(a.machine);
	f->kernel = take_ptr(a.kernel);
	f->network_lock = take_ptr(a.network_lock);
	f->page_size = a.page_size;
	f->hwcap = a.hwcap;
	f->hwcap2 = a.hwcap2;
	f->criu = a.criu;
	f->guard_pages = !a.guard_scan || a.criu < GUARD_SCAN_SINCE || a.repair;
	f->time_namespaces = a.time_namespaces;
	f->soft_dirty = a.soft_dirty;
	f->userfaultfd = a.userfaultfd;
	f->tools = a.tools;
	return 0;
}

/* What root may still write where base directories are; before the first WPAR there is none. */
static uint64_t room(void)
{
	autofree char *base = wpar_path(WPAR_BASE_DIR), *above = wpar_path("/");
	struct statvfs st;

	if (!base || !above || (statvfs(base, &st) < 0 && statvfs(above, &st) < 0))
		return 0;
	return (uint64_t)st.f_bavail * st.f_frsize;
}

static int gather_size(struct par_move_facts *f, struct par_error **err)
{
	struct wpar_usage_system u;
	int r = wpar_usage_of_system(&u);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "/proc cannot be read");
	f->memory = u.memory_total;
	f->memory_free = u.memory_total > u.usage.memory ? u.memory_total - u.usage.memory : 0;
	f->processors = u.processors;
	f->room = room();
	return 0;
}

static int add_claim(const struct wpar_claim *c, struct par_move_facts *f)
{
	struct par_move_claim *m = par_json_rows_add(&f->claims, sizeof(*m));
	const char *address = c->addresses;

	if (!m)
		return -ENOMEM;
	m->name = strdup(c->name);
	m->hostname = strdup(c->hostname ? c->hostname : "");
	m->directory = strdup(c->directory ? c->directory : "");
	m->idbase = c->idbase;
	m->idrange = WPAR_ID_WIDTH;
	for (uint32_t i = 0; i < c->n_addresses; i++, address += strlen(address) + 1) {
		if (par_strv_add(&m->addresses, address) < 0)
			return -ENOMEM;
	}
	return m->name && m->hostname && m->directory ? 0 : -ENOMEM;
}

static int gather_claims(struct par_move_facts *f, struct par_error **err)
{
	auto_claims c = { 0 };
	int r = wpar_claims_load(0, &c, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < c.n; i++) {
		if (add_claim(&c.v[i], f) < 0)
			return par_oom(err);
	}
	return 0;
}

static int gather_addresses(struct par_move_facts *f, struct par_error **err)
{
	auto_net_facts n = { 0 };
	int r = wpar_net_facts_get(&n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n.n_interfaces; i++) {
		for (size_t k = 0; k < n.interfaces[i].n_subnets; k++) {
			char text[WPAR_IP_TEXT];

			wpar_ip_text(&n.interfaces[i].subnets[k].ip, text);
			if (par_strv_add(&f->addresses, text) < 0)
				return par_oom(err);
		}
	}
	return 0;
}

int move_gather_lpar(struct par_move_facts *ret, struct par_error **err)
{
	int r = gather_ability(ret, err);

	if (r < 0)
		return r;
	r = gather_size(ret, err);
	if (r < 0)
		return r;
	r = gather_claims(ret, err);
	if (r < 0)
		return r;
	r = gather_addresses(ret, err);
	if (r < 0)
		return r;
	ret->format = PAR_MOVE_FORMAT;
	ret->product = strdup(PAR_VERSION);
	ret->os = name_os();
	return ret->product && ret->os ? 0 : par_oom(err);
}

/* The interface whose network has the address; those of WPARs are none. */
static const struct wpar_net_interface *serves(const struct wpar_net_facts *facts,
					       const struct wpar_ip *ip, unsigned int *ret_prefix)
{
	for (size_t i = 0; i < facts->n_interfaces; i++) {
		const struct wpar_net_interface *n = &facts->interfaces[i];

		for (size_t k = 0; k < n->n_subnets; k++) {
			if (!n->up || n->loopback || n->is_wpar ||
			    !wpar_ip_within(ip, &n->subnets[k].ip, n->subnets[k].prefix))
				continue;
			*ret_prefix = n->subnets[k].prefix;
			return n;
		}
	}
	return NULL;
}

int move_find_network(const struct wpar_net_facts *facts, struct par_move_address *a)
{
	const struct wpar_net_interface *n = NULL;
	unsigned int prefix = 0;
	struct wpar_ip ip, net;
	char text[WPAR_IP_TEXT];

	if (a->address && wpar_ip_parse(a->address, &ip))
		n = serves(facts, &ip, &prefix);
	if (!n)
		return 0;
	net = wpar_ip_network(&ip, prefix);
	a->subnet = par_strdup_printf("%s/%u", wpar_ip_text(&net, text), prefix);
	a->interface = strdup(n->name);
	a->mac = par_strdup_printf("%02X%02X%02X%02X%02X%02X", n->mac[0], n->mac[1], n->mac[2],
				   n->mac[3], n->mac[4], n->mac[5]);
	return a->subnet && a->interface && a->mac ? 0 : -ENOMEM;
}
