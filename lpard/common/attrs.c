/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration data (attrs.h).  The grammar is that of comma-separated values with the field being
 * the whole pair: a quoted field has its inner quotes doubled.  A list within a value is written
 * the same way once more, hence the doubled quotes around an element that has commas.
 */
#include "lpard/common/attrs.h"

#include <string.h>

enum {
	MAX_PAIRS = 4096,
	MAX_NAME = 128,
};

/* What a reader ended with, -EINVAL or -ENOMEM, as an error. */
static int fail_reading(int r, struct par_error **err)
{
	if (r == -ENOMEM)
		return par_oom(err);
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, PAR_MSG_INVALID_DATA);
}

void par_attrs_done(struct par_attrs *a)
{
	for (size_t i = 0; i < a->n; i++) {
		free(a->v[i].name);
		free(a->v[i].value);
	}
	free(a->v);
	*a = (struct par_attrs){ 0 };
}

/* Owns @name and @value from here on, also when it fails. */
static int add_owned(struct par_attrs *a, char *name, enum par_attr_op op, char *value)
{
	struct par_attr *v = NULL;

	/* Grown at powers of two. */
	if (name && value && (a->n & (a->n - 1)) == 0)
		v = reallocarray(a->v, a->n ? a->n * 2 : 1, sizeof(*v));
	else if (name && value)
		v = a->v;
	if (!v) {
		free(name);
		free(value);
		return -ENOMEM;
	}
	a->v = v;
	v[a->n++] = (struct par_attr){ .name = name, .op = op, .value = value };
	return 0;
}

int par_attrs_add(struct par_attrs *a, const char *name, enum par_attr_op op, const char *value)
{
	return add_owned(a, strdup(name), op, strdup(value));
}

const char *par_attrs_get(const struct par_attrs *a, const char *name)
{
	for (size_t i = a->n; i > 0; i--) {
		if (strcmp(a->v[i - 1].name, name) == 0)
			return a->v[i - 1].value;
	}
	return NULL;
}

/*
 * One field of comma-separated values, from *at: its text goes to @field, *at to the comma or the
 * end.  A quote is only allowed as the first byte, and then the field ends with the closing one.
 */
static int take_csv_field(const char **at, struct par_buf *field)
{
	const char *s = *at;

	par_buf_clear(field);
	if (*s != '"') {
		size_t len = strcspn(s, ",");

		if (memchr(s, '"', len))
			return -EINVAL;
		*at = s + len;
		return par_buf_put(field, s, len);
	}
	for (s++;; s++) {
		size_t len = strcspn(s, "\"");

		if (par_buf_put(field, s, len) < 0)
			return -ENOMEM;
		s += len;
		if (*s == '\0')
			return -EINVAL;
		if (s[1] != '"')
			break;
		if (par_buf_putc(field, *s++) < 0)
			return -ENOMEM;
	}
	if (s[1] != ',' && s[1] != '\0')
		return -EINVAL;
	*at = s + 1;
	return 0;
}

static bool is_attr_name(const char *s, size_t len)
{
	if (len == 0 || len > MAX_NAME)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool letter = (s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z';
		bool digit = s[i] >= '0' && s[i] <= '9';

		if (!letter && !digit && s[i] != '_')
			return false;
	}
	return true;
}

/* "name=value", "name+=value" or "name-=value" */
static int add_pair(struct par_attrs *a, const char *pair)
{
	const char *eq = strchr(pair, '=');
	enum par_attr_op op = PAR_ATTR_SET;
	size_t len;

	if (!eq)
		return -EINVAL;
	len = (size_t)(eq - pair);
	if (len > 0 && (eq[-1] == '+' || eq[-1] == '-')) {
		op = eq[-1] == '+' ? PAR_ATTR_ADD : PAR_ATTR_REMOVE;
		len--;
	}
	if (!is_attr_name(pair, len) || a->n == MAX_PAIRS)
		return -EINVAL;
	return add_owned(a, strndup(pair, len), op, strdup(eq + 1));
}

int par_attrs_parse(const char *text, struct par_attrs *ret, struct par_error **err)
{
	auto_attrs a = { 0 };
	auto_buf field = { 0 };
	int r;

	for (;;) {
		text += strspn(text, " \t");
		r = take_csv_field(&text, &field);
		if (r < 0)
			return fail_reading(r, err);
		r = add_pair(&a, field.data ? field.data : "");
		if (r < 0)
			return fail_reading(r, err);
		if (*text == '\0')
			break;
		text++;
	}
	*ret = a;
	a = (struct par_attrs){ 0 };
	return 0;
}

int par_attrs_split_list(const char *value, struct par_strv *ret, struct par_error **err)
{
	auto_strv l = { 0 };
	auto_buf field = { 0 };

	while (*value) {
		int r = take_csv_field(&value, &field);

		if (r < 0)
			return fail_reading(r, err);
		if (par_strv_add(&l, field.data ? field.data : "") < 0)
			return par_oom(err);
		if (*value == '\0')
			break;
		if (*++value == '\0' && par_strv_add(&l, "") < 0)
			return par_oom(err);
	}
	*ret = l;
	l = (struct par_strv){ 0 };
	return 0;
}

/* @text with its quotes doubled */
static int put_doubled(struct par_buf *b, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\"");

		par_buf_put(b, text, len);
		text += len;
		if (*text == '\0')
			return b->failed ? -ENOMEM : 0;
		par_buf_puts(b, "\"\"");
		text++;
	}
}

int par_attrs_put_element(struct par_buf *b, const char *element)
{
	if (!strpbrk(element, ",\"\n"))
		return par_buf_puts(b, element);
	par_buf_putc(b, '"');
	put_doubled(b, element);
	return par_buf_putc(b, '"');
}

int par_attrs_put_pair(struct par_buf *b, const char *name, const char *value)
{
	bool quoted = strpbrk(value, ",\"\n") != NULL;

	if (quoted)
		par_buf_putc(b, '"');
	par_buf_puts(b, name);
	par_buf_putc(b, '=');
	if (!quoted)
		return par_buf_puts(b, value);
	put_doubled(b, value);
	return par_buf_putc(b, '"');
}
