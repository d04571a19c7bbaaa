/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored form of partitions, profiles and current configurations: see partition.h.  Names and
 * values are those of the HMC's attributes; a current configuration has `mem`, `procs` and
 * `proc_units` besides (what it was given).
 */
#include "lpard/core/attributes/attributes_priv.h"
#include "lpard/core/model/partition.h"
#include "lpard/core/model/profile_priv.h"

#include <string.h>

#define GIVEN(field) .base = ATTR_OF_CURRENT, .offset = offsetof(struct lpar_current, field)

/* What a current configuration has beyond a profile. */
static const struct lpar_attribute given[] = {
	{ .name = "mem", .kind = ATTR_U64, GIVEN(mem_mib), .max = UINT64_C(1) << 40 },
	{ .name = "procs", .kind = ATTR_U32, GIVEN(procs), .max = LPAR_MAX_PROCS },
	{ .name = "proc_units",
	  .kind = ATTR_X100,
	  GIVEN(proc_units_x100),
	  .max = LPAR_MAX_PROCS * 100 },
};

int lpar_partition_to_attrs(const struct lpar_partition *p, struct par_attrs *ret)
{
	return attr_store(LPAR_LIST_LPAR, ATTR_OF_PARTITION, p, ret);
}

int lpar_profile_to_attrs(const struct lpar_profile *p, struct par_attrs *ret)
{
	return attr_store(LPAR_LIST_PROF, ATTR_OF_PROFILE, p, ret);
}

int lpar_current_to_attrs(const struct lpar_current *c, struct par_attrs *ret)
{
	int r = lpar_profile_to_attrs(&c->profile, ret);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(given) && r == 0; i++) {
		auto_buf b = { 0 };

		r = attr_put_field(&given[i], c, &b);
		if (r == 0)
			r = par_attrs_add(ret, given[i].name, PAR_ATTR_SET, b.data ? b.data : "");
	}
	return r;
}

static int check_version(unsigned int version, struct par_error **err)
{
	if (version >= 1 && version <= LPAR_STORED_VERSION)
		return 0;
	return par_fail(err, PAR_E_CORRUPT, 0,
			"The stored partition has version %u, and this program reads up to %d",
			version, LPAR_STORED_VERSION);
}

/* Whatever is wrong with stored data, it is the data's fault. */
static int corrupt(const char *what, struct par_error **err)
{
	auto_error inner = NULL;

	if (!err || !*err || (*err)->id == PAR_E_NO_MEMORY)
		return -EBADMSG;
	par_error_move(&inner, err);
	return par_fail(err, PAR_E_CORRUPT, 0, "The stored %s is damaged: %s", what, inner->msg);
}

/*
 * A partition's name is the hypervisor's, and others may have given it one that mksyscfg refuses.
 * That must not make the LPAR unreadable: it is taken as it is.
 */
static bool is_partition_name(const struct lpar_attribute *a, enum attr_base base)
{
	return base == ATTR_OF_PARTITION && strcmp(a->name, "name") == 0;
}

/* Rows of @l that are fields of @base, by name; what is not known is skipped. */
static int load(enum lpar_listing l, enum attr_base base, const struct par_attrs *attrs,
		void *object, struct par_error **err)
{
	int r = 0;

	for (size_t i = 0; i < attrs->n && r == 0; i++) {
		const struct lpar_attribute *a = attr_find(l, attrs->v[i].name);
		struct lpar_attribute unchecked;

		if (!a || !attr_stored(a, base))
			continue;
		unchecked = *a;
		if (is_partition_name(a, base))
			unchecked.check = NULL;
		r = attr_set_field(&unchecked, object, attrs->v[i].value, err);
	}
	return r;
}

int lpar_partition_from_attrs(unsigned int version, const struct par_attrs *attrs,
			      struct lpar_partition **ret, struct par_error **err)
{
	auto_partition p = calloc(1, sizeof(*p));
	auto_error why = NULL;
	int r = check_version(version, err);

	if (r < 0)
		return r;
	if (!p)
		return par_oom(err);
	p->avail_priority = 127;
	r = load(LPAR_LIST_LPAR, ATTR_OF_PARTITION, attrs, p, &why);
	if (r == 0 && (!p->name || !p->uuid[0] || p->id == 0))
		r = par_fail(&why, PAR_E_CORRUPT, 0, "it has no name, uuid or lpar_id");
	if (r < 0) {
		r = corrupt("partition", &why);
		par_error_move(err, &why);
		return r;
	}
	*ret = take_ptr(p);
	return 0;
}

static int load_profile(const struct par_attrs *attrs, struct lpar_profile *p,
			struct par_error **err)
{
	int r;

	profile_init(p);
	r = load(LPAR_LIST_PROF, ATTR_OF_PROFILE, attrs, p, err);
	if (r == 0 && !p->name)
		r = par_fail(err, PAR_E_CORRUPT, 0, "it has no name");
	return r < 0 ? r : profile_check(p, NULL, err);
}

int lpar_partition_load_profile(struct lpar_partition *p, unsigned int version,
				const struct par_attrs *attrs, struct par_error **err)
{
	par_cleanup(lpar_profile_done) struct lpar_profile profile = { 0 };
	auto_error why = NULL;
	int r = check_version(version, err);

	if (r < 0)
		return r;
	r = load_profile(attrs, &profile, &why);
	if (r == 0 && lpar_profile_find(p, profile.name))
		r = par_fail(&why, PAR_E_CORRUPT, 0, "its name '%s' is there twice", profile.name);
	if (r < 0) {
		r = corrupt("profile", &why);
		par_error_move(err, &why);
		return r;
	}
	return profile_append(p, &profile, err);
}

int lpar_partition_load_current(struct lpar_partition *p, unsigned int version,
				const struct par_attrs *attrs, struct par_error **err)
{
	par_cleanup(lpar_current_free) struct lpar_current *c = calloc(1, sizeof(*c));
	auto_error why = NULL;
	int r = check_version(version, err);

	if (r < 0)
		return r;
	if (!c)
		return par_oom(err);
	r = load_profile(attrs, &c->profile, &why);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(given) && r == 0; i++) {
		const char *value = par_attrs_get(attrs, given[i].name);

		r = attr_set_field(&given[i], c, value ? value : "", &why);
	}
	if (r < 0) {
		r = corrupt("current configuration", &why);
		par_error_move(err, &why);
		return r;
	}
	lpar_current_free(&p->current);
	p->current = take_ptr(c);
	return 0;
}
