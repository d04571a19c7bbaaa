/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored form of partitions, profiles and current configurations: see partition.h.  Names and
 * values are those of the HMC's attributes; a current configuration has `mem`, `procs` and
 * `proc_units` as well (what it was given).
 */
#include "lpard/core/model/attributes.h"
#include "lpard/core/model/partition.h"
#include "lpard/core/model/profile_priv.h"

#include <string.h>

/* What a current configuration has beyond a profile. */
static const struct par_field given[] = {
	{ .name = "mem",
	  .type = PAR_FIELD_U64,
	  .offset = PAR_OFFSET(struct lpar_current, mem_mib, uint64_t),
	  .max = UINT64_C(1) << 40 },
	{ .name = "procs",
	  .type = PAR_FIELD_U32,
	  .offset = PAR_OFFSET(struct lpar_current, procs, uint32_t),
	  .max = LPAR_MAX_PROCS },
	{ .name = "proc_units",
	  .type = PAR_FIELD_X100,
	  .offset = PAR_OFFSET(struct lpar_current, proc_units_x100, uint32_t),
	  .max = LPAR_MAX_PROCS * 100 },
};

int lpar_partition_to_attrs(const struct lpar_partition *p, struct par_attrs *ret)
{
	return lpar_object_store(LPAR_LIST_LPAR, LPAR_OF_PARTITION, p, ret);
}

int lpar_profile_to_attrs(const struct lpar_profile *p, struct par_attrs *ret)
{
	return lpar_object_store(LPAR_LIST_PROF, LPAR_OF_PROFILE, p, ret);
}

int lpar_current_to_attrs(const struct lpar_current *c, struct par_attrs *ret)
{
	int r = lpar_profile_to_attrs(&c->profile, ret);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(given); i++) {
		auto_buf b = { 0 };

		if (par_field_print(&given[i], c, &b) < 0 ||
		    par_attrs_add(ret, given[i].name, PAR_ATTR_SET, b.data) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int check_version(unsigned int version, struct par_error **err)
{
	if (version >= 1 && version <= LPAR_STORED_VERSION)
		return 0;
	return par_fail(err, PAR_E_CORRUPT, 0,
			"The stored partition has version %u, and this program reads up to %d",
			version, LPAR_STORED_VERSION);
}

/* Every error about stored data becomes one kind: the data is damaged. */
static int corrupt(const char *what, struct par_error **err)
{
	auto_error inner = NULL;

	if (!err || !*err || (*err)->id == PAR_E_NO_MEMORY)
		return -EBADMSG;
	par_error_move(&inner, err);
	return par_fail(err, PAR_E_CORRUPT, 0, "The stored %s is damaged: %s", what, inner->msg);
}

/*
 * Rows of @l that are members of @object, by name; what is not known is skipped.  A partition's
 * name is the hypervisor's, and others may have given it one that mksyscfg refuses.  That must not
 * make the LPAR unreadable: its name is taken as it is.
 */
static int load(enum lpar_listing l, enum lpar_object object, const struct par_attrs *attrs,
		void *to, struct par_error **err)
{
	for (size_t i = 0; i < attrs->n; i++) {
		const struct lpar_attribute *a = lpar_attribute_find(l, attrs->v[i].name);
		struct par_field field;
		int r;

		if (!a || !lpar_attribute_stored(a, object))
			continue;
		field = a->field;
		if (object == LPAR_OF_PARTITION && strcmp(field.name, "name") == 0)
			field.check = NULL;
		r = lpar_field_set(&field, to, attrs->v[i].value, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int load_partition(const struct par_attrs *attrs, struct lpar_partition *p,
			  struct par_error **err)
{
	int r = load(LPAR_LIST_LPAR, LPAR_OF_PARTITION, attrs, p, err);

	if (r < 0)
		return r;
	if (!p->name || !p->uuid[0] || p->id == 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has no name, uuid or lpar_id");
	return 0;
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
	r = load_partition(attrs, p, &why);
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

	lpar_profile_init(p);
	r = load(LPAR_LIST_PROF, LPAR_OF_PROFILE, attrs, p, err);
	if (r < 0)
		return r;
	if (!p->name)
		return par_fail(err, PAR_E_CORRUPT, 0, "it has no name");
	return lpar_profile_check(p, NULL, err);
}

static int load_new_profile(struct lpar_partition *p, const struct par_attrs *attrs,
			    struct lpar_profile *ret, struct par_error **err)
{
	int r = load_profile(attrs, ret, err);

	if (r < 0)
		return r;
	if (lpar_profile_find(p, ret->name))
		return par_fail(err, PAR_E_CORRUPT, 0, "its name '%s' is there twice", ret->name);
	return 0;
}

int lpar_partition_load_profile(struct lpar_partition *p, unsigned int version,
				const struct par_attrs *attrs, struct par_error **err)
{
	par_cleanup(lpar_profile_done) struct lpar_profile profile = { 0 };
	auto_error why = NULL;
	int r = check_version(version, err);

	if (r < 0)
		return r;
	r = load_new_profile(p, attrs, &profile, &why);
	if (r < 0) {
		r = corrupt("profile", &why);
		par_error_move(err, &why);
		return r;
	}
	return lpar_profile_append(p, &profile, err);
}

static int load_given(const struct par_attrs *attrs, struct lpar_current *c, struct par_error **err)
{
	int r = load_profile(attrs, &c->profile, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(given); i++) {
		const char *value = par_attrs_get(attrs, given[i].name);

		r = lpar_field_set(&given[i], c, value ? value : "", err);
		if (r < 0)
			return r;
	}
	return 0;
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
	r = load_given(attrs, c, &why);
	if (r < 0) {
		r = corrupt("current configuration", &why);
		par_error_move(err, &why);
		return r;
	}
	lpar_current_free(&p->current);
	p->current = take_ptr(c);
	return 0;
}
