/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of /etc/inittab: see inittab.h. */
#include "wparctl/runtime/inside/inittab.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ALL_LEVELS 0x3ffu

static const struct {
	const char *word;
	enum wpar_init_action action;
} actions[] = {
	{ "off", WPAR_INIT_OFF },	  { "sysinit", WPAR_INIT_SYSINIT },
	{ "boot", WPAR_INIT_BOOT },	  { "bootwait", WPAR_INIT_BOOTWAIT },
	{ "wait", WPAR_INIT_WAIT },	  { "once", WPAR_INIT_ONCE },
	{ "respawn", WPAR_INIT_RESPAWN },
};

/* A line under way, for what is to be said of it. */
struct inittab_line {
	unsigned int number;
	struct par_buf *complaints;
};

static void complain(const struct inittab_line *l, const char *what, const char *word)
{
	par_buf_printf(l->complaints, "/etc/inittab: line %u is not used: %s '%s'\n", l->number,
		       what, word);
}

/* Digits, or nothing for all; false when there is something else. */
static bool parse_levels(const char *text, unsigned int *ret)
{
	*ret = 0;
	for (const char *c = text; *c; c++) {
		if (!isdigit((unsigned char)*c))
			return false;
		*ret |= PAR_BIT((unsigned int)(*c - '0'));
	}
	if (!*text)
		*ret = ALL_LEVELS;
	return true;
}

static bool parse_action(const char *word, enum wpar_init_action *ret)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(actions); i++) {
		if (strcmp(actions[i].word, word) == 0) {
			*ret = actions[i].action;
			return true;
		}
	}
	return false;
}

static void take_default(struct wpar_inittab *t, const struct inittab_line *l, const char *levels)
{
	if (strlen(levels) != 1 || !isdigit((unsigned char)*levels))
		complain(l, "a default is one run level, not", levels);
	else if (t->level < 0)
		t->level = *levels - '0';
}

static int take_entry(struct wpar_inittab *t, const struct inittab_line *l, char **part)
{
	struct wpar_inittab_entry e = { .action = WPAR_INIT_OFF }, *more;

	if (strlen(part[0]) > WPAR_INITTAB_ID || !par_printable(part[0]))
		return complain(l, "no identifier", part[0]), 0;
	if (strcmp(part[2], "initdefault") == 0)
		return take_default(t, l, part[1]), 0;
	if (!parse_levels(part[1], &e.levels))
		return complain(l, "run levels are digits, not", part[1]), 0;
	if (!parse_action(part[2], &e.action))
		return complain(l, "there is no action", part[2]), 0;
	if (wpar_inittab_find(t, part[0]))
		return complain(l, "an earlier line has the identifier", part[0]), 0;
	if (t->n == WPAR_INITTAB_ENTRIES)
		return complain(l, "there are too many before", part[0]), 0;
	snprintf(e.id, sizeof(e.id), "%s", part[0]);
	more = reallocarray(t->v, t->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	t->v = more;
	e.command = strdup(part[3]);
	if (!e.command)
		return -ENOMEM;
	t->v[t->n++] = e;
	return 0;
}

static int take_line(struct wpar_inittab *t, const struct inittab_line *l, char *line)
{
	char *part[4];

	line = par_trim(line);
	if (*line == '#' || *line == ':' || *line == '\0')
		return 0;
	for (int i = 0; i < 4; i++) {
		part[i] = i < 3 ? strsep(&line, ":") : line;
		if (!part[i])
			return complain(l, "it is not ID:LEVELS:ACTION:COMMAND but", part[0]), 0;
		part[i] = par_trim(part[i]);
	}
	return take_entry(t, l, part);
}

/*
 * The next line of *rest, NULL at the end; those that a backslash joins are one, with blanks where
 * they were joined.  *number becomes that of its last line, *ret_first that of its first.
 */
static char *next_line(char **rest, unsigned int *number, unsigned int *ret_first)
{
	char *line = *rest, *end;

	if (!line)
		return NULL;
	*ret_first = *number + 1;
	for (char *c = line;; c = end + 1) {
		++*number;
		end = strchr(c, '\n');
		if (!end || end == c || end[-1] != '\\')
			break;
		end[-1] = *end = ' ';
	}
	*rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

int wpar_inittab_parse(const char *text, size_t len, struct wpar_inittab *ret,
		       struct par_buf *complaints)
{
	autofree char *copy = strndup(text, len);
	struct inittab_line l = { .complaints = complaints };
	unsigned int number = 0;
	char *rest = copy, *line;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->level = -1;
	if (!copy)
		return -ENOMEM;
	while ((line = next_line(&rest, &number, &l.number))) {
		r = take_line(ret, &l, line);
		if (r < 0)
			return r;
	}
	return complaints->failed ? -ENOMEM : 0;
}

void wpar_inittab_done(struct wpar_inittab *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i].command);
	free(t->v);
	memset(t, 0, sizeof(*t));
}

const struct wpar_inittab_entry *wpar_inittab_find(const struct wpar_inittab *t, const char *id)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->v[i].id, id) == 0)
			return &t->v[i];
	}
	return NULL;
}

bool wpar_inittab_in_level(const struct wpar_inittab_entry *e, int level)
{
	return (e->levels & PAR_BIT((unsigned int)level)) != 0;
}
