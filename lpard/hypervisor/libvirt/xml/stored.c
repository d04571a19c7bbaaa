/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored form of a partition: its parts in the order partition, profiles, current
 * configuration, each a list of names and values that the core makes and reads.
 */
#include "lpard/hypervisor/libvirt/xml/plan.h"

#include <string.h>

void hv_stored_done(struct hv_stored *s)
{
	for (size_t i = 0; i < s->n; i++)
		par_attrs_done(&s->v[i].attrs);
	free(s->v);
	*s = (struct hv_stored){ 0 };
}

static struct par_attrs *add_part(struct hv_stored *s, const char *element)
{
	struct hv_stored_part *part = &s->v[s->n++];

	*part = (struct hv_stored_part){ .element = element };
	return &part->attrs;
}

int hv_stored_make(const struct lpar_partition *part, struct hv_stored *ret)
{
	auto_stored s = { .v = calloc(part->n_profiles + 2, sizeof(*s.v)) };
	int r;

	if (!s.v)
		return -ENOMEM;
	r = lpar_partition_to_attrs(part, add_part(&s, "partition"));
	for (size_t i = 0; r == 0 && i < part->n_profiles; i++)
		r = lpar_profile_to_attrs(&part->profiles[i], add_part(&s, "profile"));
	if (r < 0)
		return r;
	if (part->current)
		r = lpar_current_to_attrs(part->current, add_part(&s, "current"));
	if (r < 0)
		return r;
	*ret = s;
	s = (struct hv_stored){ 0 };
	return 0;
}

int hv_stored_load(unsigned int version, const struct hv_stored *s, struct lpar_partition **ret,
		   struct par_error **err)
{
	auto_partition part = NULL;
	int r;

	if (s->n == 0 || strcmp(s->v[0].element, "partition") != 0)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"the partition's own attributes are missing");
	r = lpar_partition_from_attrs(version, &s->v[0].attrs, &part, err);
	for (size_t i = 1; r == 0 && i < s->n; i++) {
		if (strcmp(s->v[i].element, "profile") == 0)
			r = lpar_partition_load_profile(part, version, &s->v[i].attrs, err);
		else if (strcmp(s->v[i].element, "current") == 0)
			r = lpar_partition_load_current(part, version, &s->v[i].attrs, err);
		else
			r = par_fail(err, PAR_E_CORRUPT, 0, "it has a second partition");
	}
	if (r < 0)
		return r;
	*ret = take_ptr(part);
	return 0;
}
