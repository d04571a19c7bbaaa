/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual switches and networks: see networks.h. */
#include "lpard/core/model/networks.h"

#include "lpard/core/model/attributes.h"

#include <string.h>

const char *lpar_adapter_vswitch(const struct lpar_adapter *a)
{
	return a->vswitch ? a->vswitch : LPAR_DEFAULT_VSWITCH;
}

uint32_t lpar_adapter_vlan(const struct lpar_adapter *a, size_t n)
{
	const char *more = a->addl_vlan_ids;

	if (n == 0)
		return a->port_vlan_id;
	while (more && --n > 0) {
		more = strchr(more, ',');
		more = more ? more + 1 : NULL;
	}
	return more ? (uint32_t)strtoul(more, NULL, 10) : 0;
}

void lpar_networks_done(struct lpar_networks *n)
{
	for (size_t i = 0; i < n->n_adapters; i++)
		lpar_adapters_done(&n->adapters[i]);
	free(n->adapters);
	free(n->v);
	*n = (struct lpar_networks){ 0 };
}

static int add(struct lpar_networks *n, const char *vswitch, uint32_t vlan_id, bool tagged)
{
	struct lpar_network *v;

	for (size_t i = 0; i < n->n; i++) {
		if (n->v[i].vlan_id != vlan_id || strcmp(n->v[i].vswitch, vswitch) != 0)
			continue;
		n->v[i].tagged = n->v[i].tagged || tagged;
		return 0;
	}
	v = reallocarray(n->v, n->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	n->v = v;
	v[n->n++] = (struct lpar_network){ vswitch, vlan_id, tagged };
	return 0;
}

static int add_adapter(struct lpar_networks *n, const struct lpar_adapter *a)
{
	const char *vswitch = lpar_adapter_vswitch(a);
	uint32_t vlan_id;
	int r = add(n, vswitch, 0, false);

	for (size_t i = 0; r == 0 && (vlan_id = lpar_adapter_vlan(a, i)) > 0; i++)
		r = add(n, vswitch, vlan_id, i > 0);
	return r;
}

static int by_switch_and_vlan(const void *a, const void *b)
{
	const struct lpar_network *na = a, *nb = b;
	int order = strcmp(na->vswitch, nb->vswitch);

	return order ? order : (na->vlan_id > nb->vlan_id) - (na->vlan_id < nb->vlan_id);
}

int lpar_networks_find(const struct lpar_set *set, struct lpar_networks *ret)
{
	auto_networks n = { .adapters = calloc(set->n + 1, sizeof(struct lpar_adapters)) };
	int r = n.adapters ? add(&n, LPAR_DEFAULT_VSWITCH, 0, false) : -ENOMEM;

	for (size_t i = 0; i < set->n && r == 0; i++) {
		const struct lpar_current *c = set->v[i]->current;
		struct lpar_adapters *all = &n.adapters[n.n_adapters];

		if (!c || lpar_adapters_parse(LPAR_ADAPTER_ETH, c->profile.virtual_eth_adapters,
					      all, NULL) < 0)
			continue;
		n.n_adapters++;
		for (size_t k = 0; k < all->n && r == 0; k++)
			r = add_adapter(&n, &all->v[k]);
	}
	if (r < 0)
		return r;
	qsort(n.v, n.n, sizeof(*n.v), by_switch_and_vlan);
	*ret = n;
	n = (struct lpar_networks){ 0 };
	return 0;
}
