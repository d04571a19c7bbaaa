/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax of JSON: see json_syntax.h. */
#include "lpard/common/json_syntax.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DEPTH_LIMIT 64

struct scan {
	const char *p, *end;
	unsigned int depth, max_depth;
	uint64_t objects; /* bit N: what was opened at depth N is an object, not an array */
};

static const char ends_early[] = "it ends too early";
static const char unexpected[] = "unexpected character";

static bool at(const struct scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

static bool take(struct scan *s, char c)
{
	if (!at(s, c))
		return false;
	s->p++;
	return true;
}

static void skip_space(struct scan *s)
{
	while (at(s, ' ') || at(s, '\t') || at(s, '\n') || at(s, '\r'))
		s->p++;
}

static const char *wrong(const struct scan *s)
{
	if (s->p >= s->end)
		return ends_early;
	return (unsigned char)*s->p < 0x20 ? "control character" : unexpected;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static const char *escape(struct scan *s)
{
	if (s->p >= s->end)
		return ends_early;
	if (take(s, 'u')) {
		for (int i = 0; i < 4; i++, s->p++) {
			if (s->p >= s->end || !is_hex(*s->p))
				return wrong(s);
		}
		return NULL;
	}
	if (*s->p == '\0' || !strchr("\"\\/bfnrt", *s->p))
		return wrong(s);
	s->p++;
	return NULL;
}

static const char *string(struct scan *s)
{
	if (!take(s, '"'))
		return wrong(s);
	while (!take(s, '"')) {
		const char *e = NULL;

		if (s->p >= s->end || (unsigned char)*s->p < 0x20)
			return wrong(s);
		if (take(s, '\\'))
			e = escape(s);
		else
			s->p++;
		if (e)
			return e;
	}
	return NULL;
}

static bool digits(struct scan *s)
{
	const char *begin = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > begin;
}

static const char *number(struct scan *s)
{
	take(s, '-');
	if (!take(s, '0') && !digits(s))
		return wrong(s);
	if (take(s, '.') && !digits(s))
		return wrong(s);
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			take(s, '-');
		if (!digits(s))
			return wrong(s);
	}
	return NULL;
}

static const char *word(struct scan *s, const char *w)
{
	for (; *w; w++) {
		if (!take(s, *w))
			return wrong(s);
	}
	return NULL;
}

/* A value that has no others in it. */
static const char *scalar(struct scan *s)
{
	if (s->p >= s->end)
		return ends_early;
	switch (*s->p) {
	case '"':
		return string(s);
	case 't':
		return word(s, "true");
	case 'f':
		return word(s, "false");
	case 'n':
		return word(s, "null");
	default:
		return number(s);
	}
}

static bool in_object(const struct scan *s)
{
	return s->objects >> (s->depth - 1) & 1;
}

/* The name of a member and its colon: then comes a value. */
static const char *key(struct scan *s)
{
	const char *e;

	skip_space(s);
	e = string(s);
	if (e)
		return e;
	skip_space(s);
	return take(s, ':') ? NULL : wrong(s);
}

/* Behind an opening bracket; *ret_empty: its closing one followed. */
static const char *opened(struct scan *s, bool object, bool *ret_empty)
{
	if (s->depth >= s->max_depth)
		return "nested too deep";
	s->objects &= ~((uint64_t)1 << s->depth);
	s->objects |= (uint64_t)object << s->depth;
	s->depth++;
	skip_space(s);
	*ret_empty = at(s, object ? '}' : ']');
	return *ret_empty || !object ? NULL : key(s);
}

/* Behind a value: closing brackets, and a comma or the end of the text (*ret_end). */
static const char *follow(struct scan *s, bool *ret_end)
{
	for (;;) {
		skip_space(s);
		if (s->depth == 0) {
			*ret_end = true;
			return s->p == s->end ? NULL : "it goes on after its end";
		}
		if (take(s, ','))
			return in_object(s) ? key(s) : NULL;
		if (!take(s, in_object(s) ? '}' : ']'))
			return wrong(s);
		s->depth--;
	}
}

const char *par_json_syntax(const char *text, size_t len, unsigned int max_depth)
{
	struct scan s = { .p = text, .end = text + len, .max_depth = max_depth };
	bool end = false;

	if (s.max_depth > DEPTH_LIMIT)
		s.max_depth = DEPTH_LIMIT;
	while (!end) {
		bool object, whole = true;
		const char *e;

		skip_space(&s);
		object = at(&s, '{');
		if (take(&s, '{') || take(&s, '['))
			e = opened(&s, object, &whole);
		else
			e = scalar(&s);
		if (!e && whole)
			e = follow(&s, &end);
		if (e)
			return e;
	}
	return NULL;
}
