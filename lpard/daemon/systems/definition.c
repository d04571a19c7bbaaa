/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing partitions by their stored form: see definition.h. */
#include "lpard/daemon/systems/definition.h"

#include "lpard/common/attrs.h"
#include "lpard/common/str.h"

static bool same_attrs(const struct par_attrs *a, const struct par_attrs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (!par_streq(a->v[i].name, b->v[i].name) ||
		    !par_streq(a->v[i].value, b->v[i].value))
			return false;
	}
	return true;
}

static bool same_profile(const struct lpar_profile *a, const struct lpar_profile *b)
{
	auto_attrs x = { 0 }, y = { 0 };

	return lpar_profile_to_attrs(a, &x) == 0 && lpar_profile_to_attrs(b, &y) == 0 &&
	       same_attrs(&x, &y);
}

static bool same_current(const struct lpar_current *a, const struct lpar_current *b)
{
	auto_attrs x = { 0 }, y = { 0 };

	if (!a || !b)
		return a == b;
	return lpar_current_to_attrs(a, &x) == 0 && lpar_current_to_attrs(b, &y) == 0 &&
	       same_attrs(&x, &y);
}

bool lpar_definition_same(const struct lpar_partition *a, const struct lpar_partition *b)
{
	auto_attrs x = { 0 }, y = { 0 };

	if (!par_streq(a->name, b->name) || !par_streq(a->damaged, b->damaged) ||
	    a->n_profiles != b->n_profiles || !same_current(a->current, b->current))
		return false;
	for (size_t i = 0; i < a->n_profiles; i++) {
		if (!same_profile(&a->profiles[i], &b->profiles[i]))
			return false;
	}
	return lpar_partition_to_attrs(a, &x) == 0 && lpar_partition_to_attrs(b, &y) == 0 &&
	       same_attrs(&x, &y);
}
