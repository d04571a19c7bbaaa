/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of attributes, and what can be done to a struct by their rows: see attributes.h. */
#include "lpard/core/model/attributes.h"
#include "lpard/common/nearest.h"
#include "lpard/common/text.h"
#include "lpard/core/messages.h"
#include "lpard/core/model/adapters.h"
#include "lpard/core/model/networks.h"
#include "lpard/core/model/partition.h"

#include <string.h>

static const char *const env_words[] = {
	[LPAR_ENV_AIXLINUX] = "aixlinux",
	[LPAR_ENV_OS400] = "os400",
	[LPAR_ENV_VIOSERVER] = "vioserver",
};
static const char *const keylock_words[] = { PAR_WORD_TABLE(LPAR_KEYLOCK_WORDS) };
static const char *const boot_mode_words[] = { PAR_WORD_TABLE(LPAR_BOOT_MODE_WORDS) };
static const char *const rmc_words[] = {
	[LPAR_RMC_INACTIVE] = "inactive",
	[LPAR_RMC_ACTIVE] = "active",
	[LPAR_RMC_NONE] = "none",
	[LPAR_RMC_UNKNOWN] = "unknown",
};
static const char *const proc_mode_words[] = {
	[LPAR_PROC_SHARED] = "shared",
	[LPAR_PROC_DEDICATED] = "ded",
};
static const char *const sharing_words[] = {
	[LPAR_SHARING_CAP] = "cap",
	[LPAR_SHARING_UNCAP] = "uncap",
	[LPAR_SHARING_KEEP_IDLE] = "keep_idle_procs",
	[LPAR_SHARING_IDLE] = "share_idle_procs",
	[LPAR_SHARING_IDLE_ACTIVE] = "share_idle_procs_active",
	[LPAR_SHARING_IDLE_ALWAYS] = "share_idle_procs_always",
};

static const char *const side_words[] = { "client", "server" };

#define SYSTEM_TYPE    struct lpar_system
#define USAGE_TYPE     struct lpar_usage
#define PARTITION_TYPE struct lpar_partition
#define PROFILE_TYPE   struct lpar_profile
#define CURRENT_TYPE   struct lpar_current
#define LIVE_TYPE      struct lpar_live
#define REFCODE_TYPE   struct lpar_refcode
#define ADAPTER_TYPE   struct lpar_adapter
#define NETWORK_TYPE   struct lpar_network

/* A member of one of these structs. */
#define MEMBER(type_, of, member, c_type)                        \
	.object = LPAR_OF_##of, .field.type = PAR_FIELD_##type_, \
	.field.offset = PAR_OFFSET(of##_TYPE, member, c_type)

#define STR(of, member, null_text) MEMBER(STR, of, member, char *), .field.unset = null_text
#define BORROW(of, member, null_text) \
	MEMBER(BORROW, of, member, const char *), .field.unset = null_text
#define CHARS(of, member)                                      \
	.object = LPAR_OF_##of, .field.type = PAR_FIELD_CHARS, \
	.field.offset = offsetof(of##_TYPE, member),           \
	.field.size = sizeof(((of##_TYPE *)0)->member)
#define U32(of, member)	 MEMBER(U32, of, member, uint32_t)
#define U64(of, member)	 MEMBER(U64, of, member, uint64_t)
#define X100(of, member) MEMBER(X100, of, member, uint32_t)
#define BOOL(of, member) MEMBER(BOOL, of, member, bool)
#define WORD(of, member, words_)                                                   \
	.object = LPAR_OF_##of, .field.type = PAR_FIELD_WORD,                      \
	.field.offset = PAR_OFFSET_ENUM(of##_TYPE, member), .field.words = words_, \
	.field.n_words = PAR_ARRAY_SIZE(words_)
#define TEXT(text) .constant = text
#define FN(value_) .value = LPAR_VALUE_##value_

#define GET(value_)	     FN(value_)
#define IF(condition_)	     .condition = LPAR_IF_##condition_
#define HELP(help_, preset_) .field.help = help_, .field.preset = preset_
#define CHECK(check_)	     .field.check = lpar_check_##check_, .field.must_be = A_##check_
#define A_object_name                                                                         \
	"1 to 31 printable characters, no dash or blank in front, none of ( ) < > * $ & ? | " \
	"[ ] ' \" / \\ ` , = ;"
#define A_description		"at most 1024 characters, no control characters"
#define A_adapters		"none, or a list with commas between"
#define RANGE(min_, max_)	.field.min = min_, .field.max = max_
#define VALID(valid_, must_be_) .field.valid = lpar_is_##valid_, .field.must_be = must_be_
#define NONE_OR_ID		VALID(none_or_id, "none or a number of 1 to 65535")
#define ID_LIST			VALID(id_list, "none or partition ids")
#define PRINTABLE		VALID(printable, "printable ASCII of at most 255 characters")
#define LEAST(least_)		.least = least_
#define MEMORY			RANGE(0, UINT64_C(1) << 40), LEAST(1)
#define UNITS			RANGE(0, LPAR_MAX_PROCS * 100), LEAST(LPAR_MIN_UNITS_X100)
#define PROCS			RANGE(0, LPAR_MAX_PROCS), LEAST(1)
#define LIST			.list = true
#define NUMBER			.number = true
#define SAID(words_)		.field.words = words_, .field.n_words = PAR_ARRAY_SIZE(words_)
#define OF_PROFILE		.of_profile = true

#define ROW(name_, show_, when_, ...) \
	{ .field.name = name_, .show = LPAR_SHOW_##show_, .when = LPAR_WHEN_##when_, __VA_ARGS__ },

static const struct lpar_attribute sys_rows[] = {
#define SYS ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute lpar_rows[] = {
#define LPAR ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute prof_rows[] = {
#define PROF ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute mem_sys_rows[] = {
#define MEM_SYS ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute mem_lpar_rows[] = {
#define MEM_LPAR ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute proc_sys_rows[] = {
#define PROC_SYS ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute proc_lpar_rows[] = {
#define PROC_LPAR ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute proc_pool_rows[] = {
#define PROC_POOL ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute procpool_rows[] = {
#define PROCPOOL ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute eth_rows[] = {
#define ETH ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute scsi_rows[] = {
#define SCSI ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute serial_rows[] = {
#define SERIAL ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute fc_rows[] = {
#define FC ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute slots_rows[] = {
#define SLOTS ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute slot_rows[] = {
#define SLOT ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute vswitch_rows[] = {
#define VSWITCH ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute vnetwork_rows[] = {
#define VNETWORK ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute refcode_sys_rows[] = {
#define REFCODE_SYS ROW
#include "lpard/core/model/attributes.def"
};
static const struct lpar_attribute refcode_lpar_rows[] = {
#define REFCODE_LPAR ROW
#include "lpard/core/model/attributes.def"
};

#define TABLE(rows_)                         \
	{                                    \
		rows_, PAR_ARRAY_SIZE(rows_) \
	}

static const struct {
	const struct lpar_attribute *rows;
	size_t n;
} tables[LPAR_LIST_COUNT] = {
	[LPAR_LIST_SYS] = TABLE(sys_rows),
	[LPAR_LIST_LPAR] = TABLE(lpar_rows),
	[LPAR_LIST_PROF] = TABLE(prof_rows),
	[LPAR_LIST_MEM_SYS] = TABLE(mem_sys_rows),
	[LPAR_LIST_MEM_LPAR] = TABLE(mem_lpar_rows),
	[LPAR_LIST_PROC_SYS] = TABLE(proc_sys_rows),
	[LPAR_LIST_PROC_LPAR] = TABLE(proc_lpar_rows),
	[LPAR_LIST_PROC_POOL] = TABLE(proc_pool_rows),
	[LPAR_LIST_PROCPOOL] = TABLE(procpool_rows),
	[LPAR_LIST_ETH] = TABLE(eth_rows),
	[LPAR_LIST_SCSI] = TABLE(scsi_rows),
	[LPAR_LIST_SERIAL] = TABLE(serial_rows),
	[LPAR_LIST_FC] = TABLE(fc_rows),
	[LPAR_LIST_SLOTS] = TABLE(slots_rows),
	[LPAR_LIST_SLOT] = TABLE(slot_rows),
	[LPAR_LIST_VSWITCH] = TABLE(vswitch_rows),
	[LPAR_LIST_VNETWORK] = TABLE(vnetwork_rows),
	[LPAR_LIST_NOTHING] = { NULL, 0 },
	[LPAR_LIST_REFCODE_SYS] = TABLE(refcode_sys_rows),
	[LPAR_LIST_REFCODE_LPAR] = TABLE(refcode_lpar_rows),
};

const struct lpar_attribute *lpar_attributes(enum lpar_listing l, size_t *ret_n)
{
	*ret_n = tables[l].n;
	return tables[l].rows;
}

const struct lpar_attribute *lpar_attribute_find(enum lpar_listing l, const char *name)
{
	for (size_t i = 0; i < tables[l].n; i++) {
		if (strcmp(tables[l].rows[i].field.name, name) == 0)
			return &tables[l].rows[i];
	}
	return NULL;
}

/* A number as JSON has it: "0", "0.05", and not "02". */
static bool is_plain_number(const char *text)
{
	size_t whole = strspn(text, "0123456789");

	if (whole == 0 || (text[0] == '0' && whole > 1))
		return false;
	text += whole;
	return *text == '\0' ||
	       (*text == '.' && text[1] && text[1 + strspn(text + 1, "0123456789")] == '\0');
}

bool lpar_attribute_is_number(const struct lpar_attribute *a)
{
	if (a->value != LPAR_VALUE_MEMBER && a->field.type == PAR_FIELD_NONE)
		return a->number;
	if (a->constant)
		return is_plain_number(a->constant);
	switch (a->field.type) {
	case PAR_FIELD_U32:
	case PAR_FIELD_U64:
	case PAR_FIELD_X100:
		return true;
	case PAR_FIELD_BOOL:
		return !a->field.words;
	case PAR_FIELD_NONE:
	case PAR_FIELD_SIZE:
	case PAR_FIELD_WORD:
	case PAR_FIELD_STR:
	case PAR_FIELD_BORROW:
	case PAR_FIELD_CHARS:
	case PAR_FIELD_LIST:
	case PAR_FIELD_CUSTOM:
		break;
	}
	return false;
}

bool lpar_attribute_stored(const struct lpar_attribute *a, enum lpar_object object)
{
	return a->object == object && a->field.type != PAR_FIELD_NONE;
}

int lpar_value_fail(const char *name, const char *value, const char *reason, struct par_error **err)
{
	autofree char *shown = strdup(value);

	if (!shown)
		return par_oom(err);
	par_text_clean(shown, 1024, PAR_TEXT_LINE);
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_VALUE, name, shown, reason);
}

/* The names that data may have which is meant for these listings; of @lists the last is NOTHING. */
static void hint_names(const enum lpar_listing *lists, const char *name, struct par_error **err)
{
	struct par_nearest guess = { .word = name };
	auto_buf all = { 0 };

	for (; *lists != LPAR_LIST_NOTHING; lists++) {
		for (size_t i = 0; i < tables[*lists].n; i++) {
			const struct lpar_attribute *a = &tables[*lists].rows[i];

			if (a->when == LPAR_WHEN_FIXED || strcmp(a->field.name, name) == 0)
				continue;
			par_nearest_try(&guess, a->field.name);
			if (a->show != LPAR_SHOW_HIDDEN && !a->constant)
				par_buf_printf(&all, "%s%s", all.len ? ", " : "", a->field.name);
		}
	}
	if (guess.best)
		par_error_hint(err, "Did you mean %s?", guess.best);
	else if (!all.failed)
		par_error_hint(err, "The attributes are %s.", all.data);
}

int lpar_attribute_fail(enum lpar_listing l, const char *name, struct par_error **err)
{
	const enum lpar_listing lists[] = { l, LPAR_LIST_NOTHING };
	int r = par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE, name);

	if (lpar_attribute_find(l, name))
		par_error_hint(err, "The attribute %s cannot be changed.", name);
	else
		hint_names(lists, name, err);
	return r;
}

int lpar_attribute_fail_new(const char *name, struct par_error **err)
{
	static const enum lpar_listing lists[] = { LPAR_LIST_LPAR, LPAR_LIST_PROF,
						   LPAR_LIST_NOTHING };
	int r = par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE, name);

	hint_names(lists, name, err);
	return r;
}

struct par_field lpar_attribute_entered(const struct lpar_attribute *a)
{
	struct par_field f = a->field;

	if (a->least)
		f.min = a->least;
	return f;
}

int lpar_field_set(const struct par_field *f, void *to, const char *value, struct par_error **err)
{
	auto_buf why = { 0 };
	int r = par_field_parse(f, to, value, &why);

	if (r == -ENOMEM || why.failed)
		return par_oom(err);
	return r < 0 ? lpar_value_fail(f->name, value, why.data ? why.data : "", err) : 0;
}

int lpar_name_check(const char *attribute, const char *name, struct par_error **err)
{
	const struct par_field f = { .name = attribute,
				     .type = PAR_FIELD_BORROW,
				     .check = lpar_check_object_name };
	const char *checked;

	return lpar_field_set(&f, &checked, name, err);
}

static int set_attribute(const struct lpar_attribute *a, void *to, const char *value,
			 struct par_error **err)
{
	struct par_field entered = lpar_attribute_entered(a);

	if (a->field.type != PAR_FIELD_NONE)
		return lpar_field_set(&entered, to, value, err);
	if (!a->constant)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
				a->field.name);
	if (strcmp(value, a->constant) != 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, LPAR_MSG_VALUE, a->field.name, value,
				"The managed system supports no other value than its default");
	return 0;
}

/* @wanted names an element whole, as it was given or is listed, or by its first field, the slot. */
static bool same_element(const struct lpar_attribute *a, const char *element, const char *wanted)
{
	size_t len = strcspn(element, "/");
	enum lpar_adapter_kind kind;

	if (strcmp(element, wanted) == 0)
		return true;
	if (lpar_adapter_kind_of(a->field.name, &kind) && lpar_adapter_same(kind, element, wanted))
		return true;
	return strlen(wanted) == len && strncmp(element, wanted, len) == 0;
}

static int remove_element(const struct lpar_attribute *a, struct par_strv *l, const char *wanted,
			  struct par_error **err)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!same_element(a, l->v[i], wanted))
			continue;
		free(l->v[i]);
		memmove(l->v + i, l->v + i + 1, (l->n - i) * sizeof(*l->v));
		l->n--;
		return 0;
	}
	return lpar_value_fail(a->field.name, wanted, "The list has no such element", err);
}

static int change_list(const struct lpar_attribute *a, enum par_attr_op op, const char *value,
		       struct par_strv *list, struct par_error **err)
{
	auto_strv more = { 0 };
	int r = par_attrs_split_list(value, &more, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < more.n; i++) {
		if (op == PAR_ATTR_ADD && par_strv_add(list, more.v[i]) < 0)
			return par_oom(err);
		r = op == PAR_ATTR_REMOVE ? remove_element(a, list, more.v[i], err) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int set_list(const struct lpar_attribute *a, void *to, const struct par_strv *list,
		    struct par_error **err)
{
	auto_buf b = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		if (i)
			par_buf_putc(&b, ',');
		par_attrs_put_element(&b, list->v[i]);
	}
	if (b.failed)
		return par_oom(err);
	return set_attribute(a, to, list->n ? b.data : "none", err);
}

/* Clients may end a list with a comma, which is not stored. */
static bool ends_by_comma(const char *list)
{
	size_t len = strlen(list);

	while (len > 0 && list[len - 1] == ' ')
		len--;
	return len > 1 && list[len - 1] == ',';
}

int lpar_attribute_change(const struct lpar_attribute *a, void *to, enum par_attr_op op,
			  const char *value, struct par_error **err)
{
	const char *now;
	auto_strv list = { 0 };
	bool set = op == PAR_ATTR_SET;
	int r = 0;

	if (set && (!a->list || !ends_by_comma(value)))
		return set_attribute(a, to, value, err);
	if (!a->list)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_DATA);
	now = set ? value : *(char **)(void *)((char *)to + a->field.offset);
	if (now && strcmp(now, "none") != 0)
		r = par_attrs_split_list(now, &list, err);
	if (r < 0)
		return r;
	if (!set)
		r = change_list(a, op, value, &list, err);
	return r < 0 ? r : set_list(a, to, &list, err);
}

void lpar_object_free(enum lpar_listing l, enum lpar_object object, void *of)
{
	for (size_t i = 0; i < tables[l].n; i++) {
		if (lpar_attribute_stored(&tables[l].rows[i], object))
			par_field_free(&tables[l].rows[i].field, of);
	}
}

int lpar_object_copy(enum lpar_listing l, enum lpar_object object, void *of)
{
	bool failed = false;

	/* To the end in any case: what is left would belong to two. */
	for (size_t i = 0; i < tables[l].n; i++) {
		const struct lpar_attribute *a = &tables[l].rows[i];

		if (lpar_attribute_stored(a, object) && par_field_copy(&a->field, of, of) < 0)
			failed = true;
	}
	return failed ? -ENOMEM : 0;
}

int lpar_object_store(enum lpar_listing l, enum lpar_object object, const void *of,
		      struct par_attrs *ret)
{
	auto_buf b = { 0 };

	for (size_t i = 0; i < tables[l].n; i++) {
		const struct lpar_attribute *a = &tables[l].rows[i];

		if (!lpar_attribute_stored(a, object) ||
		    (a->field.type == PAR_FIELD_STR && !par_field_is_set(&a->field, of)))
			continue;
		par_buf_clear(&b);
		if (par_field_print(&a->field, of, &b) < 0 ||
		    par_attrs_add(ret, a->field.name, PAR_ATTR_SET, b.data ? b.data : "") < 0)
			return -ENOMEM;
	}
	return 0;
}
