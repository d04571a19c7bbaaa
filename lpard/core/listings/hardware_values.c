/* SPDX-License-Identifier: Apache-2.0 */
/* Values of lshwres that are more than a member, and a profile's lists of virtual adapters. */
#include "lpard/core/listings/values.h"

#include <string.h>

int lpar_get_eth_adapters(const struct lpar_record *r, struct par_buf *b)
{
	return lpar_adapters_put(LPAR_ADAPTER_ETH, r->profile->virtual_eth_adapters, r->set, b);
}

int lpar_get_scsi_adapters(const struct lpar_record *r, struct par_buf *b)
{
	return lpar_adapters_put(LPAR_ADAPTER_SCSI, r->profile->virtual_scsi_adapters, r->set, b);
}

int lpar_get_serial_adapters(const struct lpar_record *r, struct par_buf *b)
{
	return lpar_adapters_put(LPAR_ADAPTER_SERIAL, r->profile->virtual_serial_adapters, r->set,
				 b);
}

int lpar_get_fc_adapters(const struct lpar_record *r, struct par_buf *b)
{
	return lpar_adapters_put(LPAR_ADAPTER_FC, r->profile->virtual_fc_adapters, r->set, b);
}

int lpar_get_is_trunk(const struct lpar_record *r, struct par_buf *b)
{
	return par_buf_puts(b, r->adapter->trunk_priority > 0 ? "1" : "0");
}

int lpar_get_trunk_priority(const struct lpar_record *r, struct par_buf *b)
{
	return par_buf_put_u64(b, (uint64_t)r->adapter->trunk_priority);
}

/* Twelve digits without colons. */
int lpar_get_mac(const struct lpar_record *r, struct par_buf *b)
{
	uint8_t mac[6];

	if (r->adapter->mac_addr)
		return par_buf_puts(b, r->adapter->mac_addr);
	lpar_adapter_mac(r->partition->uuid, r->adapter->slot, mac);
	for (size_t i = 0; i < sizeof(mac); i++)
		par_buf_printf(b, "%02X", mac[i]);
	return b->failed ? -ENOMEM : 0;
}

int lpar_get_remote_id(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_partition *p = lpar_adapter_remote(r->adapter, r->set);

	if (p)
		return par_buf_put_u64(b, p->id);
	if (r->adapter->remote_lpar_id >= 0)
		return par_buf_put_u64(b, (uint64_t)r->adapter->remote_lpar_id);
	return par_buf_puts(b, r->adapter->remote_lpar_name ? "" : "any");
}

int lpar_get_remote_name(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_partition *p = lpar_adapter_remote(r->adapter, r->set);

	if (p)
		return par_buf_puts(b, p->name);
	if (r->adapter->remote_lpar_id >= 0 || !r->adapter->remote_lpar_name)
		return par_buf_puts(b, "");
	return par_buf_puts(b, r->adapter->remote_lpar_name);
}

int lpar_get_remote_slot(const struct lpar_record *r, struct par_buf *b)
{
	if (r->adapter->remote_slot < 0)
		return par_buf_puts(b, "any");
	return par_buf_put_u64(b, (uint64_t)r->adapter->remote_slot);
}

int lpar_get_adapter_kind(const struct lpar_record *r, struct par_buf *b)
{
	switch (r->kind) {
	case LPAR_ADAPTER_ETH:
		return par_buf_puts(b, "ethernet");
	case LPAR_ADAPTER_SCSI:
		return par_buf_puts(b, "scsi");
	case LPAR_ADAPTER_SERIAL:
		return par_buf_puts(b, "serial");
	case LPAR_ADAPTER_FC:
		return par_buf_puts(b, "fc");
	case LPAR_ADAPTER_IO:
		break;
	}
	return par_buf_puts(b, "reserved");
}

/* "U9009.42A.10ABCDE-V3-C2": the system, the partition's id, the slot */
int lpar_get_drc_name(const struct lpar_record *r, struct par_buf *b)
{
	const char *model = r->system && r->system->type_model ? r->system->type_model : "";

	par_buf_putc(b, 'U');
	for (; *model; model++)
		par_buf_putc(b, *model == '-' ? '.' : *model);
	par_buf_printf(b, ".%s-V%u-C%u", r->system && r->system->serial ? r->system->serial : "",
		       r->partition->id, r->adapter->slot);
	return b->failed ? -ENOMEM : 0;
}

/* Mark the slots that the adapters of a kind have. */
static void take_slots(enum lpar_adapter_kind kind, const char *list, uint8_t taken[65536 / 8])
{
	auto_adapters a = { 0 };

	if (lpar_adapters_parse(kind, list, &a, NULL) < 0)
		return;
	for (size_t i = 0; i < a.n; i++)
		taken[a.v[i].slot / 8] |= (uint8_t)(1u << a.v[i].slot % 8);
}

/* The lowest slot from 2 on that no adapter of the current configuration has. */
int lpar_get_next_slot(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;
	uint8_t taken[65536 / 8] = { 0 };

	if (!c)
		return par_buf_puts(b, "none");
	take_slots(LPAR_ADAPTER_ETH, c->profile.virtual_eth_adapters, taken);
	take_slots(LPAR_ADAPTER_SCSI, c->profile.virtual_scsi_adapters, taken);
	take_slots(LPAR_ADAPTER_SERIAL, c->profile.virtual_serial_adapters, taken);
	take_slots(LPAR_ADAPTER_FC, c->profile.virtual_fc_adapters, taken);
	for (uint32_t slot = 2; slot < c->profile.max_virtual_slots; slot++) {
		if (!(taken[slot / 8] & (1u << slot % 8)))
			return par_buf_put_u64(b, slot);
	}
	return par_buf_puts(b, "none");
}

static int put_pool(const struct lpar_record *r, bool names, struct par_buf *b)
{
	bool any = false;

	for (size_t i = 0; r->set && i < r->set->n; i++) {
		const struct lpar_partition *p = r->set->v[i];

		if (!p->current || p->current->profile.proc_mode != LPAR_PROC_SHARED)
			continue;
		if (any)
			par_buf_putc(b, ',');
		any = true;
		if (names)
			par_buf_puts(b, p->name);
		else
			par_buf_put_u64(b, p->id);
	}
	return any ? (b->failed ? -ENOMEM : 0) : par_buf_puts(b, "none");
}

/* The partitions whose processors are of the pool. */
int lpar_get_pool_ids(const struct lpar_record *r, struct par_buf *b)
{
	return put_pool(r, false, b);
}

int lpar_get_pool_names(const struct lpar_record *r, struct par_buf *b)
{
	return put_pool(r, true, b);
}

/* All VLANs of the switch. */
int lpar_get_vlan_ids(const struct lpar_record *r, struct par_buf *b)
{
	bool any = false;

	for (size_t i = 0; i < r->networks->n; i++) {
		const struct lpar_network *n = &r->networks->v[i];

		if (n->vlan_id == 0 || strcmp(n->vswitch, r->network->vswitch) != 0)
			continue;
		par_buf_printf(b, "%s%" PRIu32, any ? "," : "", n->vlan_id);
		any = true;
	}
	return any ? (b->failed ? -ENOMEM : 0) : par_buf_puts(b, "none");
}

int lpar_get_vnetwork(const struct lpar_record *r, struct par_buf *b)
{
	return par_buf_printf(b, LPAR_VNETWORK_NAME, r->network->vlan_id, r->network->vswitch);
}
