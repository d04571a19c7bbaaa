/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of virtual adapters: see adapters.h. */
#include "lpard/core/model/adapters.h"
#include "lpard/common/attrs.h"
#include "lpard/common/field.h"

#include <ctype.h>
#include <string.h>

#define HEX "0123456789abcdefABCDEF"

enum {
	MAX_ADAPTERS = 1024,
	MAX_FIELDS = 10,
	MAX_SLOT = 65535,
	MAX_VLAN = 4094,
};

/* An element on its way: its fields, and what to say when one is wrong. */
struct element {
	const char *text;
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

static int split(struct element *e, char *at)
{
	while (e->n < MAX_FIELDS) {
		e->fields[e->n++] = at;
		at = strchr(at, '/');
		if (!at)
			return 0;
		*at++ = '\0';
	}
	return bad(e, "it has too many fields");
}

static int check_mac(const struct par_field *f, const char *mac, struct par_buf *why)
{
	(void)f;
	if (strlen(mac) != 12 || strspn(mac, HEX) != 12)
		return -EINVAL;
	/* The two low bits of the first byte: individual and locally administered or not. */
	if (!strchr("13579bdfBDF", mac[1]))
		return 0;
	par_buf_puts(why, "the MAC address must not be a group address");
	return -EINVAL;
}

static bool are_vlans(const char *list)
{
	auto_strv ids = { 0 };
	uint64_t id;

	if (par_strv_split(&ids, list, ',') < 0)
		return false;
	for (size_t i = 0; i < ids.n; i++) {
		if (par_parse_u64(ids.v[i], MAX_VLAN, &id) < 0 || id == 0)
			return false;
	}
	return true;
}

static bool are_wwpns(const char *list)
{
	return strspn(list, HEX ",") == strlen(list);
}

static int parse_drc_index(const struct par_field *f, const char *text, void *member,
			   struct par_buf *why)
{
	(void)f;
	(void)why;
	if (strlen(text) != 8 || strspn(text, HEX) != 8)
		return -EINVAL;
	*(uint32_t *)member = (uint32_t)strtoul(text, NULL, 16);
	return 0;
}

/* A slash-separated field of an element. */
struct slash_field {
	struct par_field field;
	const char *what; /* it must be; NULL: every text will do */
	bool optional;	  /* may be empty */
	const char *none; /* means the same as empty */
};

static const char *const type_words[] = { "client", "server" };

#define AT(member, c_type) .field.offset = PAR_OFFSET(struct lpar_adapter, member, c_type)
#define NUMBER(member, c_type, min_, max_, what_)                                   \
	{                                                                           \
		AT(member, c_type), .field.type = PAR_FIELD_U32, .field.min = min_, \
				    .field.max = max_, .what = what_                \
	}
#define FLAG(member, what_, ...)                                                             \
	{                                                                                    \
		AT(member, bool), .field.type = PAR_FIELD_BOOL, .what = what_, ##__VA_ARGS__ \
	}
#define TEXT(member, none_, ...)                                                                  \
	{                                                                                         \
		AT(member, char *), .field.type = PAR_FIELD_STR, .optional = true, .none = none_, \
				    ##__VA_ARGS__                                                 \
	}
#define ANY(member, what_)                                                               \
	{                                                                                \
		AT(member, int32_t), .field.type = PAR_FIELD_U32, .field.max = MAX_SLOT, \
				     .what = what_, .optional = true, .none = "any"      \
	}
#define SLOT	 NUMBER(slot, uint32_t, 0, MAX_SLOT, "the slot must be a number")
#define REQUIRED FLAG(required, "the required field must be 0 or 1")
#define SIDE	 FLAG(server, "the adapter type must be client or server", .field.words = type_words)

static const struct slash_field eth_fields[] = {
	SLOT,
	FLAG(ieee, "the IEEE field must be 0 or 1"),
	NUMBER(port_vlan_id, uint32_t, 1, MAX_VLAN, "the port VLAN id must be 1 to 4094"),
	TEXT(addl_vlan_ids, "none", .field.valid = are_vlans,
	     .what = "an additional VLAN id must be 1 to 4094"),
	{ AT(trunk_priority, int32_t), .field.type = PAR_FIELD_U32, .field.max = 15,
	  .optional = true, .what = "the trunk priority must be 0 to 15" },
	REQUIRED,
	TEXT(vswitch, NULL),
	TEXT(mac_addr, NULL, .field.check = check_mac,
	     .what = "the MAC address must be 12 hexadecimal digits"),
	TEXT(allowed_os_mac_addrs, "all"),
	TEXT(qos_priority, "none"),
};
static const struct slash_field scsi_fields[] = {
	SLOT,
	SIDE,
	ANY(remote_lpar_id, "the remote partition id must be a number or any"),
	TEXT(remote_lpar_name, NULL),
	ANY(remote_slot, "the remote slot must be a number or any"),
	REQUIRED,
};
static const struct slash_field serial_fields[] = {
	SLOT,
	SIDE,
	FLAG(supports_hmc, "the supports-hmc field must be 0 or 1", .optional = true),
	ANY(remote_lpar_id, "the remote partition id must be a number or any"),
	TEXT(remote_lpar_name, NULL),
	ANY(remote_slot, "the remote slot must be a number or any"),
	REQUIRED,
};
static const struct slash_field fc_fields[] = {
	SLOT,
	SIDE,
	ANY(remote_lpar_id, "the remote partition id must be a number"),
	TEXT(remote_lpar_name, NULL),
	ANY(remote_slot, "the remote slot must be a number"),
	TEXT(wwpns, NULL, .field.valid = are_wwpns, .what = "a WWPN must be hexadecimal"),
	REQUIRED,
};
static const struct slash_field io_fields[] = {
	{ AT(slot, uint32_t), .field.type = PAR_FIELD_CUSTOM, .field.parse = parse_drc_index,
	  .what = "the DRC index must be 8 hexadecimal digits" },
	TEXT(pool, "none"),
	FLAG(required, "the required field must be 0 or 1", .optional = true),
};

static const struct {
	const struct slash_field *fields;
	size_t n, least;
	const char *syntax;
} grammar[] = {
	[LPAR_ADAPTER_ETH] = { eth_fields, PAR_ARRAY_SIZE(eth_fields), 6,
			       "it needs slot/ieee/port-vlan-id/[vlans]/[trunk]/required" },
	[LPAR_ADAPTER_SCSI] = { scsi_fields, PAR_ARRAY_SIZE(scsi_fields),
				PAR_ARRAY_SIZE(scsi_fields),
				"it needs slot/type/[id]/[name]/[slot]/required" },
	[LPAR_ADAPTER_SERIAL] = { serial_fields, PAR_ARRAY_SIZE(serial_fields),
				  PAR_ARRAY_SIZE(serial_fields),
				  "it needs slot/type/supports-hmc/[id]/[name]/[slot]/required" },
	[LPAR_ADAPTER_FC] = { fc_fields, PAR_ARRAY_SIZE(fc_fields), PAR_ARRAY_SIZE(fc_fields),
			      "it needs slot/type/id/[name]/slot/[wwpns]/required" },
	[LPAR_ADAPTER_IO] = { io_fields, PAR_ARRAY_SIZE(io_fields), PAR_ARRAY_SIZE(io_fields),
			      "it needs drc_index/pool/required" },
};

static int take_slash_field(const struct element *e, const struct slash_field *f, const char *text,
			    struct lpar_adapter *a)
{
	auto_buf why = { 0 };
	int r;

	if (f->optional && (*text == '\0' || par_streq(text, f->none)))
		return 0;
	r = par_field_parse(&f->field, a, text, &why);
	if (r == -ENOMEM)
		return par_oom(e->err);
	if (r == 0)
		return 0;
	/* A rule with more than one sentence chose its own. */
	return bad(e, f->field.check && why.len ? why.data : f->what);
}

static int take_slash_fields(const struct element *e, enum lpar_adapter_kind kind,
			     struct lpar_adapter *a)
{
	if (e->n < grammar[kind].least || e->n > grammar[kind].n)
		return bad(e, grammar[kind].syntax);
	for (size_t i = 0; i < e->n; i++) {
		int r = take_slash_field(e, &grammar[kind].fields[i], e->fields[i], a);

		if (r < 0)
			return r;
	}
	if (kind == LPAR_ADAPTER_ETH && e->fields[3][0] && !a->ieee)
		return bad(e, "additional VLAN ids need an IEEE 802.1Q adapter");
	for (char *c = a->mac_addr; c && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return 0;
}

static int parse_element(enum lpar_adapter_kind kind, const char *text, struct lpar_adapter *a,
			 struct par_error **err)
{
	struct element e = { .text = text, .err = err };
	autofree char *copy = strdup(text);
	int r;

	if (!copy)
		return par_oom(err);
	if (!par_printable(text) || strpbrk(text, "\"'`\\<>|&;$ "))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"An adapter has a character that is not allowed");
	a->remote_lpar_id = -1;
	a->remote_slot = -1;
	r = split(&e, copy);
	if (r < 0)
		return r;
	return take_slash_fields(&e, kind, a);
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
