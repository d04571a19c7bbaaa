/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of attributes.def.  Most attributes are a field of a struct, which is enough to print, set,
 * copy, free and store them; the others have a function.
 */
#pragma once

#include "lpard/core/attributes/attributes.h"

enum attr_kind {
	ATTR_STR,   /* char *; .text is the value of NULL */
	ATTR_CHARS, /* char[] */
	ATTR_U32,
	ATTR_U64,
	ATTR_X100, /* uint32_t hundredths, printed "0.5" */
	ATTR_BOOL,
	ATTR_WORD, /* an enum with .words */
	ATTR_TEXT, /* always .text: something that does not exist here */
	ATTR_FN,   /* .get appends the text */
};

enum attr_base {
	ATTR_OF_NONE,
	ATTR_OF_SYSTEM,
	ATTR_OF_USAGE,
	ATTR_OF_PARTITION,
	ATTR_OF_PROFILE,
	ATTR_OF_CURRENT, /* zeros when there is none */
	ATTR_OF_LIVE,	 /* zeros when there is none */
	ATTR_OF_REFCODE,
};

enum attr_show {
	SHOWN,	/* in the default listing and with -F */
	ASKED,	/* only with -F */
	HIDDEN, /* never: only stored */
};

/* When a user may set it. */
enum attr_when {
	FIXED,	 /* never */
	BORN,	 /* at creation */
	STOPPED, /* while not activated */
	ALWAYS,
};

struct lpar_attribute {
	const char *name;
	enum attr_show show;
	enum attr_when when;
	enum attr_kind kind;
	enum attr_base base;
	uint32_t offset;
	uint32_t size; /* ATTR_CHARS */
	bool list;     /* += and -= work on its elements */
	const char *text;
	const char *const *words;
	uint64_t min, max;			      /* of numbers; max 0: no limit */
	bool (*applies)(const struct lpar_record *r); /* NULL: always */
	int (*get)(const struct lpar_record *r, struct par_buf *b); /* ATTR_FN: as lpar_field_put */
	/* More rules for a value, after its form was checked. */
	int (*check)(const struct lpar_attribute *a, const char *value, struct par_error **err);
};

/* attr_table - the rows of a listing, in the default order */
const struct lpar_attribute *attr_table(enum lpar_listing l, size_t *ret_n);
/* attr_find - by name, NULL if there is none */
const struct lpar_attribute *attr_find(enum lpar_listing l, const char *name);
/* attr_stored - is it a field of @base that the stored form has? */
bool attr_stored(const struct lpar_attribute *a, enum attr_base base);

/* attr_put_field - append the text of the field in @object (of the attribute's base) */
int attr_put_field(const struct lpar_attribute *a, const void *object, struct par_buf *b);
/* attr_set_field - parse, check and set; @object of the attribute's base */
int attr_set_field(const struct lpar_attribute *a, void *object, const char *value,
		   struct par_error **err);
/* attr_change_field - the same for =, += and -= */
int attr_change_field(const struct lpar_attribute *a, void *object, enum par_attr_op op,
		      const char *value, struct par_error **err);
/* attr_free_strings - free and clear the strings of @object that the table @l knows */
void attr_free_strings(enum lpar_listing l, enum attr_base base, void *object);
/* attr_dup_strings - replace them by copies (after a plain struct copy); -ENOMEM */
int attr_dup_strings(enum lpar_listing l, enum attr_base base, void *object);
/* attr_store - append name and value of every stored field; -ENOMEM */
int attr_store(enum lpar_listing l, enum attr_base base, const void *object, struct par_attrs *ret);

int attr_fail_value(const char *name, const char *value, const char *reason,
		    struct par_error **err);

/* checks.c: what attributes.def names as .check */
int check_object_name(const struct lpar_attribute *a, const char *v, struct par_error **err);
int check_description(const struct lpar_attribute *a, const char *v, struct par_error **err);
int check_uuid(const struct lpar_attribute *a, const char *v, struct par_error **err);
int check_none_or_id(const struct lpar_attribute *a, const char *v, struct par_error **err);
int check_id_list(const struct lpar_attribute *a, const char *v, struct par_error **err);
int check_compat_mode(const struct lpar_attribute *a, const char *v, struct par_error **err);
int check_adapters(const struct lpar_attribute *a, const char *v, struct par_error **err);
int check_printable(const struct lpar_attribute *a, const char *v, struct par_error **err);

/* The modes that pseries guests can have here. */
extern const char *const lpar_compat_modes[];

/* values.c: what attributes.def names as .get and .applies */
int get_state(const struct lpar_record *r, struct par_buf *b);
int get_resource_config(const struct lpar_record *r, struct par_buf *b);
int get_logical_serial(const struct lpar_record *r, struct par_buf *b);
int get_curr_profile(const struct lpar_record *r, struct par_buf *b);
int get_curr_compat_mode(const struct lpar_record *r, struct par_buf *b);
int get_os(const struct lpar_record *r, struct par_buf *b);
int get_uncap_weight(const struct lpar_record *r, struct par_buf *b);
int get_curr_proc_mode(const struct lpar_record *r, struct par_buf *b);
int get_curr_sharing_mode(const struct lpar_record *r, struct par_buf *b);
int get_curr_uncap_weight(const struct lpar_record *r, struct par_buf *b);
int get_run_min_mem(const struct lpar_record *r, struct par_buf *b);
int get_run_mem(const struct lpar_record *r, struct par_buf *b);
int get_run_procs(const struct lpar_record *r, struct par_buf *b);
int get_run_proc_units(const struct lpar_record *r, struct par_buf *b);
int get_run_uncap_weight(const struct lpar_record *r, struct par_buf *b);
int get_sys_state(const struct lpar_record *r, struct par_buf *b);
int get_sys_time(const struct lpar_record *r, struct par_buf *b);
int get_compat_modes(const struct lpar_record *r, struct par_buf *b);
int get_configurable_mem(const struct lpar_record *r, struct par_buf *b);
int get_avail_mem(const struct lpar_record *r, struct par_buf *b);
int get_mem_region(const struct lpar_record *r, struct par_buf *b);
int get_installed_units(const struct lpar_record *r, struct par_buf *b);
int get_avail_units(const struct lpar_record *r, struct par_buf *b);
int get_refcode_time(const struct lpar_record *r, struct par_buf *b);
bool is_vios(const struct lpar_record *r);
bool is_not_vios(const struct lpar_record *r);
bool has_resources(const struct lpar_record *r);
bool has_resources_not_vios(const struct lpar_record *r);
bool is_shared_profile(const struct lpar_record *r);
bool is_curr_shared(const struct lpar_record *r);

/* put_x100 - hundredths as the HMC writes them: "0.5", "1.0", "0.05" */
int put_x100(struct par_buf *b, uint64_t v);
/* put_u64 - without going through printf */
int put_u64(struct par_buf *b, uint64_t v);
