/* SPDX-License-Identifier: Apache-2.0 */
/* --filter of the listings: see listings.h. */
#include "lpard/core/listings/listings.h"
#include "lpard/core/messages.h"

#include <inttypes.h>
#include <string.h>

void lpar_filter_done(struct lpar_filter *f)
{
	par_strv_done(&f->lpar_names);
	par_strv_done(&f->lpar_ids);
	par_strv_done(&f->work_groups);
	par_strv_done(&f->profile_names);
}

/* Where the values of criterion @name go; NULL when the listing has no such criterion. */
static struct par_strv *values_of(struct lpar_filter *f, enum lpar_listing l, const char *name)
{
	bool of_lpars = lpar_listing_of_lpars(l) || l == LPAR_LIST_NOTHING;

	if (of_lpars && strcmp(name, "lpar_names") == 0)
		return &f->lpar_names;
	if (of_lpars && strcmp(name, "lpar_ids") == 0)
		return &f->lpar_ids;
	if ((l == LPAR_LIST_LPAR || l == LPAR_LIST_PROF) && strcmp(name, "work_groups") == 0)
		return &f->work_groups;
	if (l == LPAR_LIST_PROF && strcmp(name, "profile_names") == 0)
		return &f->profile_names;
	return NULL;
}

int lpar_filter_add(struct lpar_filter *f, enum lpar_listing l, const char *name,
		    const char *const *values, size_t n, struct par_error **err)
{
	struct par_strv *to = values_of(f, l, name);

	if (!to)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_FILTER, name);
	if (n == 0 || (n == 1 && values[0][0] == '\0'))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_DATA);
	for (size_t i = 0; i < n; i++) {
		if (par_strv_add(to, values[i]) < 0)
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
