/* SPDX-License-Identifier: Apache-2.0 */
/* What a listing does with the rows of attributes: choosing columns, printing values. */
#include "lpard/core/listings/listings.h"
#include "lpard/core/listings/values.h"
#include "lpard/core/messages.h"

#include <string.h>

static const struct {
	const char *resource;
	const char *level;
} resources[LPAR_LIST_COUNT] = {
	[LPAR_LIST_SYS] = { "sys", NULL },
	[LPAR_LIST_LPAR] = { "lpar", NULL },
	[LPAR_LIST_PROF] = { "prof", NULL },
	[LPAR_LIST_MEM_SYS] = { "mem", "sys" },
	[LPAR_LIST_MEM_LPAR] = { "mem", "lpar" },
	[LPAR_LIST_PROC_SYS] = { "proc", "sys" },
	[LPAR_LIST_PROC_LPAR] = { "proc", "lpar" },
	[LPAR_LIST_REFCODE_SYS] = { "refcode", "sys" },
	[LPAR_LIST_REFCODE_LPAR] = { "refcode", "lpar" },
};

bool lpar_listing_find(const char *resource, const char *level, enum lpar_listing *ret)
{
	for (unsigned int l = 0; l < LPAR_LIST_COUNT; l++) {
		if (par_streq(resources[l].resource, resource) &&
		    (!resources[l].level || par_streq(resources[l].level, level))) {
			*ret = (enum lpar_listing)l;
			return true;
		}
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

int lpar_fields_select(enum lpar_listing l, const char *const *names, size_t n,
		       struct lpar_fields *ret, struct par_error **err)
{
	size_t n_rows, at = 0;
	const struct lpar_attribute *rows = lpar_attributes(l, &n_rows);
	size_t count = names ? n : n_rows;
	autofree const struct lpar_attribute **v =
		calloc(count + 1, sizeof(struct lpar_attribute *));

	if (!v)
		return par_oom(err);
	for (size_t i = 0; i < count; i++) {
		const struct lpar_attribute *a =
			names ? lpar_attribute_find(l, names[i]) : &rows[i];

		if (!a || (names && a->show == LPAR_SHOW_HIDDEN))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
					names[i]);
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
