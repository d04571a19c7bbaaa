/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings: a growing buffer, lists of strings, strict numbers.
 */
#pragma once

#include "lpard/common/cleanup.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing byte buffer, always NUL-terminated once something was put in.  { 0 } is empty. */
struct par_buf {
	char *data;
	size_t len;
	size_t cap;
	bool failed; /* an allocation failed; later puts do nothing */
};

#define auto_buf par_cleanup(par_buf_done) struct par_buf

void par_buf_done(struct par_buf *b);
void par_buf_clear(struct par_buf *b);
/* All return 0 or -ENOMEM (and set failed, so that a long run of puts is checked once). */
int par_buf_put(struct par_buf *b, const void *data, size_t len);
int par_buf_puts(struct par_buf *b, const char *s);
int par_buf_putc(struct par_buf *b, char c);
int par_buf_printf(struct par_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* par_buf_put_u64 - a number, without the cost of printf */
int par_buf_put_u64(struct par_buf *b, uint64_t v);
/* par_buf_put_x100 - hundredths as the HMC writes them: "0.5", "1.0", "0.05" */
int par_buf_put_x100(struct par_buf *b, uint64_t v);
/* par_buf_drop - remove the first @len bytes */
void par_buf_drop(struct par_buf *b, size_t len);
/* par_buf_steal - the text (caller frees; never NULL unless out of memory); the buffer is empty */
char *par_buf_steal(struct par_buf *b);

/* A list of owned strings.  { 0 } is empty; v is NULL-terminated once something was added. */
struct par_strv {
	char **v;
	size_t n;
};

#define auto_strv par_cleanup(par_strv_done) struct par_strv

void par_strv_done(struct par_strv *l);
int par_strv_add(struct par_strv *l, const char *s);
int par_strv_add_len(struct par_strv *l, const char *s, size_t len);
/* par_strv_find - index, or -1 */
ssize_t par_strv_find(const struct par_strv *l, const char *s);
/* par_strv_split - cut @s at each @sep; empty elements are kept; "" gives one empty element */
int par_strv_split(struct par_strv *l, const char *s, char sep);
/* par_strv_sort - by the values of their bytes */
void par_strv_sort(struct par_strv *l);
/* par_strv_has - is @s in a sorted list? */
bool par_strv_has(const struct par_strv *l, const char *s);

bool par_streq(const char *a, const char *b); /* NULL equals only NULL */
bool par_starts_with(const char *s, const char *prefix);
/* par_strdup_printf - NULL when out of memory; caller frees */
char *par_strdup_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* par_columns - of UTF-8 text: its characters; NULL has none */
unsigned int par_columns(const char *s);
/* par_trim - cut white space off both ends, in place; returns the first non-blank */
char *par_trim(char *s);

/*
 * par_parse_u64 - a whole decimal number and nothing else (no sign, no blanks)
 * Returns 0, -EINVAL (not a number) or -ERANGE (over @max).
 */
int par_parse_u64(const char *s, uint64_t max, uint64_t *ret);

/*
 * par_parse_x100 - a number with at most two decimals, in hundredths: "4", "0.5", ".05"
 * Returns 0 or -EINVAL (not such a number, or over @max hundredths).
 */
int par_parse_x100(const char *s, uint64_t max, uint64_t *ret);

/* par_printable - true when every byte is printable ASCII (0x20..0x7e) */
bool par_printable(const char *s);

/*
 * par_utc_text - @t, of the years 1970 to 9999, as "2026-11-26T12:40:00Z"; another one as the end
 * nearer to it.  gmtime(3) would read the file of the local time zone for it.
 */
#define PAR_UTC_SIZE sizeof("9999-12-31T23:59:59Z")
void par_utc_text(int64_t t, char ret[PAR_UTC_SIZE]);
