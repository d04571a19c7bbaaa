/* SPDX-License-Identifier: Apache-2.0 */
/* --filter of the listings: see listings.h. */
#include "lpard/common/nearest.h"
#include "lpard/core/listings/listings.h"
#include "lpard/core/messages.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* Criteria, each with the listings that have it. */
static const struct {
	const char *name;
	size_t offset; /* in struct lpar_filter */
	bool number;
	bool of_lpars; /* every listing whose records have a partition */
	enum lpar_listing of[6];
} criteria[] = {
#define AT(member) offsetof(struct lpar_filter, member)
#define OF(...)	   .of = { __VA_ARGS__, LPAR_LIST_COUNT }
	{ "lpar_names", AT(lpar_names), .of_lpars = true, OF(LPAR_LIST_NOTHING) },
	{ "lpar_ids", AT(lpar_ids), .of_lpars = true, OF(LPAR_LIST_NOTHING) },
	{ "work_groups", AT(work_groups), OF(LPAR_LIST_LPAR, LPAR_LIST_PROF) },
	{ "profile_names", AT(profile_names), OF(LPAR_LIST_PROF) },
	{ "slots", AT(slots), .number = true,
	  OF(LPAR_LIST_ETH, LPAR_LIST_SCSI, LPAR_LIST_SERIAL, LPAR_LIST_FC, LPAR_LIST_SLOT) },
	{ "vlans", AT(vlans), .number = true, OF(LPAR_LIST_ETH, LPAR_LIST_VNETWORK) },
	{ "vswitches", AT(vswitches), OF(LPAR_LIST_ETH, LPAR_LIST_VSWITCH, LPAR_LIST_VNETWORK) },
	{ "vnetworks", AT(vnetworks), OF(LPAR_LIST_VNETWORK) },
	{ "pools", AT(pools), OF(LPAR_LIST_PROCPOOL) },
	{ "pool_ids", AT(pools), .number = true, OF(LPAR_LIST_PROCPOOL) },
	{ "pool_names", AT(pools), OF(LPAR_LIST_PROCPOOL) },
	{ "slots", AT(others), OF(LPAR_LIST_NOTHING) },
	{ "units", AT(others), OF(LPAR_LIST_NOTHING) },
	{ "buses", AT(others), OF(LPAR_LIST_NOTHING) },
	{ "pools", AT(others), OF(LPAR_LIST_NOTHING) },
	{ "adapter_ids", AT(others), OF(LPAR_LIST_NOTHING) },
};

void lpar_filter_done(struct lpar_filter *f)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(criteria); i++)
		par_strv_done((void *)((char *)f + criteria[i].offset));
}

static bool applies(size_t i, enum lpar_listing l)
{
	const enum lpar_listing *of = criteria[i].of;

	if (criteria[i].of_lpars && lpar_listing_of_lpars(l))
		return true;
	while (*of != LPAR_LIST_COUNT && *of != l)
		of++;
	return *of == l;
}

static int fail_criterion(enum lpar_listing l, const char *name, struct par_error **err)
{
	struct par_nearest guess = { .word = name };
	auto_buf all = { 0 };
	int r = par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_FILTER, name);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(criteria); i++) {
		if (!applies(i, l))
			continue;
		par_nearest_try(&guess, criteria[i].name);
		par_buf_printf(&all, "%s%s", all.len ? ", " : "", criteria[i].name);
	}
	if (guess.best)
		par_error_hint(err, "Did you mean %s?", guess.best);
	else if (all.len && !all.failed)
		par_error_hint(err, "The filters are %s.", all.data);
	return r;
}

static bool is_number(const char *text)
{
	uint64_t n;

	return par_parse_u64(text, UINT32_MAX, &n) == 0;
}

int lpar_filter_add(struct lpar_filter *f, enum lpar_listing l, const char *name,
		    const char *const *values, size_t n, struct par_error **err)
{
	struct par_strv *to;
	size_t i = 0;

	while (i < PAR_ARRAY_SIZE(criteria) &&
	       (!applies(i, l) || strcmp(criteria[i].name, name) != 0))
		i++;
	if (i == PAR_ARRAY_SIZE(criteria))
		return fail_criterion(l, name, err);
	if (n == 0 || (n == 1 && values[0][0] == '\0'))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_DATA);
	to = (void *)((char *)f + criteria[i].offset);
	for (size_t k = 0; k < n; k++) {
		if (criteria[i].number && !is_number(values[k]))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_DATA);
		if (par_strv_add(to, values[k]) < 0)
			return par_oom(err);
	}
	return 0;
}

static bool has_id(const struct par_strv *l, uint32_t id)
{
	uint64_t v;

	for (size_t i = 0; i < l->n; i++) {
		if (par_parse_u64(l->v[i], UINT32_MAX, &v) == 0 && v == id)
			return true;
	}
	return false;
}

bool lpar_filter_match(const struct lpar_filter *f, const struct lpar_partition *p,
		       const struct lpar_profile *profile)
{
	if (f->lpar_names.n && par_strv_find(&f->lpar_names, p->name) < 0)
		return false;
	if (f->lpar_ids.n && !has_id(&f->lpar_ids, p->id))
		return false;
	if (f->work_groups.n &&
	    par_strv_find(&f->work_groups, p->work_group_id ? p->work_group_id : "none") < 0)
		return false;
	return !f->profile_names.n || !profile ||
	       par_strv_find(&f->profile_names, profile->name) >= 0;
}

static bool has_vlan(const struct par_strv *l, const struct lpar_adapter *a)
{
	uint32_t vlan_id;

	for (size_t i = 0; (vlan_id = lpar_adapter_vlan(a, i)) > 0; i++) {
		if (has_id(l, vlan_id))
			return true;
	}
	return false;
}

bool lpar_filter_match_adapter(const struct lpar_filter *f, enum lpar_adapter_kind kind,
			       const struct lpar_adapter *a)
{
	if (f->slots.n && !has_id(&f->slots, a->slot))
		return false;
	if (f->vlans.n && (kind != LPAR_ADAPTER_ETH || !has_vlan(&f->vlans, a)))
		return false;
	return !f->vswitches.n || (kind == LPAR_ADAPTER_ETH &&
				   par_strv_find(&f->vswitches, lpar_adapter_vswitch(a)) >= 0);
}

bool lpar_filter_match_network(const struct lpar_filter *f, const struct lpar_network *n)
{
	char name[128];

	snprintf(name, sizeof(name), LPAR_VNETWORK_NAME, n->vlan_id, n->vswitch);
	return (!f->vswitches.n || par_strv_find(&f->vswitches, n->vswitch) >= 0) &&
	       (!f->vlans.n || has_id(&f->vlans, n->vlan_id)) &&
	       (!f->vnetworks.n || par_strv_find(&f->vnetworks, name) >= 0);
}

bool lpar_filter_match_pool(const struct lpar_filter *f)
{
	return !f->pools.n || has_id(&f->pools, 0) || par_strv_find(&f->pools, "DefaultPool") >= 0;
}

/* Has a selected partition the profile? */
static bool has_profile(const struct lpar_filter *f, const struct lpar_set *set, const char *name)
{
	struct lpar_profile last;

	for (size_t i = 0; i < set->n; i++) {
		if (!lpar_filter_match(f, set->v[i], NULL))
			continue;
		if (lpar_profile_find(set->v[i], name))
			return true;
		if (strcmp(name, LPAR_LAST_VALID) == 0 && lpar_last_valid_profile(set->v[i], &last))
			return true;
	}
	return false;
}

static int check_profiles(const struct lpar_filter *f, const struct lpar_set *set,
			  struct par_error **err)
{
	for (size_t i = 0; i < f->profile_names.n; i++) {
		const char *name = f->profile_names.v[i];

		if (has_profile(f, set, name))
			continue;
		if (f->lpar_names.n == 1)
			return par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PROFILE, name,
					f->lpar_names.v[0]);
		return par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PROFILE_AT_ALL, name);
	}
	return 0;
}

int lpar_filter_check(const struct lpar_filter *f, const struct lpar_set *set,
		      struct par_error **err)
{
	uint64_t id;

	for (size_t i = 0; i < f->lpar_names.n; i++) {
		struct lpar_partition *p;
		int r = lpar_set_get(set, f->lpar_names.v[i], 0, &p, err);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < f->lpar_ids.n; i++) {
		if (par_parse_u64(f->lpar_ids.v[i], UINT32_MAX, &id) < 0 ||
		    !lpar_set_find_id(set, (uint32_t)id))
			return par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PARTITION_ID,
					f->lpar_ids.v[i]);
	}
	return check_profiles(f, set, err);
}
