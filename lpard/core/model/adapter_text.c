/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual adapters as text: how the HMC lists what adapters.c reads; see adapters.h. */
#include "lpard/common/attrs.h"
#include "lpard/core/model/adapters.h"
#include "lpard/core/model/attributes.h"
#include "lpard/core/model/partition.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

bool lpar_adapter_kind_of(const char *attribute, enum lpar_adapter_kind *ret)
{
	static const struct {
		const char *name;
		enum lpar_adapter_kind kind;
	} kinds[] = {
		{ "virtual_eth_adapters", LPAR_ADAPTER_ETH },
		{ "virtual_scsi_adapters", LPAR_ADAPTER_SCSI },
		{ "virtual_serial_adapters", LPAR_ADAPTER_SERIAL },
		{ "virtual_fc_adapters", LPAR_ADAPTER_FC },
		{ "io_slots", LPAR_ADAPTER_IO },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, attribute) != 0)
			continue;
		*ret = kinds[i].kind;
		return true;
	}
	return false;
}

const struct lpar_partition *lpar_adapter_remote(const struct lpar_adapter *a,
						 const struct lpar_set *set)
{
	if (!set)
		return NULL;
	if (a->remote_lpar_id >= 0)
		return lpar_set_find_id(set, (uint32_t)a->remote_lpar_id);
	return a->remote_lpar_name ? lpar_set_find(set, a->remote_lpar_name) : NULL;
}

/* "2/vios1/11": id, name and slot of the other end */
static void put_remote(const struct lpar_adapter *a, const struct lpar_set *set, struct par_buf *b)
{
	const struct lpar_partition *p = lpar_adapter_remote(a, set);

	if (p)
		par_buf_printf(b, "%" PRIu32 "/%s/", p->id, p->name);
	else if (a->remote_lpar_id >= 0)
		par_buf_printf(b, "%" PRId32 "//", a->remote_lpar_id);
	else if (a->remote_lpar_name)
		par_buf_printf(b, "/%s/", a->remote_lpar_name);
	else
		par_buf_puts(b, "any//");
	if (a->remote_slot >= 0)
		par_buf_printf(b, "%" PRId32, a->remote_slot);
	else
		par_buf_puts(b, "any");
}

static const char *or_else(const char *text, const char *other)
{
	return text ? text : other;
}

static void put_adapter(enum lpar_adapter_kind kind, const struct lpar_adapter *a,
			const struct lpar_set *set, struct par_buf *b)
{
	const char *side = a->server ? "server" : "client";

	switch (kind) {
	case LPAR_ADAPTER_ETH:
		par_buf_printf(b, "%" PRIu32 "/%d/%" PRIu32 "/%s/%" PRId32 "/%d/%s/%s/%s/%s",
			       a->slot, a->ieee, a->port_vlan_id, or_else(a->addl_vlan_ids, ""),
			       a->trunk_priority, a->required,
			       or_else(a->vswitch, LPAR_DEFAULT_VSWITCH), or_else(a->mac_addr, ""),
			       or_else(a->allowed_os_mac_addrs, "all"),
			       or_else(a->qos_priority, "none"));
		return;
	case LPAR_ADAPTER_SCSI:
		par_buf_printf(b, "%" PRIu32 "/%s/", a->slot, side);
		put_remote(a, set, b);
		break;
	case LPAR_ADAPTER_SERIAL:
		par_buf_printf(b, "%" PRIu32 "/%s/%d/", a->slot, side, a->supports_hmc);
		put_remote(a, set, b);
		break;
	case LPAR_ADAPTER_FC:
		par_buf_printf(b, "%" PRIu32 "/%s/", a->slot, side);
		put_remote(a, set, b);
		par_buf_printf(b, "/%s", or_else(a->wwpns, ""));
		break;
	case LPAR_ADAPTER_IO:
		par_buf_printf(b, "%08" PRIX32 "/%s", a->slot, or_else(a->pool, "none"));
		break;
	}
	par_buf_printf(b, "/%d", a->required);
}

int lpar_adapters_put(enum lpar_adapter_kind kind, const char *list, const struct lpar_set *set,
		      struct par_buf *b)
{
	auto_adapters all = { 0 };

	if (lpar_adapters_parse(kind, list, &all, NULL) < 0)
		return par_buf_puts(b, list);
	if (all.n == 0)
		return par_buf_puts(b, "none");
	for (size_t i = 0; i < all.n; i++) {
		auto_buf element = { 0 };

		put_adapter(kind, &all.v[i], set, &element);
		if (element.failed)
			return -ENOMEM;
		if (i)
			par_buf_putc(b, ',');
		par_attrs_put_element(b, element.data);
	}
	return b->failed ? -ENOMEM : 0;
}

int lpar_adapters_settle(enum lpar_adapter_kind kind, char **list, const struct lpar_set *set)
{
	auto_adapters all = { 0 };
	auto_buf text = { 0 };
	bool named = false;

	if (lpar_adapters_parse(kind, *list, &all, NULL) < 0)
		return 0;
	for (size_t i = 0; i < all.n; i++)
		named = named ||
			(all.v[i].remote_lpar_id < 0 && lpar_adapter_remote(&all.v[i], set));
	if (!named)
		return 0;
	if (lpar_adapters_put(kind, *list, set, &text) < 0)
		return -ENOMEM;
	free(*list);
	*list = par_buf_steal(&text);
	return *list ? 0 : -ENOMEM;
}

/* The only adapter of @element, without its remote partition, as it is listed; false: it is none */
static bool put_without_remote(enum lpar_adapter_kind kind, const char *element, struct par_buf *b)
{
	auto_adapters one = { 0 };
	auto_buf quoted = { 0 };

	if (par_attrs_put_element(&quoted, element) < 0 ||
	    lpar_adapters_parse(kind, quoted.data, &one, NULL) < 0 || one.n != 1)
		return false;
	one.v[0].remote_lpar_id = -1;
	free(one.v[0].remote_lpar_name);
	one.v[0].remote_lpar_name = NULL;
	put_adapter(kind, &one.v[0], NULL, b);
	return !b->failed;
}

bool lpar_adapter_same(enum lpar_adapter_kind kind, const char *a, const char *b)
{
	auto_buf text_a = { 0 }, text_b = { 0 };

	return put_without_remote(kind, a, &text_a) && put_without_remote(kind, b, &text_b) &&
	       strcmp(text_a.data, text_b.data) == 0;
}

void lpar_adapter_mac(const char *uuid, uint32_t slot, uint8_t ret[6])
{
	static const uint8_t prefix[] = { 0x52, 0x54, 0x00 };
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *uuid; uuid++)
		h = (h ^ (uint64_t)tolower((unsigned char)*uuid)) * UINT64_C(1099511628211);
	for (int i = 0; i < 4; i++)
		h = (h ^ (slot >> (8 * i) & 0xff)) * UINT64_C(1099511628211);
	h ^= h >> 32;
	memcpy(ret, prefix, sizeof(prefix));
	for (int i = 0; i < 3; i++)
		ret[3 + i] = (uint8_t)(h >> (8 * i));
}
