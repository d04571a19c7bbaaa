/* SPDX-License-Identifier: Apache-2.0 */
/* What a listing does with the rows of attributes: choosing columns, printing values. */
#include "lpard/common/nearest.h"
#include "lpard/core/listings/listings.h"
#include "lpard/core/listings/values.h"
#include "lpard/core/messages.h"

#include <string.h>

/*
 * What can be asked for.  Rows with one resource stand together, and so do those with one subtype;
 * NULL: there is no such option, or every value of it will do.
 */
static const struct {
	const char *resource, *subtype, *level;
	enum lpar_listing listing;
} resources[] = {
	{ "sys", NULL, NULL, LPAR_LIST_SYS },
	{ "lpar", NULL, NULL, LPAR_LIST_LPAR },
	{ "prof", NULL, NULL, LPAR_LIST_PROF },
	{ "sysprof", NULL, NULL, LPAR_LIST_NOTHING },
	{ "frame", NULL, NULL, LPAR_LIST_NOTHING },
	{ "cage", NULL, NULL, LPAR_LIST_NOTHING },
	{ "mem", NULL, "sys", LPAR_LIST_MEM_SYS },
	{ "mem", NULL, "lpar", LPAR_LIST_MEM_LPAR },
	{ "proc", NULL, "sys", LPAR_LIST_PROC_SYS },
	{ "proc", NULL, "lpar", LPAR_LIST_PROC_LPAR },
	{ "proc", NULL, "pool", LPAR_LIST_PROC_POOL },
	{ "procpool", NULL, NULL, LPAR_LIST_PROCPOOL },
	{ "mempool", NULL, NULL, LPAR_LIST_NOTHING },
	{ "rspool", NULL, NULL, LPAR_LIST_NOTHING },
	{ "hca", NULL, NULL, LPAR_LIST_NOTHING },
	{ "lhea", NULL, NULL, LPAR_LIST_NOTHING },
	{ "virtualio", "eth", "lpar", LPAR_LIST_ETH },
	{ "virtualio", "eth", "sys", LPAR_LIST_NOTHING },
	{ "virtualio", "scsi", "lpar", LPAR_LIST_SCSI },
	{ "virtualio", "scsi", NULL, LPAR_LIST_SCSI },
	{ "virtualio", "serial", "lpar", LPAR_LIST_SERIAL },
	{ "virtualio", "fc", "lpar", LPAR_LIST_FC },
	{ "virtualio", "fc", "sys", LPAR_LIST_NOTHING },
	{ "virtualio", "slot", "lpar", LPAR_LIST_SLOTS },
	{ "virtualio", "slot", "slot", LPAR_LIST_SLOT },
	{ "virtualio", "vnic", NULL, LPAR_LIST_NOTHING },
	{ "virtualio", "vnicbkdev", NULL, LPAR_LIST_NOTHING },
	{ "virtualio", "vswitch", NULL, LPAR_LIST_VSWITCH },
	{ "virtualio", "vnetwork", NULL, LPAR_LIST_VNETWORK },
	{ "io", "unit", NULL, LPAR_LIST_NOTHING },
	{ "io", "bus", NULL, LPAR_LIST_NOTHING },
	{ "io", "slot", NULL, LPAR_LIST_NOTHING },
	{ "io", "iopool", NULL, LPAR_LIST_NOTHING },
	{ "io", "taggedio", NULL, LPAR_LIST_NOTHING },
	{ "sriov", "adapter", NULL, LPAR_LIST_NOTHING },
	{ "sriov", "physport", NULL, LPAR_LIST_NOTHING },
	{ "sriov", "logport", NULL, LPAR_LIST_NOTHING },
	{ "refcode", NULL, "sys", LPAR_LIST_REFCODE_SYS },
	{ "refcode", NULL, "lpar", LPAR_LIST_REFCODE_LPAR },
};

const char *lpar_listing_find(const char *resource, const char *subtype, const char *level,
			      enum lpar_listing *ret)
{
	const char *bad = "-r";

	for (size_t i = 0; i < PAR_ARRAY_SIZE(resources); i++) {
		if (!par_streq(resources[i].resource, resource))
			continue;
		/* Also one that is given to a resource that has none, as mem. */
		if (!par_streq(resources[i].subtype, subtype)) {
			bad = strcmp(bad, "-r") == 0 ? "--rsubtype" : bad;
			continue;
		}
		bad = "--level";
		if (resources[i].level && !par_streq(resources[i].level, level))
			continue;
		*ret = resources[i].listing;
		return NULL;
	}
	return bad;
}

bool lpar_listing_adapters(enum lpar_listing l, enum lpar_adapter_kind *ret)
{
	static const struct {
		enum lpar_listing listing;
		enum lpar_adapter_kind kind;
	} kinds[] = {
		{ LPAR_LIST_ETH, LPAR_ADAPTER_ETH },
		{ LPAR_LIST_SCSI, LPAR_ADAPTER_SCSI },
		{ LPAR_LIST_SERIAL, LPAR_ADAPTER_SERIAL },
		{ LPAR_LIST_FC, LPAR_ADAPTER_FC },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		if (kinds[i].listing != l)
			continue;
		*ret = kinds[i].kind;
		return true;
	}
	return false;
}

bool lpar_listing_of_lpars(enum lpar_listing l)
{
	switch (l) {
	case LPAR_LIST_LPAR:
	case LPAR_LIST_PROF:
	case LPAR_LIST_MEM_LPAR:
	case LPAR_LIST_PROC_LPAR:
	case LPAR_LIST_ETH:
	case LPAR_LIST_SCSI:
	case LPAR_LIST_SERIAL:
	case LPAR_LIST_FC:
	case LPAR_LIST_SLOTS:
	case LPAR_LIST_SLOT:
	case LPAR_LIST_REFCODE_LPAR:
		return true;
	case LPAR_LIST_SYS:
	case LPAR_LIST_MEM_SYS:
	case LPAR_LIST_PROC_SYS:
	case LPAR_LIST_PROC_POOL:
	case LPAR_LIST_PROCPOOL:
	case LPAR_LIST_VSWITCH:
	case LPAR_LIST_VNETWORK:
	case LPAR_LIST_NOTHING:
	case LPAR_LIST_REFCODE_SYS:
	case LPAR_LIST_COUNT:
		break;
	}
	return false;
}

const char *lpar_attribute_name(const struct lpar_attribute *a)
{
	return a->field.name;
}

void lpar_fields_done(struct lpar_fields *f)
{
	free(f->v);
	*f = (struct lpar_fields){ 0 };
}

static int fail_field(enum lpar_listing l, const char *name, struct par_error **err)
{
	struct par_nearest guess = { .word = name };
	auto_strv names = { 0 };
	auto_buf all = { 0 };
	int r = par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE, name);

	if (lpar_attribute_names(l, LPAR_USE_LIST, &names) < 0)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++) {
		par_nearest_try(&guess, names.v[i]);
		par_buf_printf(&all, "%s%s", i ? ", " : "", names.v[i]);
	}
	if (guess.best)
		par_error_hint(err, "Did you mean %s?", guess.best);
	else if (names.n && !all.failed)
		par_error_hint(err, "The attributes are %s.", all.data);
	return r;
}

int lpar_fields_select(enum lpar_listing l, const char *const *names, size_t n,
		       struct lpar_fields *ret, struct par_error **err)
{
	size_t n_rows, at = 0;
	const struct lpar_attribute *rows = lpar_attributes(l, &n_rows);
	/* What there is nothing of has no names to choose from. */
	size_t count = l == LPAR_LIST_NOTHING ? 0 : names ? n : n_rows;
	autofree const struct lpar_attribute **v =
		calloc(count + 1, sizeof(struct lpar_attribute *));

	if (!v)
		return par_oom(err);
	for (size_t i = 0; i < count; i++) {
		const struct lpar_attribute *a =
			names ? lpar_attribute_find(l, names[i]) : &rows[i];

		if (!a || (names && a->show == LPAR_SHOW_HIDDEN))
			return fail_field(l, names[i], err);
		if (names || a->show == LPAR_SHOW_SHOWN)
			v[at++] = a;
	}
	ret->v = take_ptr(v);
	ret->n = at;
	return 0;
}

/* The struct of the record that has the attribute's member; NULL: the record has none. */
static const void *object_of(const struct lpar_attribute *a, const struct lpar_record *r)
{
	static const struct lpar_current no_current;
	static const struct lpar_live no_live;

	switch (a->object) {
	case LPAR_OF_NONE:
		break;
	case LPAR_OF_SYSTEM:
		return r->system;
	case LPAR_OF_USAGE:
		return r->usage;
	case LPAR_OF_PARTITION:
		return r->partition;
	case LPAR_OF_PROFILE:
		return r->profile;
	case LPAR_OF_CURRENT:
		return r->partition && r->partition->current ? r->partition->current : &no_current;
	case LPAR_OF_LIVE:
		return r->live ? r->live : &no_live;
	case LPAR_OF_REFCODE:
		return r->refcode;
	case LPAR_OF_ADAPTER:
		return r->adapter;
	case LPAR_OF_NETWORK:
		return r->network;
	}
	return NULL;
}

int lpar_field_put(const struct lpar_attribute *a, const struct lpar_record *r, struct par_buf *b)
{
	const void *object;

	if (!lpar_condition_holds(a->condition, r))
		return 0;
	if (a->value != LPAR_VALUE_MEMBER)
		return lpar_value_put(a->value, r, b) < 0 ? -ENOMEM : 1;
	if (a->constant)
		return par_buf_puts(b, a->constant) < 0 ? -ENOMEM : 1;
	object = object_of(a, r);
	if (!object)
		return 0;
	return par_field_print(&a->field, object, b) < 0 ? -ENOMEM : 1;
}
