/* SPDX-License-Identifier: Apache-2.0 */
/* Typed fields: see field.h. */
#include "lpard/common/field.h"
#include "lpard/common/nearest.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static const char *const binary_digits[] = { "0", "1" };
static const char size_letters[] = "KMGT";

static const void *member_of(const struct par_field *f, const void *object)
{
	return (const char *)object + f->offset;
}

size_t par_field_size(const struct par_field *f)
{
	static const size_t sizes[] = {
		[PAR_FIELD_BOOL] = sizeof(bool),
		[PAR_FIELD_U32] = sizeof(uint32_t),
		[PAR_FIELD_U64] = sizeof(uint64_t),
		[PAR_FIELD_X100] = sizeof(uint32_t),
		[PAR_FIELD_SIZE] = sizeof(uint64_t),
		[PAR_FIELD_WORD] = sizeof(unsigned int),
		[PAR_FIELD_STR] = sizeof(char *),
		[PAR_FIELD_BORROW] = sizeof(char *),
		[PAR_FIELD_LIST] = sizeof(struct par_strv),
	};

	if (f->type == PAR_FIELD_CHARS || f->type == PAR_FIELD_CUSTOM)
		return f->size;
	return sizes[f->type];
}

static uint64_t largest(const struct par_field *f)
{
	if (f->max)
		return f->max;
	return par_field_size(f) == sizeof(uint32_t) ? UINT32_MAX : UINT64_MAX;
}

static const char *const *words_of(const struct par_field *f)
{
	return f->words ? f->words : binary_digits;
}

static size_t n_words_of(const struct par_field *f)
{
	return f->type == PAR_FIELD_BOOL ? 2 : f->n_words;
}

/* "a, b or c" */
static void put_words(const struct par_field *f, struct par_buf *why)
{
	const char *const *words = words_of(f);
	size_t n = n_words_of(f), left = 0;

	for (size_t i = 0; i < n; i++)
		left += words[i] != NULL;
	for (size_t i = 0; i < n; i++) {
		if (!words[i])
			continue;
		left--;
		par_buf_printf(why, "%s%s", words[i], left > 1 ? ", " : left == 1 ? " or " : "");
	}
}

static void describe_number(const struct par_field *f, struct par_buf *b)
{
	if (f->type == PAR_FIELD_X100)
		par_buf_printf(b, "a number of 0 to %" PRIu64 " with at most two decimals",
			       largest(f) / 100);
	else if (f->type == PAR_FIELD_SIZE)
		par_buf_printf(b, "a size such as 64M, 2G or 1T (without a letter in %s)",
			       f->unit == 1 ? "bytes" : "MB");
	else
		par_buf_printf(b, "a whole number of %" PRIu64 " to %" PRIu64, f->min, largest(f));
	if (f->suffix)
		par_buf_printf(b, ", with or without %c behind it", f->suffix);
	if (f->unset)
		par_buf_printf(b, ", or %s", f->unset);
}

void par_field_describe(const struct par_field *f, struct par_buf *b)
{
	if (f->must_be) {
		par_buf_puts(b, f->must_be);
		return;
	}
	switch (f->type) {
	case PAR_FIELD_BOOL:
	case PAR_FIELD_WORD:
		put_words(f, b);
		return;
	case PAR_FIELD_U32:
	case PAR_FIELD_U64:
	case PAR_FIELD_X100:
	case PAR_FIELD_SIZE:
		describe_number(f, b);
		return;
	case PAR_FIELD_NONE:
	case PAR_FIELD_STR:
	case PAR_FIELD_BORROW:
	case PAR_FIELD_CHARS:
	case PAR_FIELD_LIST:
	case PAR_FIELD_CUSTOM:
		return;
	}
}

/* "It must be …", when there is something to say. */
static int refuse_value(const struct par_field *f, struct par_buf *why)
{
	auto_buf text = { 0 };

	par_field_describe(f, &text);
	if (text.len)
		par_buf_printf(why, "It must be %s", text.data);
	return -EINVAL;
}

/* The first @len bytes of @text, which must be a number. */
static int parse_digits(const char *text, size_t len, uint64_t *ret)
{
	char digits[24];

	if (len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len);
	digits[len] = '\0';
	return par_parse_u64(digits, UINT64_MAX, ret);
}

/* A number, "K", "M", "G" or "T" behind it and perhaps "B" behind that, in units. */
static int parse_size(const struct par_field *f, const char *text, uint64_t *ret)
{
	size_t len = strspn(text, "0123456789");
	uint64_t number = 0, unit = f->unit;
	const char *letter = text + len;

	if (parse_digits(text, len, &number) < 0)
		return -EINVAL;
	if (*letter) {
		const char *found = strchr(size_letters, toupper((unsigned char)*letter));

		if (!found || (letter[1] && strcasecmp(letter + 1, "B") != 0))
			return -EINVAL;
		unit = UINT64_C(1024) << (10 * (found - size_letters));
	}
	if (__builtin_mul_overflow(number, unit, &number))
		return -EINVAL;
	*ret = number / f->unit + (number % f->unit != 0);
	return 0;
}

static int parse_number(const struct par_field *f, const char *text, void *member,
			struct par_buf *why)
{
	size_t len = strlen(text);
	uint64_t number = 0;
	int r;

	if (!f->unset || strcmp(text, f->unset) != 0) {
		if (f->type == PAR_FIELD_X100)
			r = par_parse_x100(text, largest(f), &number);
		else if (f->type == PAR_FIELD_SIZE)
			r = parse_size(f, text, &number);
		else
			r = parse_digits(text, len - (len && text[len - 1] == f->suffix), &number);
		if (r < 0 || number < f->min || number > largest(f))
			return refuse_value(f, why);
	}
	if (par_field_size(f) == sizeof(uint64_t))
		*(uint64_t *)member = number;
	else
		*(uint32_t *)member = (uint32_t)number;
	return 0;
}

/* What it must be, and the word that a misspelt one is near to. */
static int refuse_word(const struct par_field *f, const char *text, struct par_buf *why)
{
	struct par_nearest guess = { .word = text };

	for (size_t i = 0; i < n_words_of(f); i++) {
		if (words_of(f)[i])
			par_nearest_try(&guess, words_of(f)[i]);
	}
	refuse_value(f, why);
	if (guess.best)
		par_buf_printf(why, " (did you mean %s?)", guess.best);
	return -EINVAL;
}

static int parse_word(const struct par_field *f, const char *text, void *member,
		      struct par_buf *why)
{
	const char *const *words = words_of(f);

	for (unsigned int i = 0; i < n_words_of(f); i++) {
		if (!par_streq(words[i], text))
			continue;
		if (f->type == PAR_FIELD_BOOL)
			*(bool *)member = i;
		else
			*(unsigned int *)member = i;
		return 0;
	}
	return refuse_word(f, text, why);
}

static int check_rules(const struct par_field *f, const char *text, struct par_buf *why)
{
	if (f->valid && !f->valid(text))
		return refuse_value(f, why);
	return f->check ? f->check(f, text, why) : 0;
}

static int parse_list(const struct par_field *f, const char *text, struct par_strv *member,
		      struct par_buf *why)
{
	autofree char *copy = strdup(text);
	auto_strv list = { 0 };
	char *rest = copy;

	if (!copy)
		return -ENOMEM;
	while (rest) {
		char *word = par_trim(strsep(&rest, f->separators ? f->separators : ","));
		int r = *word ? check_rules(f, word, why) : 0;

		if (r < 0)
			return r;
		if (*word && par_strv_add(&list, word) < 0)
			return -ENOMEM;
	}
	par_strv_done(member);
	*member = list;
	list = (struct par_strv){ 0 };
	return 0;
}

static int parse_text(const struct par_field *f, const char *text, void *member,
		      struct par_buf *why)
{
	uint64_t max = f->type == PAR_FIELD_CHARS ? f->size - 1 : f->max;
	char *copy;
	int r;

	if (max && strlen(text) > max) {
		refuse_value(f, why);
		par_buf_printf(why,
			       why->len ? ", and have at most %" PRIu64 " bytes"
					: "It must have at most %" PRIu64 " bytes",
			       max);
		return -EINVAL;
	}
	if (f->type == PAR_FIELD_LIST)
		return parse_list(f, text, member, why);
	r = check_rules(f, text, why);
	if (r < 0)
		return r;
	if (f->type == PAR_FIELD_CHARS) {
		memcpy(member, text, strlen(text) + 1);
		return 0;
	}
	if (f->type == PAR_FIELD_BORROW) {
		*(const char **)member = text;
		return 0;
	}
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*(char **)member);
	*(char **)member = copy;
	return 0;
}

static int parse_custom(const struct par_field *f, const char *text, void *member,
			struct par_buf *why)
{
	int r = f->parse(f, text, member, why);

	return r == -EINVAL && why->len == 0 ? refuse_value(f, why) : r;
}

int par_field_parse(const struct par_field *f, void *object, const char *text, struct par_buf *why)
{
	void *member = (char *)object + f->offset;

	switch (f->type) {
	case PAR_FIELD_NONE:
		return -EINVAL;
	case PAR_FIELD_BOOL:
	case PAR_FIELD_WORD:
		return parse_word(f, text, member, why);
	case PAR_FIELD_U32:
	case PAR_FIELD_U64:
	case PAR_FIELD_X100:
	case PAR_FIELD_SIZE:
		return parse_number(f, text, member, why);
	case PAR_FIELD_STR:
	case PAR_FIELD_BORROW:
	case PAR_FIELD_CHARS:
	case PAR_FIELD_LIST:
		return parse_text(f, text, member, why);
	case PAR_FIELD_CUSTOM:
		return parse_custom(f, text, member, why);
	}
	return -EINVAL;
}

static void print_number(const struct par_field *f, const void *member, struct par_buf *b)
{
	bool wide = par_field_size(f) == sizeof(uint64_t);
	uint64_t number = wide ? *(const uint64_t *)member : *(const uint32_t *)member;

	if (number == 0 && f->unset) {
		par_buf_puts(b, f->unset);
		return;
	}
	if (f->type == PAR_FIELD_X100)
		par_buf_put_x100(b, number);
	else
		par_buf_put_u64(b, number);
	if (f->type == PAR_FIELD_SIZE && f->unit > 1)
		par_buf_putc(b, 'M');
	if (f->suffix)
		par_buf_putc(b, f->suffix);
}

static void print_list(const struct par_field *f, const struct par_strv *list, struct par_buf *b)
{
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			par_buf_putc(b, f->separators ? *f->separators : ',');
		par_buf_puts(b, list->v[i]);
	}
}

int par_field_print(const struct par_field *f, const void *object, struct par_buf *b)
{
	const void *member = member_of(f, object);
	const char *text = NULL;

	switch (f->type) {
	case PAR_FIELD_NONE:
		break;
	case PAR_FIELD_BOOL:
		text = words_of(f)[*(const bool *)member];
		break;
	case PAR_FIELD_U32:
	case PAR_FIELD_U64:
	case PAR_FIELD_X100:
	case PAR_FIELD_SIZE:
		print_number(f, member, b);
		break;
	case PAR_FIELD_WORD:
		if (*(const unsigned int *)member < f->n_words)
			text = f->words[*(const unsigned int *)member];
		break;
	case PAR_FIELD_STR:
	case PAR_FIELD_BORROW:
		text = *(const char *const *)member ? *(const char *const *)member : f->unset;
		break;
	case PAR_FIELD_CHARS:
		text = member;
		break;
	case PAR_FIELD_LIST:
		print_list(f, member, b);
		text = ((const struct par_strv *)member)->n ? NULL : f->unset;
		break;
	case PAR_FIELD_CUSTOM:
		f->print(f, member, b);
		break;
	}
	if (text)
		par_buf_puts(b, text);
	return b->failed ? -ENOMEM : 0;
}

bool par_field_is_set(const struct par_field *f, const void *object)
{
	const unsigned char *member = member_of(f, object);

	if (f->type == PAR_FIELD_LIST)
		return ((const struct par_strv *)(const void *)member)->n > 0;
	for (size_t i = 0; i < par_field_size(f); i++) {
		if (member[i])
			return true;
	}
	return false;
}

void par_field_free(const struct par_field *f, void *object)
{
	void *member = (char *)object + f->offset;

	if (f->type == PAR_FIELD_STR)
		free(*(char **)member);
	if (f->type == PAR_FIELD_LIST)
		par_strv_done(member);
	memset(member, 0, par_field_size(f));
}

int par_field_copy(const struct par_field *f, const void *from, void *to)
{
	const void *source = member_of(f, from);
	void *member = (char *)to + f->offset;
	struct par_strv list = { 0 };

	if (f->type == PAR_FIELD_STR) {
		const char *text = *(const char *const *)source;
		char *copy = text ? strdup(text) : NULL;

		*(char **)member = copy;
		return text && !copy ? -ENOMEM : 0;
	}
	if (f->type != PAR_FIELD_LIST) {
		memmove(member, source, par_field_size(f));
		return 0;
	}
	for (size_t i = 0; i < ((const struct par_strv *)source)->n; i++) {
		if (par_strv_add(&list, ((const struct par_strv *)source)->v[i]) == 0)
			continue;
		par_strv_done(&list);
		*(struct par_strv *)member = list;
		return -ENOMEM;
	}
	*(struct par_strv *)member = list;
	return 0;
}

bool par_field_equal(const struct par_field *f, const void *a, const void *b)
{
	const void *x = member_of(f, a), *y = member_of(f, b);
	const struct par_strv *l = x, *m = y;

	if (f->type == PAR_FIELD_STR || f->type == PAR_FIELD_BORROW)
		return par_streq(*(const char *const *)x, *(const char *const *)y);
	if (f->type == PAR_FIELD_CHARS)
		return strcmp(x, y) == 0;
	if (f->type != PAR_FIELD_LIST)
		return memcmp(x, y, par_field_size(f)) == 0;
	for (size_t i = 0; i < l->n && l->n == m->n; i++) {
		if (strcmp(l->v[i], m->v[i]) != 0)
			return false;
	}
	return l->n == m->n;
}
