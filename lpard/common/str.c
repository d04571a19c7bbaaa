/* SPDX-License-Identifier: Apache-2.0 */
/* Strings: see str.h. */
#include "lpard/common/str.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

void par_buf_done(struct par_buf *b)
{
	free(b->data);
	*b = (struct par_buf){ 0 };
}

void par_buf_clear(struct par_buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

static int buf_reserve(struct par_buf *b, size_t more)
{
	size_t need, cap = b->cap ? b->cap : 64;
	char *data;

	if (b->failed || __builtin_add_overflow(b->len, more, &need) || need > SIZE_MAX / 4) {
		b->failed = true;
		return -ENOMEM;
	}
	need++;
	if (need <= b->cap)
		return 0;
	while (cap < need)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data) {
		b->failed = true;
		return -ENOMEM;
	}
	b->data = data;
	b->cap = cap;
	return 0;
}

int par_buf_put(struct par_buf *b, const void *data, size_t len)
{
	int r = buf_reserve(b, len);

	if (r < 0)
		return r;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int par_buf_puts(struct par_buf *b, const char *s)
{
	return par_buf_put(b, s, strlen(s));
}

int par_buf_putc(struct par_buf *b, char c)
{
	return par_buf_put(b, &c, 1);
}

int par_buf_printf(struct par_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n, r;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return -ENOMEM;
	}
	r = buf_reserve(b, (size_t)n);
	if (r < 0)
		return r;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

int par_buf_put_u64(struct par_buf *b, uint64_t v)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	return par_buf_put(b, text + at, sizeof(text) - at);
}

int par_buf_put_x100(struct par_buf *b, uint64_t v)
{
	par_buf_put_u64(b, v / 100);
	par_buf_putc(b, '.');
	par_buf_putc(b, (char)('0' + v / 10 % 10));
	if (v % 10)
		par_buf_putc(b, (char)('0' + v % 10));
	return b->failed ? -ENOMEM : 0;
}

void par_buf_drop(struct par_buf *b, size_t len)
{
	if (len == 0)
		return;
	if (len > b->len)
		len = b->len;
	memmove(b->data, b->data + len, b->len - len);
	b->len -= len;
	b->data[b->len] = '\0';
}

char *par_buf_steal(struct par_buf *b)
{
	char *text = b->failed ? NULL : b->data;

	if (b->failed)
		free(b->data);
	else if (!text)
		text = calloc(1, 1);
	*b = (struct par_buf){ 0 };
	return text;
}

void par_strv_done(struct par_strv *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct par_strv){ 0 };
}

int par_strv_add_len(struct par_strv *l, const char *s, size_t len)
{
	char **v, *copy = strndup(s, len);

	if (!copy)
		return -ENOMEM;
	v = reallocarray(l->v, l->n + 2, sizeof(*v));
	if (!v) {
		free(copy);
		return -ENOMEM;
	}
	l->v = v;
	v[l->n++] = copy;
	v[l->n] = NULL;
	return 0;
}

int par_strv_add(struct par_strv *l, const char *s)
{
	return par_strv_add_len(l, s, strlen(s));
}

ssize_t par_strv_find(const struct par_strv *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i], s) == 0)
			return (ssize_t)i;
	}
	return -1;
}

int par_strv_split(struct par_strv *l, const char *s, char sep)
{
	for (;;) {
		const char *end = strchrnul(s, sep);
		int r = par_strv_add_len(l, s, (size_t)(end - s));

		if (r < 0)
			return r;
		if (*end == '\0')
			return 0;
		s = end + 1;
	}
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void par_strv_sort(struct par_strv *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_bytes);
}

bool par_strv_has(const struct par_strv *l, const char *s)
{
	return l->n > 0 && bsearch(&s, l->v, l->n, sizeof(*l->v), by_bytes) != NULL;
}

bool par_streq(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool par_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

char *par_strdup_printf(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : text;
}

/* Bytes that begin a character. */
unsigned int par_columns(const char *s)
{
	unsigned int n = 0;

	for (; s && *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

char *par_trim(char *s)
{
	size_t len;

	while (isspace((unsigned char)*s))
		s++;
	len = strlen(s);
	while (len > 0 && isspace((unsigned char)s[len - 1]))
		s[--len] = '\0';
	return s;
}

int par_parse_u64(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!s || *s == '\0')
		return -EINVAL;
	for (const char *p = s; *p; p++) {
		if (*p < '0' || *p > '9')
			return -EINVAL;
	}
	for (; *s; s++) {
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value))
			return -ERANGE;
	}
	if (value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int par_parse_x100(const char *s, uint64_t max, uint64_t *ret)
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

bool par_printable(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			return false;
	}
	return true;
}

#define DAY_S	 86400
#define UTC_MOST INT64_C(253402300799) /* the last second of 9999 */

static bool is_leap_year(unsigned int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned int days_of_month(unsigned int year, unsigned int month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

void par_utc_text(int64_t t, char ret[PAR_UTC_SIZE])
{
	const unsigned int in_400_years = 146097;
	const int64_t within = t < 0 ? 0 : t > UTC_MOST ? UTC_MOST : t;
	unsigned int days = (unsigned int)(within / DAY_S), of_day = (unsigned int)(within % DAY_S);
	unsigned int year = 1970 + days / in_400_years * 400, month = 1;

	days %= in_400_years;
	for (; days >= 365u + is_leap_year(year); year++)
		days -= 365u + is_leap_year(year);
	for (; days >= days_of_month(year, month); month++)
		days -= days_of_month(year, month);
	snprintf(ret, PAR_UTC_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000, month % 100,
		 (days + 1) % 100, of_day / 3600 % 100, of_day / 60 % 60, of_day % 60);
}
