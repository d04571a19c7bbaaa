/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of virtual adapters: see adapters.h. */
#include "lpard/core/model/adapters.h"
#include "lpard/common/attrs.h"

#include <string.h>

enum {
	MAX_ADAPTERS = 1024,
	MAX_FIELDS = 10,
	MAX_SLOT = 65535,
	MAX_VLAN = 4094,
};

/* An element on its way: its fields, and what to say when one is wrong. */
struct element {
	const char *text;
	char *copy;
	char *fields[MAX_FIELDS];
	size_t n;
	struct par_error **err;
};

static void adapter_done(struct lpar_adapter *a)
{
	free(a->addl_vlan_ids);
	free(a->vswitch);
	free(a->mac_addr);
	free(a->allowed_os_mac_addrs);
	free(a->qos_priority);
	free(a->remote_lpar_name);
	free(a->wwpns);
	free(a->pool);
}

void lpar_adapters_done(struct lpar_adapters *a)
{
	for (size_t i = 0; i < a->n; i++)
		adapter_done(&a->v[i]);
	free(a->v);
	*a = (struct lpar_adapters){ 0 };
}

static int bad(const struct element *e, const char *what)
{
	return par_fail(e->err, PAR_E_INVALID_ARGUMENT, 0, "The adapter %s is not valid: %s",
			e->text, what);
}

static int oom(const struct element *e)
{
	return par_oom(e->err);
}

static int split(struct element *e)
{
	char *at;

	e->copy = strdup(e->text);
	if (!e->copy)
		return oom(e);
	at = e->copy;
	while (e->n < MAX_FIELDS) {
		e->fields[e->n++] = at;
		at = strchr(at, '/');
		if (!at)
			return 0;
		*at++ = '\0';
	}
	return bad(e, "it has too many fields");
}

static int take_number(const struct element *e, size_t i, uint64_t max, const char *what,
		       uint32_t *ret)
{
	uint64_t v = 0;

	if (par_parse_u64(e->fields[i], max, &v) < 0)
		return bad(e, what);
	*ret = (uint32_t)v;
	return 0;
}

static int take_bool(const struct element *e, size_t i, const char *what, bool *ret)
{
	uint32_t v = 0;
	int r = take_number(e, i, 1, what, &v);

	*ret = v;
	return r;
}

/* Empty, or @null: NULL. */
static int take_text(const struct element *e, size_t i, const char *null, char **ret)
{
	if (i >= e->n || e->fields[i][0] == '\0' || (null && strcmp(e->fields[i], null) == 0))
		return 0;
	*ret = strdup(e->fields[i]);
	return *ret ? 0 : oom(e);
}

/* Empty or "any": -1. */
static int take_any(const struct element *e, size_t i, const char *what, int32_t *ret)
{
	uint32_t v = 0;
	int r;

	*ret = -1;
	if (e->fields[i][0] == '\0' || strcmp(e->fields[i], "any") == 0)
		return 0;
	r = take_number(e, i, MAX_SLOT, what, &v);
	if (r == 0)
		*ret = (int32_t)v;
	return r;
}

static int take_type(const struct element *e, size_t i, bool *ret_server)
{
	if (strcmp(e->fields[i], "client") != 0 && strcmp(e->fields[i], "server") != 0)
		return bad(e, "the adapter type must be client or server");
	*ret_server = e->fields[i][0] == 's';
	return 0;
}

static int check_mac(const struct element *e, size_t i)
{
	const char *mac = i < e->n ? e->fields[i] : "";

	if (mac[0] == '\0')
		return 0;
	if (strlen(mac) != 12 || strspn(mac, "0123456789abcdefABCDEF") != 12)
		return bad(e, "the MAC address must be 12 hexadecimal digits");
	/* The two low bits of the first byte: individual and locally administered or not. */
	if (strchr("13579bdfBDF", mac[1]))
		return bad(e, "the MAC address must not be a group address");
	return 0;
}

static int check_vlans(const struct element *e, size_t i)
{
	auto_strv ids = { 0 };
	uint64_t id;

	if (e->fields[i][0] == '\0' || strcmp(e->fields[i], "none") == 0)
		return 0;
	if (par_strv_split(&ids, e->fields[i], ',') < 0)
		return oom(e);
	for (size_t k = 0; k < ids.n; k++) {
		if (par_parse_u64(ids.v[k], MAX_VLAN, &id) < 0 || id == 0)
			return bad(e, "an additional VLAN id must be 1 to 4094");
	}
	return 0;
}

static int parse_eth(const struct element *e, struct lpar_adapter *a)
{
	uint32_t trunk = 0;
	int r;

	if (e->n < 6)
		return bad(e, "it needs slot/ieee/port-vlan-id/[vlans]/[trunk]/required");
	r = take_bool(e, 1, "the IEEE field must be 0 or 1", &a->ieee);
	if (r == 0)
		r = take_number(e, 2, MAX_VLAN, "the port VLAN id must be 1 to 4094",
				&a->port_vlan_id);
	if (r == 0 && a->port_vlan_id == 0)
		r = bad(e, "the port VLAN id must be 1 to 4094");
	if (r == 0)
		r = check_vlans(e, 3);
	if (r == 0 && e->fields[3][0] && !a->ieee)
		r = bad(e, "additional VLAN ids need an IEEE 802.1Q adapter");
	if (r == 0)
		r = take_text(e, 3, "none", &a->addl_vlan_ids);
	if (r == 0 && e->fields[4][0])
		r = take_number(e, 4, 15, "the trunk priority must be 0 to 15", &trunk);
	if (r == 0)
		r = take_bool(e, 5, "the required field must be 0 or 1", &a->required);
	if (r == 0)
		r = take_text(e, 6, NULL, &a->vswitch);
	if (r == 0)
		r = check_mac(e, 7);
	if (r == 0)
		r = take_text(e, 7, NULL, &a->mac_addr);
	if (r == 0)
		r = take_text(e, 8, "all", &a->allowed_os_mac_addrs);
	if (r == 0)
		r = take_text(e, 9, "none", &a->qos_priority);
	a->trunk_priority = (int32_t)trunk;
	for (char *c = a->mac_addr; c && *c; c++) {
		if (*c >= 'a' && *c <= 'f')
			*c -= 'a' - 'A';
	}
	return r;
}

static int parse_scsi(const struct element *e, struct lpar_adapter *a)
{
	int r;

	if (e->n != 6)
		return bad(e, "it needs slot/type/[id]/[name]/[slot]/required");
	r = take_type(e, 1, &a->server);
	if (r == 0)
		r = take_any(e, 2, "the remote partition id must be a number or any",
			     &a->remote_lpar_id);
	if (r == 0)
		r = take_text(e, 3, NULL, &a->remote_lpar_name);
	if (r == 0)
		r = take_any(e, 4, "the remote slot must be a number or any", &a->remote_slot);
	return r < 0 ? r : take_bool(e, 5, "the required field must be 0 or 1", &a->required);
}

static int parse_serial(const struct element *e, struct lpar_adapter *a)
{
	int r;

	if (e->n != 7)
		return bad(e, "it needs slot/type/supports-hmc/[id]/[name]/[slot]/required");
	r = take_type(e, 1, &a->server);
	if (r == 0 && e->fields[2][0])
		r = take_bool(e, 2, "the supports-hmc field must be 0 or 1", &a->supports_hmc);
	if (r == 0)
		r = take_any(e, 3, "the remote partition id must be a number or any",
			     &a->remote_lpar_id);
	if (r == 0)
		r = take_text(e, 4, NULL, &a->remote_lpar_name);
	if (r == 0)
		r = take_any(e, 5, "the remote slot must be a number or any", &a->remote_slot);
	return r < 0 ? r : take_bool(e, 6, "the required field must be 0 or 1", &a->required);
}

static int parse_fc(const struct element *e, struct lpar_adapter *a)
{
	int r;

	if (e->n != 7)
		return bad(e, "it needs slot/type/id/[name]/slot/[wwpns]/required");
	r = take_type(e, 1, &a->server);
	if (r == 0)
		r = take_any(e, 2, "the remote partition id must be a number", &a->remote_lpar_id);
	if (r == 0)
		r = take_text(e, 3, NULL, &a->remote_lpar_name);
	if (r == 0)
		r = take_any(e, 4, "the remote slot must be a number", &a->remote_slot);
	if (r == 0)
		r = take_text(e, 5, NULL, &a->wwpns);
	if (r == 0 && a->wwpns && strspn(a->wwpns, "0123456789abcdefABCDEF,") != strlen(a->wwpns))
		r = bad(e, "a WWPN must be hexadecimal");
	return r < 0 ? r : take_bool(e, 6, "the required field must be 0 or 1", &a->required);
}

static int parse_io(const struct element *e, struct lpar_adapter *a)
{
	char *end;
	unsigned long index;
	int r;

	if (e->n != 3)
		return bad(e, "it needs drc_index/pool/required");
	if (strlen(e->fields[0]) != 8 || strspn(e->fields[0], "0123456789abcdefABCDEF") != 8)
		return bad(e, "the DRC index must be 8 hexadecimal digits");
	index = strtoul(e->fields[0], &end, 16);
	a->slot = (uint32_t)index;
	r = take_text(e, 1, "none", &a->pool);
	if (r < 0 || e->fields[2][0] == '\0')
		return r;
	return take_bool(e, 2, "the required field must be 0 or 1", &a->required);
}

static int parse_element(enum lpar_adapter_kind kind, const char *text, struct lpar_adapter *a,
			 struct par_error **err)
{
	struct element e = { .text = text, .err = err };
	int r;

	if (!par_printable(text) || strpbrk(text, "\"'`\\<>|&;$ "))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"An adapter has a character that is not allowed");
	r = split(&e);
	if (r == 0 && kind != LPAR_ADAPTER_IO)
		r = take_number(&e, 0, MAX_SLOT, "the slot must be a number", &a->slot);
	if (r < 0)
		goto out;
	a->remote_lpar_id = -1;
	a->remote_slot = -1;
	switch (kind) {
	case LPAR_ADAPTER_ETH:
		r = parse_eth(&e, a);
		break;
	case LPAR_ADAPTER_SCSI:
		r = parse_scsi(&e, a);
		break;
	case LPAR_ADAPTER_SERIAL:
		r = parse_serial(&e, a);
		break;
	case LPAR_ADAPTER_FC:
		r = parse_fc(&e, a);
		break;
	case LPAR_ADAPTER_IO:
		r = parse_io(&e, a);
		break;
	}
out:
	free(e.copy);
	return r;
}

int lpar_adapters_parse(enum lpar_adapter_kind kind, const char *list, struct lpar_adapters *ret,
			struct par_error **err)
{
	auto_adapters all = { 0 };
	auto_strv elements = { 0 };
	int r;

	if (!list || list[0] == '\0' || strcmp(list, "none") == 0) {
		*ret = (struct lpar_adapters){ 0 };
		return 0;
	}
	r = par_attrs_split_list(list, &elements, err);
	if (r < 0)
		return r;
	if (elements.n > MAX_ADAPTERS)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "There are more than %d adapters",
				MAX_ADAPTERS);
	all.v = calloc(elements.n + 1, sizeof(*all.v));
	if (!all.v)
		return par_oom(err);
	for (size_t i = 0; i < elements.n; i++) {
		all.n++;
		r = parse_element(kind, elements.v[i], &all.v[i], err);
		if (r < 0)
			return r;
		for (size_t k = 0; k < i; k++) {
			if (all.v[k].slot == all.v[i].slot)
				return par_fail(
					err, PAR_E_INVALID_ARGUMENT, 0,
					"The adapter %s is not valid: its slot is used twice",
					elements.v[i]);
		}
	}
	*ret = all;
	all = (struct lpar_adapters){ 0 };
	return 0;
}
