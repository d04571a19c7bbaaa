/* SPDX-License-Identifier: Apache-2.0 */
/* The file of subsystems, read and written: see stanza.h. */
#include "wparctl/srcmstr/stanza.h"

#include <string.h>

#define MAX_LINE 4096

struct stanza_parser {
	struct wpar_subsystems *list;
	struct wpar_subsystem now; /* the stanza under way; name NULL: none */
	uint32_t seen;		   /* its attributes, a bit per row */
	struct par_error **err;
};

static int end_stanza(struct stanza_parser *p)
{
	if (!p->now.name)
		return 0;
	if (!p->now.path)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "the subsystem '%s' above has no path",
				p->now.name);
	if (p->list->n == WPAR_SUBSYSTEMS_MAX)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "more than %d subsystems",
				WPAR_SUBSYSTEMS_MAX);
	return wpar_subsystems_add(p->list, &p->now) < 0 ? par_oom(p->err) : 0;
}

static int begin_stanza(struct stanza_parser *p, char *line)
{
	int r = end_stanza(p);

	if (r < 0)
		return r;
	line[strlen(line) - 1] = '\0';
	for (size_t i = 0; i < p->list->n; i++) {
		if (strcmp(p->list->v[i].name, line) == 0)
			return par_fail(p->err, PAR_E_CORRUPT, 0, "a second subsystem '%s'", line);
	}
	p->seen = 0;
	if (wpar_subsystem_init(&p->now) < 0)
		return par_oom(p->err);
	return wpar_subsystem_set(&p->now, "subsysname", line, p->err);
}

/* Takes the quotes off, in place; false when they do not match. */
static bool unquote(char *value)
{
	char *to = value, *from = value;

	if (*value != '"')
		return !strchr(value, '"');
	for (from++; *from && *from != '"'; from++) {
		if (*from == '\\') {
			from++;
			if (*from != '"' && *from != '\\')
				return false;
		}
		*to++ = *from;
	}
	if (*from != '"' || from[1])
		return false;
	*to = '\0';
	return true;
}

/* Of @name; -1: there is no such row. */
static int find_row(const char *name)
{
	for (size_t i = 0; i < wpar_n_subsystem_fields; i++) {
		if (strcmp(wpar_subsystem_fields[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

static int take_attribute(struct stanza_parser *p, char *line)
{
	char *eq = strchr(line, '='), *name, *value;
	int row;

	if (!eq)
		return par_fail(p->err, PAR_E_CORRUPT, 0,
				"neither a stanza nor an attribute with a value");
	if (!p->now.name)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "an attribute before the first stanza");
	*eq = '\0';
	name = par_trim(line);
	value = par_trim(eq + 1);
	if (!unquote(value))
		return par_fail(p->err, PAR_E_CORRUPT, 0, "the quotes do not match");
	row = find_row(name);
	if (row < 0)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "there is no attribute '%s'", name);
	if (p->seen & PAR_BIT((unsigned int)row))
		return par_fail(p->err, PAR_E_CORRUPT, 0, "'%s' is given twice", name);
	p->seen |= PAR_BIT((unsigned int)row);
	if (*value)
		return wpar_subsystem_set(&p->now, name, value, p->err);
	par_field_free(&wpar_subsystem_fields[row], &p->now);
	return 0;
}

static int parse_line(struct stanza_parser *p, char *line)
{
	char *text = par_trim(line);

	if (*text == '\0' || *text == '*' || *text == '#')
		return 0;
	if (text == line && text[strlen(text) - 1] == ':' && !strchr(text, '='))
		return begin_stanza(p, text);
	return take_attribute(p, text);
}

static int parse_lines(struct stanza_parser *p, const char *text, size_t len, unsigned int *number)
{
	int r;

	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		char line[MAX_LINE];

		++*number;
		if (n >= sizeof(line) || memchr(text, '\0', n))
			return par_fail(p->err, PAR_E_CORRUPT, 0, "too long, or not text");
		memcpy(line, text, n);
		line[n] = '\0';
		r = parse_line(p, line);
		if (r < 0)
			return r;
		text += n + (end ? 1 : 0);
		len -= n + (end ? 1 : 0);
	}
	return end_stanza(p);
}

int wpar_stanzas_parse(const char *text, size_t len, struct wpar_subsystems *ret,
		       struct par_error **err)
{
	struct stanza_parser p = { .list = ret, .err = err };
	unsigned int number = 0;
	int r;

	*ret = (struct wpar_subsystems){ 0 };
	r = len > WPAR_STANZAS_BYTES ? par_fail(err, PAR_E_TOO_LARGE, 0, "larger than 256 KiB")
				     : parse_lines(&p, text, len, &number);
	wpar_subsystem_done(&p.now);
	if (r < 0) {
		par_error_wrap(err, "line %u", number);
		if (err && *err && (*err)->id == PAR_E_INVALID_ARGUMENT)
			(*err)->id = PAR_E_CORRUPT;
		wpar_subsystems_done(ret);
	}
	return r;
}

static void put_quoted(struct par_buf *b, const char *text)
{
	par_buf_putc(b, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			par_buf_putc(b, '\\');
		par_buf_putc(b, *text);
	}
	par_buf_putc(b, '"');
}

int wpar_stanzas_write(const struct wpar_subsystems *l, struct par_buf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		par_buf_printf(out, "%s%s:\n", i > 0 ? "\n" : "", l->v[i].name);
		for (size_t f = 0; f < wpar_n_subsystem_fields; f++) {
			auto_buf value = { 0 };

			if (par_field_print(&wpar_subsystem_fields[f], &l->v[i], &value) < 0)
				return -ENOMEM;
			par_buf_printf(out, "\t%s = ", wpar_subsystem_fields[f].name);
			put_quoted(out, value.data ? value.data : "");
			par_buf_putc(out, '\n');
		}
	}
	return out->failed ? -ENOMEM : 0;
}
