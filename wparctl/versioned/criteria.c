/* SPDX-License-Identifier: Apache-2.0 */
/* The criteria of odmget -q, read and applied: see criteria.h. */
#include "wparctl/versioned/criteria.h"

#include "lpard/common/str.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

static int fail_criteria(const char *text, struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"the criteria '%s' must be comparisons such as path=/usr/bin/df or path "
			"LIKE '/usr/*', joined by AND",
			text);
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t\n");
}

/* The longer ones first. */
static const struct {
	const char *text;
	enum wpar_comparison comparison;
} comparisons[] = {
	{ "!=", WPAR_IS_NOT }, { "<=", WPAR_LESS_OR_IS }, { ">=", WPAR_GREATER_OR_IS },
	{ "==", WPAR_IS },     { "=", WPAR_IS },	  { "<", WPAR_LESS },
	{ ">", WPAR_GREATER }, { "LIKE", WPAR_LIKE },
};

static bool read_comparison(const char **p, enum wpar_comparison *ret)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(comparisons); i++) {
		const size_t n = strlen(comparisons[i].text);

		if (strncasecmp(*p, comparisons[i].text, n) != 0)
			continue;
		*ret = comparisons[i].comparison;
		*p = skip_blanks(*p + n);
		return true;
	}
	return false;
}

/* In quotes, or up to the next blank. */
static bool read_value(const char **p, char *ret, size_t size)
{
	const char quote = **p == '\'' || **p == '"' ? **p : '\0';
	const char *begin = quote ? *p + 1 : *p;
	size_t n = quote ? strcspn(begin, quote == '\'' ? "'" : "\"") : strcspn(begin, " \t\n");

	if (n >= size || (quote && begin[n] != quote) || (!quote && n == 0))
		return false;
	memcpy(ret, begin, n);
	ret[n] = '\0';
	*p = skip_blanks(begin + n + (quote ? 1 : 0));
	return true;
}

static bool read_criterion(const char **p, struct wpar_criterion *c)
{
	size_t n = 0;

	while (isalnum((unsigned char)(*p)[n]) || (*p)[n] == '_')
		n++;
	if (n == 0 || n >= sizeof(c->attribute))
		return false;
	memcpy(c->attribute, *p, n);
	c->attribute[n] = '\0';
	*p = skip_blanks(*p + n);
	return read_comparison(p, &c->comparison) && read_value(p, c->value, sizeof(c->value));
}

int wpar_criteria_parse(const char *text, struct wpar_criteria *ret, struct par_error **err)
{
	const char *p = skip_blanks(text);

	*ret = (struct wpar_criteria){ 0 };
	while (*p || ret->n) {
		if (ret->n == WPAR_CRITERIA_MAX || !read_criterion(&p, &ret->v[ret->n]))
			return fail_criteria(text, err);
		ret->n++;
		if (!*p)
			return 0;
		if (strncasecmp(p, "AND", 3) != 0 || !isspace((unsigned char)p[3]))
			return fail_criteria(text, err);
		p = skip_blanks(p + 3);
	}
	return 0;
}

static bool is_like(const char *pattern, const char *value)
{
	autofree char *beginning = par_strdup_printf("%s*", pattern);

	return beginning && fnmatch(beginning, value, FNM_NOESCAPE) == 0;
}

bool wpar_criterion_fits(const struct wpar_criterion *c, const char *value)
{
	const int order = strcmp(value, c->value);

	switch (c->comparison) {
	case WPAR_IS:
		return order == 0;
	case WPAR_IS_NOT:
		return order != 0;
	case WPAR_LESS:
		return order < 0;
	case WPAR_LESS_OR_IS:
		return order <= 0;
	case WPAR_GREATER:
		return order > 0;
	case WPAR_GREATER_OR_IS:
		return order >= 0;
	case WPAR_LIKE:
		return is_like(c->value, value);
	}
	return false;
}
