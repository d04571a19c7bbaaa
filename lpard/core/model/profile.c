/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles: making, changing and removing them; what must hold between their attributes. */
#include "lpard/core/model/profile.h"
#include "lpard/common/nearest.h"
#include "lpard/core/messages.h"
#include "lpard/core/model/adapters.h"
#include "lpard/core/model/attributes.h"
#include "lpard/core/model/profile_priv.h"

#include <inttypes.h>
#include <string.h>

/* The two terminals that every partition has. */
#define SERIAL_0 "0/server/1/any//any/1"
#define SERIAL_1 "1/server/1/any//any/1"

void lpar_profile_done(struct lpar_profile *p)
{
	lpar_object_free(LPAR_LIST_PROF, LPAR_OF_PROFILE, p);
	*p = (struct lpar_profile){ 0 };
}

int lpar_profile_copy(const struct lpar_profile *from, struct lpar_profile *ret)
{
	struct lpar_profile copy = *from;

	if (lpar_object_copy(LPAR_LIST_PROF, LPAR_OF_PROFILE, &copy) < 0) {
		lpar_profile_done(&copy);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

void lpar_current_free(struct lpar_current **c)
{
	if (!*c)
		return;
	lpar_profile_done(&(*c)->profile);
	free(*c);
	*c = NULL;
}

struct lpar_profile *lpar_profile_find(const struct lpar_partition *p, const char *name)
{
	for (size_t i = 0; i < p->n_profiles; i++) {
		if (strcmp(p->profiles[i].name, name) == 0)
			return &p->profiles[i];
	}
	return NULL;
}

int lpar_profile_get(const struct lpar_partition *p, const char *name, struct lpar_profile **ret,
		     struct par_error **err)
{
	struct par_nearest guess = { .word = name };
	int r;

	*ret = lpar_profile_find(p, name);
	if (*ret)
		return 0;
	r = par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PROFILE, name, p->name);
	for (size_t i = 0; i < p->n_profiles; i++)
		par_nearest_try(&guess, p->profiles[i].name);
	if (guess.best)
		par_error_hint(err, "Did you mean %s?", guess.best);
	return r;
}

int lpar_profile_append(struct lpar_partition *p, struct lpar_profile *take, struct par_error **err)
{
	struct lpar_profile *v = reallocarray(p->profiles, p->n_profiles + 1, sizeof(*v));

	if (!v)
		return par_oom(err);
	p->profiles = v;
	v[p->n_profiles++] = *take;
	*take = (struct lpar_profile){ 0 };
	return 0;
}

static int fail_order(const char *what, const char *const values[3], struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_ORDER, what, what, what, values[0],
			values[1], values[2]);
}

/* Is the order of minimum, desired and maximum right? */
static int check_order(const char *what, uint64_t min, uint64_t desired, uint64_t max,
		       struct par_error **err)
{
	char text[3][24];

	if (min <= desired && desired <= max)
		return 0;
	snprintf(text[0], sizeof(text[0]), "%" PRIu64, min);
	snprintf(text[1], sizeof(text[1]), "%" PRIu64, desired);
	snprintf(text[2], sizeof(text[2]), "%" PRIu64, max);
	return fail_order(what, (const char *const[]){ text[0], text[1], text[2] }, err);
}

static int check_order_x100(const char *what, uint32_t min, uint32_t desired, uint32_t max,
			    struct par_error **err)
{
	char text[3][24];

	if (min <= desired && desired <= max)
		return 0;
	snprintf(text[0], sizeof(text[0]), "%u.%02u", min / 100, min % 100);
	snprintf(text[1], sizeof(text[1]), "%u.%02u", desired / 100, desired % 100);
	snprintf(text[2], sizeof(text[2]), "%u.%02u", max / 100, max % 100);
	return fail_order(what, (const char *const[]){ text[0], text[1], text[2] }, err);
}

static int check_mem(const struct lpar_profile *p, uint64_t lmb, struct par_error **err)
{
	const struct {
		const char *name;
		uint64_t mib;
	} all[] = {
		{ "min_mem", p->min_mem_mib },
		{ "desired_mem", p->desired_mem_mib },
		{ "max_mem", p->max_mem_mib },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(all); i++) {
		char value[24], why[80];

		if (all[i].mib > 0 && all[i].mib % lmb == 0)
			continue;
		snprintf(value, sizeof(value), "%" PRIu64, all[i].mib);
		snprintf(why, sizeof(why),
			 "It must be a multiple of the memory region size, %" PRIu64 " MB", lmb);
		return lpar_value_fail(all[i].name, value, why, err);
	}
	return check_order("mem", p->min_mem_mib, p->desired_mem_mib, p->max_mem_mib, err);
}

static int check_units_of(const char *level, uint32_t units, uint32_t procs, struct par_error **err)
{
	if (units <= procs * 100 && units >= procs * LPAR_MIN_UNITS_X100)
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_UNITS, level, units / 100,
			units % 100, procs);
}

static int check_procs(const struct lpar_profile *p, struct par_error **err)
{
	int r;

	if (p->min_procs == 0)
		return lpar_value_fail("min_procs", "0", "It must be at least 1", err);
	r = check_order("procs", p->min_procs, p->desired_procs, p->max_procs, err);
	if (r < 0 || p->proc_mode == LPAR_PROC_DEDICATED)
		return r;
	r = check_order_x100("proc_units", p->min_proc_units_x100, p->desired_proc_units_x100,
			     p->max_proc_units_x100, err);
	if (r < 0)
		return r;
	r = check_units_of("min", p->min_proc_units_x100, p->min_procs, err);
	if (r < 0)
		return r;
	r = check_units_of("desired", p->desired_proc_units_x100, p->desired_procs, err);
	if (r < 0)
		return r;
	return check_units_of("max", p->max_proc_units_x100, p->max_procs, err);
}

static bool is_shared_mode(enum lpar_sharing_mode m)
{
	return m == LPAR_SHARING_CAP || m == LPAR_SHARING_UNCAP;
}

/* Slots are one space for all kinds of virtual adapters. */
static int check_slots(const struct lpar_profile *p, struct par_error **err)
{
	const struct {
		const char *name;
		const char *list;
		enum lpar_adapter_kind kind;
	} all[] = {
		{ "virtual_serial_adapters", p->virtual_serial_adapters, LPAR_ADAPTER_SERIAL },
		{ "virtual_scsi_adapters", p->virtual_scsi_adapters, LPAR_ADAPTER_SCSI },
		{ "virtual_eth_adapters", p->virtual_eth_adapters, LPAR_ADAPTER_ETH },
		{ "virtual_fc_adapters", p->virtual_fc_adapters, LPAR_ADAPTER_FC },
	};
	uint8_t taken[8192] = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(all); i++) {
		auto_adapters a = { 0 };
		int r = lpar_adapters_parse(all[i].kind, all[i].list, &a, err);

		if (r < 0)
			return r;
		for (size_t k = 0; k < a.n; k++) {
			uint32_t slot = a.v[k].slot;

			if (slot >= p->max_virtual_slots)
				return lpar_value_fail(all[i].name, all[i].list,
						       "Every slot must be less than "
						       "max_virtual_slots",
						       err);
			if (taken[slot / 8] & (1u << slot % 8))
				return lpar_value_fail(all[i].name, all[i].list,
						       "A slot is used by another adapter", err);
			taken[slot / 8] |= (uint8_t)(1u << slot % 8);
		}
	}
	return 0;
}

static int check_sharing(const struct lpar_profile *p, struct par_error **err)
{
	auto_buf value = { 0 };

	if (is_shared_mode(p->sharing_mode) == (p->proc_mode == LPAR_PROC_SHARED))
		return 0;
	par_field_print(&lpar_attribute_find(LPAR_LIST_PROF, "sharing_mode")->field, p, &value);
	return lpar_value_fail("sharing_mode", value.data ? value.data : "",
			       "With proc_mode shared it must be cap or uncap, with ded one of the "
			       "others",
			       err);
}

static int check_compat(const struct lpar_profile *p, const struct lpar_system *sys,
			struct par_error **err)
{
	auto_buf why = { 0 };
	int r;

	if (!p->proc_compat_mode)
		return 0;
	r = lpar_system_check_compat_mode(sys, p->proc_compat_mode, &why);
	if (r == -ENOMEM)
		return par_oom(err);
	return r < 0 ? lpar_value_fail("lpar_proc_compat_mode", p->proc_compat_mode, why.data, err)
		     : 0;
}

int lpar_profile_check(const struct lpar_profile *p, const struct lpar_system *sys,
		       struct par_error **err)
{
	int r = check_compat(p, sys, err);

	if (r < 0)
		return r;
	if (p->all_resources)
		return check_slots(p, err);
	r = check_mem(p, sys && sys->lmb_mib ? sys->lmb_mib : LPAR_LMB_MIB, err);
	if (r < 0)
		return r;
	r = check_procs(p, err);
	if (r < 0)
		return r;
	r = check_sharing(p, err);
	if (r < 0)
		return r;
	return check_slots(p, err);
}

void lpar_profile_init(struct lpar_profile *p)
{
	*p = (struct lpar_profile){ .uncap_weight = 128, .max_virtual_slots = 10 };
}

/* The terminals in slots 0 and 1 are there whatever else was asked for. */
static int complete(struct lpar_profile *p, struct par_error **err)
{
	auto_adapters a = { 0 };
	auto_buf b = { 0 };
	bool have[2] = { false, false };
	int r = lpar_adapters_parse(LPAR_ADAPTER_SERIAL, p->virtual_serial_adapters, &a, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < a.n; i++) {
		if (a.v[i].slot < 2)
			have[a.v[i].slot] = true;
	}
	if (have[0] && have[1])
		return 0;
	par_buf_puts(&b, have[0] ? "" : SERIAL_0);
	if (!have[1])
		par_buf_printf(&b, "%s" SERIAL_1, have[0] ? "" : ",");
	if (a.n > 0)
		par_buf_printf(&b, ",%s", p->virtual_serial_adapters);
	if (b.failed)
		return par_oom(err);
	free(p->virtual_serial_adapters);
	p->virtual_serial_adapters = par_buf_steal(&b);
	return 0;
}

/* Units and weight belong to shared processors only. */
static bool only_shared(const char *name)
{
	return strcmp(name, "min_proc_units") == 0 || strcmp(name, "desired_proc_units") == 0 ||
	       strcmp(name, "max_proc_units") == 0 || strcmp(name, "uncap_weight") == 0;
}

int lpar_profile_require(const struct lpar_profile *p, const struct par_attrs *attrs,
			 const char *const *more, struct par_error **err)
{
	static const char *const always[] = { "min_mem",   "desired_mem", "max_mem",
					      "proc_mode", "min_procs",	  "desired_procs",
					      "max_procs", NULL };
	static const char *const shared[] = { "min_proc_units", "desired_proc_units",
					      "max_proc_units", "sharing_mode", NULL };
	static const char *const dedicated[] = { "sharing_mode", NULL };
	static const char *const none[] = { NULL };
	const char *const *lists[] = { more, p->all_resources ? none : always,
				       p->all_resources			    ? none
				       : !par_attrs_get(attrs, "proc_mode") ? none
				       : p->proc_mode == LPAR_PROC_SHARED   ? shared
									    : dedicated };
	auto_buf missing = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(lists); i++) {
		for (const char *const *name = lists[i]; *name; name++) {
			if (!par_attrs_get(attrs, *name))
				par_buf_printf(&missing, "%s%s", missing.len ? "," : "", *name);
		}
	}
	if (missing.len)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_MISSING_ATTRIBUTES,
				missing.data);
	return 0;
}

int lpar_profile_set(struct lpar_profile *p, const struct par_attr *attr, struct par_error **err)
{
	const struct lpar_attribute *a = lpar_attribute_find(LPAR_LIST_PROF, attr->name);

	if (!a || a->when == LPAR_WHEN_FIXED)
		return lpar_attribute_fail(LPAR_LIST_PROF, attr->name, err);
	return lpar_attribute_change(a, p, attr->op, attr->value, err);
}

/* What a profile with all resources of the system does not have. */
static bool is_resource(const char *name)
{
	const struct lpar_attribute *a = lpar_attribute_find(LPAR_LIST_PROF, name);

	return a &&
	       (a->condition == LPAR_IF_RESOURCES || a->condition == LPAR_IF_RESOURCES_NOT_VIOS ||
		a->condition == LPAR_IF_SHARED_PROFILE);
}

/* With the processor mode go the attributes that only the other mode has. */
static int settle(struct lpar_profile *p, const struct par_attrs *attrs, struct par_error **err)
{
	const char *sharing = par_attrs_get(attrs, "sharing_mode");

	for (size_t i = 0; p->all_resources && i < attrs->n; i++) {
		if (is_resource(attrs->v[i].name))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
					attrs->v[i].name);
	}
	if (p->all_resources || p->proc_mode == LPAR_PROC_SHARED) {
		if (!is_shared_mode(p->sharing_mode) && !sharing)
			p->sharing_mode = LPAR_SHARING_UNCAP;
		return 0;
	}
	if (is_shared_mode(p->sharing_mode) && !sharing)
		p->sharing_mode = LPAR_SHARING_KEEP_IDLE;
	for (size_t i = 0; i < attrs->n; i++) {
		if (only_shared(attrs->v[i].name))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
					attrs->v[i].name);
	}
	p->min_proc_units_x100 = p->desired_proc_units_x100 = p->max_proc_units_x100 = 0;
	return 0;
}

int lpar_profile_finish(struct lpar_profile *p, const struct lpar_system *sys,
			const struct par_attrs *attrs, struct par_error **err)
{
	int r = settle(p, attrs, err);

	if (r < 0)
		return r;
	r = complete(p, err);
	if (r < 0)
		return r;
	return lpar_profile_check(p, sys, err);
}

static int check_new_name(const struct lpar_partition *p, const char *name, struct par_error **err)
{
	int r = lpar_name_check("name", name, err);

	if (r < 0)
		return r;
	if (lpar_profile_find(p, name))
		return par_fail(err, PAR_E_EXISTS, 0, LPAR_MSG_PROFILE_USED, name, p->name);
	return 0;
}

static bool names_partition(const char *name)
{
	return strcmp(name, "lpar_name") == 0 || strcmp(name, "lpar_id") == 0;
}

int lpar_profile_create(struct lpar_partition *p, const struct lpar_system *sys,
			const struct par_attrs *attrs, struct par_error **err)
{
	static const char *const more[] = { "name", NULL };
	par_cleanup(lpar_profile_done) struct lpar_profile made;
	int r;

	lpar_profile_init(&made);
	for (size_t i = 0; i < attrs->n; i++) {
		if (names_partition(attrs->v[i].name))
			continue;
		r = lpar_profile_set(&made, &attrs->v[i], err);
		if (r < 0)
			return r;
	}
	r = lpar_profile_require(&made, attrs, more, err);
	if (r < 0)
		return r;
	r = check_new_name(p, made.name, err);
	if (r < 0)
		return r;
	r = lpar_profile_finish(&made, sys, attrs, err);
	if (r < 0)
		return r;
	return lpar_profile_append(p, &made, err);
}

/* @made, which takes the place of profile @old, is called @name, and so do the references to it. */
static int rename_profile(struct lpar_partition *p, const char *old, struct lpar_profile *made,
			  const char *name, struct par_error **err)
{
	char **refs[] = { &p->default_profile, p->current ? &p->current->profile.name : NULL,
			  &made->name };
	int r = check_new_name(p, name, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(refs); i++) {
		char *copy;

		if (!refs[i] || !par_streq(*refs[i], old))
			continue;
		copy = strdup(name);
		if (!copy)
			return par_oom(err);
		free(*refs[i]);
		*refs[i] = copy;
	}
	return 0;
}

int lpar_profile_change(struct lpar_partition *p, const struct lpar_system *sys,
			const struct par_attrs *attrs, struct par_error **err)
{
	const char *name = par_attrs_get(attrs, "name");
	const char *new_name = par_attrs_get(attrs, "new_name");
	par_cleanup(lpar_profile_done) struct lpar_profile made = { 0 };
	struct lpar_profile *profile;
	int r;

	if (!name)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_MISSING_ATTRIBUTES,
				"name");
	r = lpar_profile_get(p, name, &profile, err);
	if (r < 0)
		return r;
	if (lpar_profile_copy(profile, &made) < 0)
		return par_oom(err);
	for (size_t i = 0; i < attrs->n; i++) {
		const struct par_attr *a = &attrs->v[i];

		if (strcmp(a->name, "name") == 0 || strcmp(a->name, "new_name") == 0 ||
		    names_partition(a->name))
			continue;
		r = lpar_profile_set(&made, a, err);
		if (r < 0)
			return r;
	}
	r = lpar_profile_finish(&made, sys, attrs, err);
	if (r < 0)
		return r;
	if (new_name && strcmp(new_name, name) != 0) {
		r = rename_profile(p, name, &made, new_name, err);
		if (r < 0)
			return r;
	}
	lpar_profile_done(profile);
	*profile = made;
	made = (struct lpar_profile){ 0 };
	return 0;
}

int lpar_profiles_settle(struct lpar_partition *p, const struct lpar_set *set)
{
	int r = 0;

	for (size_t i = 0; i < p->n_profiles && r == 0; i++) {
		struct lpar_profile *profile = &p->profiles[i];
		const struct {
			char **list;
			enum lpar_adapter_kind kind;
		} all[] = { { &profile->virtual_serial_adapters, LPAR_ADAPTER_SERIAL },
			    { &profile->virtual_scsi_adapters, LPAR_ADAPTER_SCSI },
			    { &profile->virtual_fc_adapters, LPAR_ADAPTER_FC } };

		for (size_t k = 0; k < PAR_ARRAY_SIZE(all) && r == 0; k++)
			r = lpar_adapters_settle(all[k].kind, all[k].list, set);
	}
	return r;
}

int lpar_profile_remove(struct lpar_partition *p, const char *name, struct par_error **err)
{
	struct lpar_profile *profile;
	int r = lpar_profile_get(p, name, &profile, err);

	if (r < 0)
		return r;
	if (par_streq(p->default_profile, name))
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_DEFAULT_PROFILE, name, p->name);
	lpar_profile_done(profile);
	memmove(profile, profile + 1,
		(size_t)(p->profiles + p->n_profiles - profile - 1) * sizeof(*profile));
	p->n_profiles--;
	return 0;
}

int lpar_profile_save(struct lpar_partition *p, const char *name, bool force,
		      struct par_error **err)
{
	struct lpar_profile *there = lpar_profile_find(p, name);
	par_cleanup(lpar_profile_done) struct lpar_profile made = { 0 };
	int r = lpar_name_check("name", name, err);

	if (r < 0)
		return r;
	if (!p->current)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_NO_CURRENT, p->name);
	if (there && !force)
		return par_fail(err, PAR_E_EXISTS, 0, LPAR_MSG_PROFILE_USED, name, p->name);
	if (lpar_profile_copy(&p->current->profile, &made) < 0)
		return par_oom(err);
	free(made.name);
	made.name = strdup(name);
	if (!made.name)
		return par_oom(err);
	if (!made.all_resources) {
		made.desired_mem_mib = p->current->mem_mib;
		made.desired_procs = p->current->procs;
		if (made.proc_mode == LPAR_PROC_SHARED)
			made.desired_proc_units_x100 = p->current->proc_units_x100;
	}
	if (!there)
		return lpar_profile_append(p, &made, err);
	lpar_profile_done(there);
	*there = made;
	made = (struct lpar_profile){ 0 };
	return 0;
}

bool lpar_last_valid_profile(const struct lpar_partition *p, struct lpar_profile *ret)
{
	if (!p->current)
		return false;
	*ret = p->current->profile;
	ret->name = (char *)(uintptr_t)LPAR_LAST_VALID;
	return true;
}
