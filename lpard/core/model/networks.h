/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual switches and virtual networks, as the HMC lists them.  Nobody defines them here: a
 * network is what the Ethernet adapters of LPARs have in common, a VLAN of a switch.
 */
#pragma once

#include "lpard/core/model/adapters.h"
#include "lpard/core/model/partition.h"

#include <inttypes.h>

/* VLAN, switch: the name of a network */
#define LPAR_VNETWORK_NAME "VLAN%" PRIu32 "-%s"

/* A VLAN of a virtual switch; or a switch without any (vlan_id 0). */
struct lpar_network {
	const char *vswitch; /* belongs to the adapters that the list was made of */
	uint32_t vlan_id;
	bool tagged; /* some adapter has it beside its own VLAN */
};

struct lpar_networks {
	struct lpar_network *v;
	size_t n;
	struct lpar_adapters *adapters; /* of each partition of the set */
	size_t n_adapters;
};

#define auto_networks par_cleanup(lpar_networks_done) struct lpar_networks

void lpar_networks_done(struct lpar_networks *networks);
/*
 * lpar_networks_find - of the current configurations of a system's partitions, by switch and VLAN,
 * each once; the switch ETHERNET0 is always there
 * Returns 0 or -ENOMEM.
 */
int lpar_networks_find(const struct lpar_set *set, struct lpar_networks *ret);

/* lpar_adapter_vswitch - the switch of a virtual Ethernet adapter */
const char *lpar_adapter_vswitch(const struct lpar_adapter *a);
/*
 * lpar_adapter_vlan - the VLANs of a virtual Ethernet adapter, its own first, then the additional
 * ones; 0: there is no @n-th
 */
uint32_t lpar_adapter_vlan(const struct lpar_adapter *a, size_t n);
