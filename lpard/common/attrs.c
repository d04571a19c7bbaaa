/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration data (attrs.h).  The grammar is that of comma-separated values with the field being
 * the whole pair: a quoted field has its inner quotes doubled.  A list within a value is written
 * the same way once more, hence the doubled quotes around an element that has commas.
 */
#include "lpard/common/attrs.h"

#include <string.h>

#define BLANKS " \t"

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
 * What is between quotes, from *at, the first of them: its text goes to @field, doubled quotes
 * single, and *at to what is behind the closing one, blanks left out: a comma or the end.
 */
static int take_quoted(const char **at, struct par_buf *field)
{
	const char *s = *at;

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
	s++;
	s += strspn(s, BLANKS);
	if (*s != ',' && *s != '\0')
		return -EINVAL;
	*at = s;
	return 0;
}

/* The quotes at @s, behind a slash, are all that a slash-separated field has: an empty one. */
static bool is_empty_pair(const char *start, const char *s)
{
	size_t n = strspn(s, "\"");

	return s[0] == '"' && s > start && s[-1] == '/' &&
	       (s[n] == '/' || s[n] == ',' || s[n] == '\0');
}

/* A quote with text behind it, which may begin with a doubled one. */
static bool is_opening(const char *s)
{
	return s[0] == '"' && (s[1] != '"' || s[2] == '"');
}

/* Without quotes around it; a lone pair of quotes means nothing. */
static int take_plain(const char **at, const char *start, struct par_buf *field)
{
	const char *s = start;

	for (;;) {
		size_t len = strcspn(s, ",\"");

		if (par_buf_put(field, s, len) < 0)
			return -ENOMEM;
		s += len;
		*at = s;
		if (*s != '"')
			return 0;
		if (is_empty_pair(start, s))
			s += strspn(s, "\"");
		else if (is_opening(s) && strchr(start, '=') == s - 1) /* name="value" */
			return take_quoted(at, field);
		else if (s[1] == '"')
			s += 2;
		else
			return -EINVAL;
	}
}

/*
 * One field of comma-separated values, from *at: its text goes to @field, *at to the comma or the
 * end.  The field may be quoted whole, or (clients do that, too) behind its first '='.  Blanks at
 * its ends are left out.
 */
static int take_csv_field(const char **at, struct par_buf *field)
{
	int r;

	*at += strspn(*at, BLANKS);
	par_buf_clear(field);
	if (is_opening(*at))
		return take_quoted(at, field);
	r = take_plain(at, *at, field);
	while (r == 0 && field->len && strchr(BLANKS, field->data[field->len - 1]))
		field->data[--field->len] = '\0';
	return r;
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

/* "name=value", "name+=value" or "name-=value", with blanks at the ends of both or without */
static int add_pair(struct par_attrs *a, char *pair)
{
	char *eq = strchr(pair, '=');
	enum par_attr_op op = PAR_ATTR_SET;
	char *name;

	if (!eq)
		return -EINVAL;
	*eq = '\0';
	if (eq > pair && (eq[-1] == '+' || eq[-1] == '-')) {
		op = eq[-1] == '+' ? PAR_ATTR_ADD : PAR_ATTR_REMOVE;
		eq[-1] = '\0';
	}
	name = par_trim(pair);
	if (!is_attr_name(name, strlen(name)) || a->n == MAX_PAIRS)
		return -EINVAL;
	return par_attrs_add(a, name, op, par_trim(eq + 1));
}

/* Another value of the last pair: `lpar_ids=1,2` */
static int add_value(struct par_attrs *a, const char *value)
{
	struct par_attr *last = a->n ? &a->v[a->n - 1] : NULL;
	char *joined;

	if (!last || *value == '\0')
		return -EINVAL;
	joined = par_strdup_printf("%s,%s", last->value, value);
	if (!joined)
		return -ENOMEM;
	free(last->value);
	last->value = joined;
	return 0;
}

/* @filter: fields without a name are more values of the one before. */
static int parse(const char *text, bool filter, struct par_attrs *ret, struct par_error **err)
{
	auto_attrs a = { 0 };
	auto_buf field = { 0 };

	do {
		int r = take_csv_field(&text, &field);

		if (r < 0 || par_buf_puts(&field, "") < 0)
			return fail_reading(r < 0 ? r : -ENOMEM, err);
		if (filter && !strchr(field.data, '='))
			r = add_value(&a, field.data);
		else
			r = add_pair(&a, field.data);
		if (r < 0)
			return fail_reading(r, err);
		if (*text == ',')
			text++;
		text += strspn(text, BLANKS);
	} while (*text != '\0');
	*ret = a;
	a = (struct par_attrs){ 0 };
	return 0;
}

int par_attrs_parse(const char *text, struct par_attrs *ret, struct par_error **err)
{
	return parse(text, false, ret, err);
}

int par_attrs_parse_filter(const char *text, struct par_attrs *ret, struct par_error **err)
{
	return parse(text, true, ret, err);
}

/* Take the quotes out of @text that stand for an empty slash-separated field. */
static void drop_empty_pairs(char *text)
{
	char *to = text;

	for (const char *s = text; *s;) {
		if (s > text && is_empty_pair(text, s))
			s += strspn(s, "\"");
		else
			*to++ = *s++;
	}
	*to = '\0';
}

int par_attrs_split_list(const char *value, struct par_strv *ret, struct par_error **err)
{
	auto_strv l = { 0 };
	auto_buf field = { 0 };

	value += strspn(value, BLANKS);
	while (*value) {
		int r = take_csv_field(&value, &field);
		char *element;

		if (r < 0 || par_buf_puts(&field, "") < 0)
			return fail_reading(r < 0 ? r : -ENOMEM, err);
		/* Trimmed first: white space behind a pair of quotes does not make it a text. */
		element = par_trim(field.data);
		drop_empty_pairs(element);
		if (par_strv_add(&l, element) < 0)
			return par_oom(err);
		if (*value == ',')
			value++;
		value += strspn(value, BLANKS);
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
	if (*element && !strpbrk(element, ",\"\n"))
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
