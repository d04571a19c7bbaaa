/* SPDX-License-Identifier: Apache-2.0 */
/* List: every listing, from the copies that the events keep fresh. */
#include "lpard/common/cmd.h"
#include "lpard/common/json.h"
#include "lpard/common/text.h"
#include "lpard/core/listings/listings.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/methods/waiting.h"

#include <string.h>

#define WAIT_SYS_MS 5000
#define VALUE_MAX   65536 /* bytes of one value: lists of adapters are the longest */

struct listing {
	enum lpar_listing kind;
	struct lpar_fields fields;
	struct lpar_filter filter;
	uint64_t count;	 /* reference codes of each */
	bool last_valid; /* of profiles: only the last valid configurations */
	struct json_object *rows;
	struct par_buf text; /* of one value, used again and again */
	time_t now;
};

static void listing_done(struct listing *l)
{
	lpar_fields_done(&l->fields);
	lpar_filter_done(&l->filter);
	json_object_put(l->rows);
	par_buf_done(&l->text);
}

static int put_row(struct listing *l, const struct lpar_record *rec, struct par_error **err)
{
	struct json_object *row = json_object_new_array_ext((int)l->fields.n);

	if (!row || json_object_array_add(l->rows, row) != 0) {
		json_object_put(row);
		return par_oom(err);
	}
	for (size_t i = 0; i < l->fields.n; i++) {
		struct json_object *value = NULL;
		int r;

		par_buf_clear(&l->text);
		r = lpar_field_put(l->fields.v[i], rec, &l->text);
		/* virsh can write anything into a domain. */
		par_text_clean(l->text.data, VALUE_MAX, PAR_TEXT_LINE);
		if (r > 0)
			value = json_object_new_string(l->text.data ? l->text.data : "");
		if (r < 0 || (r > 0 && !value) || json_object_array_add(row, value) != 0) {
			json_object_put(value);
			return par_oom(err);
		}
	}
	return 0;
}

static int put_refcodes(struct listing *l, struct lpar_record rec, const struct lpar_lpar *lpar,
			struct par_error **err)
{
	struct lpar_refcode none = { .refcode = "" };
	size_t n = lpar->refcodes.n < l->count ? lpar->refcodes.n : (size_t)l->count;
	int r = 0;

	rec.refcode = &none;
	if (n == 0) {
		/* lpard was started anew since: the last error is kept with the LPAR. */
		if (lpar->part->error_refcode)
			none.refcode = lpar->part->error_refcode;
		return put_row(l, &rec, err);
	}
	for (size_t i = 0; i < n && r >= 0; i++) {
		const struct lpar_refcode_kept *k = &lpar->refcodes.v[i];
		struct lpar_refcode code = { .time = k->time, .refcode = k->code };

		rec.refcode = &code;
		r = put_row(l, &rec, err);
	}
	return r;
}

static int put_profiles(struct listing *l, struct lpar_record rec, struct par_error **err)
{
	const struct lpar_partition *p = rec.partition;
	struct lpar_profile last;
	int r = 0;

	for (size_t i = 0; !l->last_valid && i < p->n_profiles && r >= 0; i++) {
		rec.profile = &p->profiles[i];
		if (lpar_filter_match(&l->filter, p, rec.profile))
			r = put_row(l, &rec, err);
	}
	/* The pseudo-profile is listed only when it is asked for. */
	if (r >= 0 &&
	    (l->last_valid || par_strv_find(&l->filter.profile_names, LPAR_LAST_VALID) >= 0) &&
	    lpar_last_valid_profile(p, &last)) {
		rec.profile = &last;
		if (lpar_filter_match(&l->filter, p, rec.profile))
			r = put_row(l, &rec, err);
	}
	return r;
}

/* The list of a configuration's adapters of one kind. */
static const char *adapters_of(const struct lpar_profile *p, enum lpar_adapter_kind kind)
{
	switch (kind) {
	case LPAR_ADAPTER_ETH:
		return p->virtual_eth_adapters;
	case LPAR_ADAPTER_SCSI:
		return p->virtual_scsi_adapters;
	case LPAR_ADAPTER_SERIAL:
		return p->virtual_serial_adapters;
	case LPAR_ADAPTER_FC:
		return p->virtual_fc_adapters;
	case LPAR_ADAPTER_IO:
		break;
	}
	return NULL;
}

/* The virtual adapters of one kind that the partition has now: of its current configuration. */
static int put_adapters(struct listing *l, struct lpar_record rec, enum lpar_adapter_kind kind,
			struct par_error **err)
{
	const struct lpar_current *c = rec.partition->current;
	auto_adapters all = { 0 };
	int r = 0;

	if (!c || lpar_adapters_parse(kind, adapters_of(&c->profile, kind), &all, NULL) < 0)
		return 0;
	rec.kind = kind;
	for (size_t i = 0; i < all.n && r >= 0; i++) {
		rec.adapter = &all.v[i];
		if (lpar_filter_match_adapter(&l->filter, kind, rec.adapter))
			r = put_row(l, &rec, err);
	}
	return r;
}

/* Every virtual slot that has an adapter. */
static int put_slots(struct listing *l, const struct lpar_record *rec, struct par_error **err)
{
	static const enum lpar_adapter_kind kinds[] = { LPAR_ADAPTER_SERIAL, LPAR_ADAPTER_SCSI,
							LPAR_ADAPTER_ETH, LPAR_ADAPTER_FC };
	int r = 0;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds) && r >= 0; i++)
		r = put_adapters(l, *rec, kinds[i], err);
	return r;
}

static int put_entry(struct listing *l, const struct lpar_managed *managed,
		     const struct lpar_lpar *lpar, struct par_error **err)
{
	struct lpar_live live;
	struct lpar_record rec = { .system = &managed->sys,
				   .partition = lpar->part,
				   .live = &live,
				   .set = &managed->set,
				   .now = l->now };
	enum lpar_adapter_kind kind;

	if (lpar->reserved)
		return 0;
	lpar_lpar_live(lpar, &live);
	if (l->kind == LPAR_LIST_PROF)
		return put_profiles(l, rec, err);
	if (!lpar_filter_match(&l->filter, lpar->part, NULL))
		return 0;
	if (l->kind == LPAR_LIST_REFCODE_LPAR)
		return put_refcodes(l, rec, lpar, err);
	if (l->kind == LPAR_LIST_SLOT)
		return put_slots(l, &rec, err);
	if (lpar_listing_adapters(l->kind, &kind))
		return put_adapters(l, rec, kind, err);
	return put_row(l, &rec, err);
}

/* Virtual switches, or the networks on them. */
static int put_networks(struct listing *l, struct lpar_record rec, struct par_error **err)
{
	auto_networks all = { 0 };
	int r = lpar_networks_find(rec.set, &all);

	if (r < 0)
		return par_oom(err);
	rec.networks = &all;
	for (size_t i = 0; i < all.n && r >= 0; i++) {
		rec.network = &all.v[i];
		if ((l->kind == LPAR_LIST_VSWITCH) == (rec.network->vlan_id == 0) &&
		    lpar_filter_match_network(&l->filter, rec.network))
			r = put_row(l, &rec, err);
	}
	return r;
}

static int put_host(struct listing *l, const struct lpar_managed *managed, struct par_error **err)
{
	struct lpar_usage usage;
	struct lpar_refcode none = { .number = 0, .refcode = "" };
	struct lpar_record rec = { .system = &managed->sys,
				   .usage = &usage,
				   .set = &managed->set,
				   .refcode = &none,
				   .now = l->now };
	int r;

	if (l->kind == LPAR_LIST_VSWITCH || l->kind == LPAR_LIST_VNETWORK)
		return put_networks(l, rec, err);
	if (!lpar_filter_match_pool(&l->filter))
		return 0;
	if (l->kind != LPAR_LIST_NOTHING && !lpar_listing_of_lpars(l->kind)) {
		lpar_managed_usage(managed, NULL, &usage);
		return put_row(l, &rec, err);
	}
	r = lpar_filter_check(&l->filter, &managed->set, err);
	for (size_t i = 0; i < managed->n_lpars && r >= 0 && l->kind != LPAR_LIST_NOTHING; i++)
		r = put_entry(l, managed, managed->lpars[i], err);
	return r;
}

/*
 * What an HMC of another release answers: since release 10 there are no frames to list, and since
 * release 11 no pools of shared memory.
 */
static int check_release(const struct lpar_daemon *d, const char *resource, struct par_error **err)
{
	unsigned long release = strtoul(d->config->hmc_version, NULL, 10);

	if (release >= 10 && (strcmp(resource, "frame") == 0 || strcmp(resource, "cage") == 0))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, PAR_MSG_BAD_PARAMETERS, "-r");
	if (release >= 11 && strcmp(resource, "mempool") == 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, LPAR_MSG_NO_MEMORY_SHARING);
	return 0;
}

static int read_request(const struct lpar_daemon *d, struct listing *l,
			const struct lpar_params_List *p, struct par_error **err)
{
	const char *bad = lpar_listing_find(p->resource, p->subtype, p->level, &l->kind);
	int status;

	if (bad)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, PAR_MSG_BAD_PARAMETERS, bad);
	status = check_release(d, p->resource, err);
	if (status < 0)
		return status;
	l->count = p->count;
	l->last_valid = p->last_valid;
	if (l->last_valid && l->kind != LPAR_LIST_PROF)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"last_valid\" is for the resource \"prof\" only");
	for (size_t i = 0; i < p->filter.n; i++) {
		const struct lpar_criterion *c = &p->filter.v[i];
		int r = lpar_filter_add(&l->filter, l->kind, c->name,
					(const char *const *)c->values.v, c->values.n, err);

		if (r < 0)
			return r;
	}
	return lpar_fields_select(l->kind, (const char *const *)p->fields.v, p->fields.n,
				  &l->fields, err);
}

static int add_column(struct json_object *array, struct json_object *value)
{
	if (value && json_object_array_add(array, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static int answer_listing(struct lpar_call **call, struct listing *l, struct par_error **err)
{
	auto_json a = json_object_new_object();
	auto_json names = json_object_new_array_ext((int)l->fields.n);
	auto_json numbers = json_object_new_array_ext((int)l->fields.n);

	if (!names || !numbers)
		return par_oom(err);
	for (size_t i = 0; i < l->fields.n; i++) {
		const struct lpar_attribute *field = l->fields.v[i];
		bool number = lpar_attribute_is_number(field);

		if (add_column(names, json_object_new_string(lpar_attribute_name(field))) < 0 ||
		    add_column(numbers, json_object_new_boolean(number)) < 0)
			return par_oom(err);
	}
	if (par_json_put(a, "names", take_ptr(names)) < 0 ||
	    par_json_put(a, "rows", take_ptr(l->rows)) < 0 ||
	    par_json_put(a, "numbers", take_ptr(numbers)) < 0)
		return par_oom(err);
	lpar_call_reply(call, take_ptr(a));
	return 0;
}

/* All systems, or the one asked for, also when there is no connection. */
static int list_systems(struct lpar_daemon *d, struct listing *l, const char *name,
			struct lpar_call **call, struct par_error **err)
{
	const struct lpar_managed *one = name ? lpar_managed_find(d, name) : NULL;

	if (name && !one)
		return lpar_method_no_system(d, name, err);
	for (size_t i = 0; i < d->n_systems; i++) {
		struct lpar_managed *managed = d->systems[i];
		int r;

		if (one && one != managed)
			continue;
		if (managed->connection != HV_CONNECTION_DOWN && lpar_managed_settling(managed)) {
			lpar_waiting_add(d->waiting, take_ptr(*call), WAIT_SYS_MS);
			return 0;
		}
		r = put_host(l, managed, err);
		if (r < 0)
			return r;
	}
	return answer_listing(call, l, err);
}

/* Everything else is of one system. */
static int list_one(struct lpar_daemon *d, struct listing *l, const char *name,
		    struct lpar_call **call, struct par_error **err)
{
	struct lpar_managed *managed;
	int r;

	if (!name)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"system\" is missing");
	managed = lpar_method_system(d, call, name);
	if (!managed)
		return 0;
	r = put_host(l, managed, err);
	return r < 0 ? r : answer_listing(call, l, err);
}

static int list_any(struct lpar_daemon *d, struct listing *l, struct lpar_params_List *params,
		    struct lpar_call **call, struct par_error **err)
{
	int r = read_request(d, l, params, err);

	if (r < 0)
		return r;
	if (l->kind == LPAR_LIST_SYS)
		return list_systems(d, l, params->system, call, err);
	if (l->kind == LPAR_LIST_NOTHING && !params->system)
		return answer_listing(call, l, err); /* frames need none */
	return list_one(d, l, params->system, call, err);
}

void lpar_method_List(struct lpar_daemon *d, struct lpar_call *call,
		      struct lpar_params_List *params)
{
	struct listing l par_cleanup(listing_done) = { .rows = json_object_new_array(),
						       .now = time(NULL) };
	auto_error err = NULL;
	int r = l.rows ? list_any(d, &l, params, &call, &err) : par_oom(&err);

	if (r < 0)
		lpar_call_fail(&call, &err);
}
