/* SPDX-License-Identifier: Apache-2.0 */
/* Names of attributes, for people who look for one: see listings.h. */
#include "lpard/core/listings/listings.h"

#include <string.h>

static bool is_wanted(const struct lpar_attribute *a, enum lpar_use use)
{
	switch (use) {
	case LPAR_USE_LIST:
		return a->show != LPAR_SHOW_HIDDEN;
	case LPAR_USE_CREATE:
		return a->when != LPAR_WHEN_FIXED;
	case LPAR_USE_CHANGE:
		return a->when == LPAR_WHEN_STOPPED || a->when == LPAR_WHEN_ALWAYS;
	}
	return false;
}

static int add(struct par_strv *ret, const char *name)
{
	return par_strv_find(ret, name) >= 0 ? 0 : par_strv_add(ret, name);
}

static int add_rows(enum lpar_listing l, enum lpar_use use, struct par_strv *ret)
{
	size_t n;
	const struct lpar_attribute *rows = lpar_attributes(l, &n);

	for (size_t i = 0; i < n; i++) {
		if (is_wanted(&rows[i], use) && add(ret, rows[i].field.name) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What names the object, and what names the one that it belongs to. */
static int add_keys(enum lpar_listing l, enum lpar_use use, struct par_strv *ret)
{
	bool prof = l == LPAR_LIST_PROF, change = use == LPAR_USE_CHANGE;

	if (add(ret, "name") < 0 || add(ret, prof ? "lpar_name" : "lpar_id") < 0 ||
	    (prof && add(ret, "lpar_id") < 0) || (change && add(ret, "new_name") < 0) ||
	    (!prof && !change && add(ret, "profile_name") < 0))
		return -ENOMEM;
	return 0;
}

int lpar_attribute_names(enum lpar_listing l, enum lpar_use use, struct par_strv *ret)
{
	if (use != LPAR_USE_LIST && add_keys(l, use, ret) < 0)
		return -ENOMEM;
	if (add_rows(l, use, ret) < 0)
		return -ENOMEM;
	/* A new partition comes with its profile. */
	return l == LPAR_LIST_LPAR && use == LPAR_USE_CREATE ? add_rows(LPAR_LIST_PROF, use, ret)
							     : 0;
}
