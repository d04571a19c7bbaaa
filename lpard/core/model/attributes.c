/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes that are a field of a struct: printing, setting, copying, freeing, storing. */
#include "lpard/core/attributes/attributes_priv.h"
#include "lpard/core/messages.h"

#include <inttypes.h>
#include <string.h>

int put_u64(struct par_buf *b, uint64_t v)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	return par_buf_put(b, text + at, sizeof(text) - at);
}

int put_x100(struct par_buf *b, uint64_t v)
{
	put_u64(b, v / 100);
	par_buf_putc(b, '.');
	par_buf_putc(b, (char)('0' + v / 10 % 10));
	if (v % 10)
		par_buf_putc(b, (char)('0' + v % 10));
	return b->failed ? -ENOMEM : 0;
}

int attr_put_field(const struct lpar_attribute *a, const void *object, struct par_buf *b)
{
	const char *field = (const char *)object + a->offset;
	const char *text = a->text;

	switch (a->kind) {
	case ATTR_STR:
		if (*(const char *const *)(const void *)field)
			text = *(const char *const *)(const void *)field;
		break;
	case ATTR_CHARS:
		text = field;
		break;
	case ATTR_U32:
		return put_u64(b, *(const uint32_t *)(const void *)field);
	case ATTR_U64:
		return put_u64(b, *(const uint64_t *)(const void *)field);
	case ATTR_X100:
		return put_x100(b, *(const uint32_t *)(const void *)field);
	case ATTR_BOOL:
		return par_buf_putc(b, *(const bool *)field ? '1' : '0');
	case ATTR_WORD:
		text = a->words[*(const unsigned int *)(const void *)field];
		break;
	case ATTR_TEXT:
	case ATTR_FN:
		break;
	}
	return par_buf_puts(b, text ? text : "");
}

int attr_fail_value(const char *name, const char *value, const char *reason, struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_VALUE, name, value, reason);
}

/* "4", "0.5", "0.05": a number of hundredths. */
static int parse_x100(const char *s, uint64_t max, uint64_t *ret)
{
	const char *dot = strchr(s, '.');
	char whole[24];
	uint64_t v, fraction = 0;
	size_t digits = dot ? strlen(dot + 1) : 0;
	size_t len = dot ? (size_t)(dot - s) : strlen(s);

	if (len >= sizeof(whole) || (dot && (digits == 0 || digits > 2)))
		return -EINVAL;
	memcpy(whole, s, len);
	whole[len] = '\0';
	if (par_parse_u64(len || !dot ? whole : "0", max / 100, &v) < 0)
		return -EINVAL;
	if (dot && par_parse_u64(dot + 1, 99, &fraction) < 0)
		return -EINVAL;
	v = v * 100 + (digits == 1 ? fraction * 10 : fraction);
	if (v > max)
		return -EINVAL;
	*ret = v;
	return 0;
}

static int fail_range(const struct lpar_attribute *a, const char *value, struct par_error **err)
{
	char reason[80];

	if (a->kind == ATTR_X100)
		snprintf(reason, sizeof(reason),
			 "It must be a number of 0 to %" PRIu64 " with at most two decimals",
			 a->max / 100);
	else
		snprintf(reason, sizeof(reason),
			 "It must be a whole number of %" PRIu64 " to %" PRIu64, a->min, a->max);
	return attr_fail_value(a->name, value, reason, err);
}

static int set_word(const struct lpar_attribute *a, unsigned int *field, const char *value,
		    struct par_error **err)
{
	auto_buf b = { 0 };

	for (unsigned int i = 0; a->words[i]; i++) {
		if (strcmp(a->words[i], value) == 0) {
			*field = i;
			return 0;
		}
	}
	par_buf_puts(&b, "It must be ");
	for (unsigned int i = 0; a->words[i]; i++)
		par_buf_printf(&b, "%s%s",
			       i == 0		 ? ""
			       : a->words[i + 1] ? ", "
						 : " or ",
			       a->words[i]);
	return attr_fail_value(a->name, value, b.data, err);
}

static int set_string(char **field, const char *value, struct par_error **err)
{
	char *copy = strdup(value);

	if (!copy)
		return par_oom(err);
	free(*field);
	*field = copy;
	return 0;
}

int attr_set_field(const struct lpar_attribute *a, void *object, const char *value,
		   struct par_error **err)
{
	void *field = (char *)object + a->offset;
	uint64_t number;
	int status;

	if (a->check) {
		status = a->check(a, value, err);
		if (status < 0)
			return status;
	}
	switch (a->kind) {
	case ATTR_STR:
		return set_string(field, value, err);
	case ATTR_CHARS:
		if (strlen(value) >= a->size)
			return attr_fail_value(a->name, value, "It is too long", err);
		memcpy(field, value, strlen(value) + 1);
		return 0;
	case ATTR_BOOL:
		if (par_parse_u64(value, 1, &number) < 0)
			return attr_fail_value(a->name, value, "It must be 0 or 1", err);
		*(bool *)field = number;
		return 0;
	case ATTR_WORD:
		return set_word(a, field, value, err);
	case ATTR_TEXT:
		if (strcmp(value, a->text) != 0)
			return par_fail(err, PAR_E_NOT_SUPPORTED, 0, LPAR_MSG_VALUE, a->name, value,
					"The managed system supports no other value than its "
					"default");
		return 0;
	case ATTR_U32:
	case ATTR_U64:
	case ATTR_X100:
		break;
	case ATTR_FN:
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
				a->name);
	}
	if (a->kind == ATTR_X100)
		status = parse_x100(value, a->max, &number);
	else
		status = par_parse_u64(value, a->max, &number);
	if (status < 0 || number < a->min)
		return fail_range(a, value, err);
	if (a->kind == ATTR_U64)
		*(uint64_t *)field = number;
	else
		*(uint32_t *)field = (uint32_t)number;
	return 0;
}

/* @element names it whole, or by its first slash-separated field (the slot). */
static bool same_element(const char *element, const char *wanted)
{
	size_t len = strcspn(element, "/");

	if (strcmp(element, wanted) == 0)
		return true;
	return strlen(wanted) == len && strncmp(element, wanted, len) == 0;
}

static int join_list(const struct par_strv *l, struct par_buf *b)
{
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			par_buf_putc(b, ',');
		par_attrs_put_element(b, l->v[i]);
	}
	if (l->n == 0)
		par_buf_puts(b, "none");
	return b->failed ? -ENOMEM : 0;
}

static int remove_element(const struct lpar_attribute *a, struct par_strv *l, const char *wanted,
			  struct par_error **err)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!same_element(l->v[i], wanted))
			continue;
		free(l->v[i]);
		memmove(l->v + i, l->v + i + 1, (l->n - i) * sizeof(*l->v));
		l->n--;
		return 0;
	}
	return attr_fail_value(a->name, wanted, "The list has no such element", err);
}

int attr_change_field(const struct lpar_attribute *a, void *object, enum par_attr_op op,
		      const char *value, struct par_error **err)
{
	const char *now;
	auto_strv list = { 0 }, more = { 0 };
	auto_buf b = { 0 };
	int status;

	if (op == PAR_ATTR_SET)
		return attr_set_field(a, object, value, err);
	if (!a->list)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_DATA);
	now = *(char **)(void *)((char *)object + a->offset);
	if (now && strcmp(now, "none") != 0) {
		status = par_attrs_split_list(now, &list, err);
		if (status < 0)
			return status;
	}
	status = par_attrs_split_list(value, &more, err);
	for (size_t i = 0; i < more.n && status == 0; i++) {
		if (op == PAR_ATTR_REMOVE)
			status = remove_element(a, &list, more.v[i], err);
		else if (par_strv_add(&list, more.v[i]) < 0)
			status = par_oom(err);
	}
	if (status < 0)
		return status;
	if (join_list(&list, &b) < 0)
		return par_oom(err);
	return attr_set_field(a, object, b.data, err);
}

bool attr_stored(const struct lpar_attribute *a, enum attr_base base)
{
	return a->base == base && a->kind != ATTR_TEXT && a->kind != ATTR_FN;
}

/* The string field of row @a in @object, or NULL when the row is something else. */
static char **string_field(const struct lpar_attribute *a, enum attr_base base, void *object)
{
	if (a->base != base || a->kind != ATTR_STR)
		return NULL;
	return (char **)(void *)((char *)object + a->offset);
}

void attr_free_strings(enum lpar_listing l, enum attr_base base, void *object)
{
	size_t n;
	const struct lpar_attribute *a = attr_table(l, &n);

	for (; n > 0; n--, a++) {
		char **field = string_field(a, base, object);

		if (field) {
			free(*field);
			*field = NULL;
		}
	}
}

int attr_dup_strings(enum lpar_listing l, enum attr_base base, void *object)
{
	size_t n;
	const struct lpar_attribute *a = attr_table(l, &n);
	bool failed = false;

	for (; n > 0; n--, a++) {
		char **field = string_field(a, base, object);

		if (!field || !*field)
			continue;
		*field = failed ? NULL : strdup(*field);
		if (!*field)
			failed = true;
	}
	return failed ? -ENOMEM : 0;
}

int attr_store(enum lpar_listing l, enum attr_base base, const void *object, struct par_attrs *ret)
{
	auto_buf b = { 0 };
	size_t n;
	const struct lpar_attribute *a = attr_table(l, &n);

	for (; n > 0; n--, a++) {
		if (!attr_stored(a, base))
			continue;
		if (a->kind == ATTR_STR &&
		    !*(char *const *)(const void *)((const char *)object + a->offset))
			continue;
		par_buf_clear(&b);
		if (attr_put_field(a, object, &b) < 0 ||
		    par_attrs_add(ret, a->name, PAR_ATTR_SET, b.data ? b.data : "") < 0)
			return -ENOMEM;
	}
	return 0;
}
