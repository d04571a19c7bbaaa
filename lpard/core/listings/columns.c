/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of attributes and what a listing does with them: choosing columns, printing values. */
#include "lpard/core/attributes/attributes.h"
#include "lpard/core/attributes/attributes_priv.h"
#include "lpard/core/messages.h"

#include <string.h>

static const char *const env_words[] = { "aixlinux", "os400", "vioserver", NULL };
static const char *const keylock_words[] = { "norm", "manual", NULL };
static const char *const boot_mode_words[] = { "norm", "sms", "of", "dd", "ds", NULL };
static const char *const rmc_words[] = { "inactive", "active", "none", "unknown", NULL };
static const char *const proc_mode_words[] = { "shared", "ded", NULL };
static const char *const sharing_words[] = {
	"cap",
	"uncap",
	"keep_idle_procs",
	"share_idle_procs",
	"share_idle_procs_active",
	"share_idle_procs_always",
	NULL,
};

#define SYSTEM_TYPE    struct lpar_system
#define USAGE_TYPE     struct lpar_usage
#define PARTITION_TYPE struct lpar_partition
#define PROFILE_TYPE   struct lpar_profile
#define CURRENT_TYPE   struct lpar_current
#define LIVE_TYPE      struct lpar_live
#define REFCODE_TYPE   struct lpar_refcode

/* A field of one of them; the comparison is there to refuse a field of another type. */
#define FIELD(kind_, object, field, type)          \
	.kind = kind_, .base = ATTR_OF_##object,   \
	.offset = offsetof(object##_TYPE, field) + \
		  0 * sizeof(&((object##_TYPE *)0)->field == (type *)0)

#define STR(object, field, null_text)                                  \
	.kind = ATTR_STR, .base = ATTR_OF_##object, .text = null_text, \
	.offset = offsetof(object##_TYPE, field) +                     \
		  0 * sizeof(((object##_TYPE *)0)->field == (const char *)0)
#define CHARS(object, field)                                                                    \
	.kind = ATTR_CHARS, .base = ATTR_OF_##object, .offset = offsetof(object##_TYPE, field), \
	.size = sizeof(((object##_TYPE *)0)->field)
#define U32(object, field)  FIELD(ATTR_U32, object, field, uint32_t)
#define U64(object, field)  FIELD(ATTR_U64, object, field, uint64_t)
#define X100(object, field) FIELD(ATTR_X100, object, field, uint32_t)
#define BOOL(object, field) FIELD(ATTR_BOOL, object, field, bool)
#define WORD(object, field, words_)                                   \
	.kind = ATTR_WORD, .base = ATTR_OF_##object, .words = words_, \
	.offset = offsetof(object##_TYPE, field) +                    \
		  0 * sizeof(char[sizeof(((object##_TYPE *)0)->field) == sizeof(int) ? 1 : -1])
#define TEXT(text_) .kind = ATTR_TEXT, .text = text_
#define FN(fn)	    .kind = ATTR_FN, .get = fn

#define MEMORY .max = UINT64_C(1) << 40
#define UNITS  .max = LPAR_MAX_PROCS * 100
#define PROCS  .max = LPAR_MAX_PROCS

#define ROW(name_, show_, when_, ...) { .name = name_, .show = show_, .when = when_, __VA_ARGS__ },

static const struct lpar_attribute sys_rows[] = {
#define SYS ROW
#include "lpard/core/attributes/attributes.def"
};
static const struct lpar_attribute lpar_rows[] = {
#define LPAR ROW
#include "lpard/core/attributes/attributes.def"
};
static const struct lpar_attribute prof_rows[] = {
#define PROF ROW
#include "lpard/core/attributes/attributes.def"
};
static const struct lpar_attribute mem_sys_rows[] = {
#define MEM_SYS ROW
#include "lpard/core/attributes/attributes.def"
};
static const struct lpar_attribute mem_lpar_rows[] = {
#define MEM_LPAR ROW
#include "lpard/core/attributes/attributes.def"
};
static const struct lpar_attribute proc_sys_rows[] = {
#define PROC_SYS ROW
#include "lpard/core/attributes/attributes.def"
};
static const struct lpar_attribute proc_lpar_rows[] = {
#define PROC_LPAR ROW
#include "lpard/core/attributes/attributes.def"
};
static const struct lpar_attribute refcode_sys_rows[] = {
#define REFCODE_SYS ROW
#include "lpard/core/attributes/attributes.def"
};
static const struct lpar_attribute refcode_lpar_rows[] = {
#define REFCODE_LPAR ROW
#include "lpard/core/attributes/attributes.def"
};

static const struct {
	const char *resource;
	const char *level;
	const struct lpar_attribute *rows;
	size_t n;
} tables[LPAR_LIST_COUNT] = {
	[LPAR_LIST_SYS] = { "sys", NULL, sys_rows, PAR_ARRAY_SIZE(sys_rows) },
	[LPAR_LIST_LPAR] = { "lpar", NULL, lpar_rows, PAR_ARRAY_SIZE(lpar_rows) },
	[LPAR_LIST_PROF] = { "prof", NULL, prof_rows, PAR_ARRAY_SIZE(prof_rows) },
	[LPAR_LIST_MEM_SYS] = { "mem", "sys", mem_sys_rows, PAR_ARRAY_SIZE(mem_sys_rows) },
	[LPAR_LIST_MEM_LPAR] = { "mem", "lpar", mem_lpar_rows, PAR_ARRAY_SIZE(mem_lpar_rows) },
	[LPAR_LIST_PROC_SYS] = { "proc", "sys", proc_sys_rows, PAR_ARRAY_SIZE(proc_sys_rows) },
	[LPAR_LIST_PROC_LPAR] = { "proc", "lpar", proc_lpar_rows, PAR_ARRAY_SIZE(proc_lpar_rows) },
	[LPAR_LIST_REFCODE_SYS] = { "refcode", "sys", refcode_sys_rows,
				    PAR_ARRAY_SIZE(refcode_sys_rows) },
	[LPAR_LIST_REFCODE_LPAR] = { "refcode", "lpar", refcode_lpar_rows,
				     PAR_ARRAY_SIZE(refcode_lpar_rows) },
};

bool lpar_listing_find(const char *resource, const char *level, enum lpar_listing *ret)
{
	for (unsigned int l = 0; l < LPAR_LIST_COUNT; l++) {
		if (par_streq(tables[l].resource, resource) &&
		    (!tables[l].level || par_streq(tables[l].level, level))) {
			*ret = (enum lpar_listing)l;
			return true;
		}
	}
	return false;
}

const struct lpar_attribute *attr_table(enum lpar_listing l, size_t *ret_n)
{
	*ret_n = tables[l].n;
	return tables[l].rows;
}

const struct lpar_attribute *attr_find(enum lpar_listing l, const char *name)
{
	for (size_t i = 0; i < tables[l].n; i++) {
		if (strcmp(tables[l].rows[i].name, name) == 0)
			return &tables[l].rows[i];
	}
	return NULL;
}

const char *lpar_attribute_name(const struct lpar_attribute *a)
{
	return a->name;
}

void lpar_fields_done(struct lpar_fields *f)
{
	free(f->v);
	*f = (struct lpar_fields){ 0 };
}

int lpar_fields_select(enum lpar_listing l, const char *const *names, size_t n,
		       struct lpar_fields *ret, struct par_error **err)
{
	size_t count = names ? n : tables[l].n;
	autofree const struct lpar_attribute **v =
		calloc(count + 1, sizeof(struct lpar_attribute *));
	size_t at = 0;

	if (!v)
		return par_oom(err);
	for (size_t i = 0; i < count; i++) {
		const struct lpar_attribute *a =
			names ? attr_find(l, names[i]) : &tables[l].rows[i];

		if (!a || (names && a->show == HIDDEN))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
					names[i]);
		if (names || a->show == SHOWN)
			v[at++] = a;
	}
	ret->v = take_ptr(v);
	ret->n = at;
	return 0;
}

static const void *object_of(const struct lpar_attribute *a, const struct lpar_record *r)
{
	static const struct lpar_current no_current;
	static const struct lpar_live no_live;

	switch (a->base) {
	case ATTR_OF_NONE:
		break;
	case ATTR_OF_SYSTEM:
		return r->system;
	case ATTR_OF_USAGE:
		return r->usage;
	case ATTR_OF_PARTITION:
		return r->partition;
	case ATTR_OF_PROFILE:
		return r->profile;
	case ATTR_OF_CURRENT:
		return r->partition && r->partition->current ? r->partition->current : &no_current;
	case ATTR_OF_LIVE:
		return r->live ? r->live : &no_live;
	case ATTR_OF_REFCODE:
		return r->refcode;
	}
	return NULL;
}

int lpar_field_put(const struct lpar_attribute *a, const struct lpar_record *r, struct par_buf *b)
{
	const void *object;
	int status;

	if (a->applies && !a->applies(r))
		return 0;
	if (a->get)
		return a->get(r, b);
	if (a->kind == ATTR_TEXT)
		return par_buf_puts(b, a->text) < 0 ? -ENOMEM : 1;
	object = object_of(a, r);
	if (!object)
		return 0;
	status = attr_put_field(a, object, b);
	return status < 0 ? status : 1;
}

bool lpar_boot_mode_parse(const char *text, enum lpar_boot_mode *ret)
{
	for (unsigned int i = 0; text && boot_mode_words[i]; i++) {
		if (strcmp(text, boot_mode_words[i]) == 0) {
			*ret = (enum lpar_boot_mode)i;
			return true;
		}
	}
	return false;
}
