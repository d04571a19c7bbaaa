/* SPDX-License-Identifier: Apache-2.0 */
/* The stanza grammar: see stanza.h. */
#include "lpard/common/stanza.h"

#include <string.h>

struct stanza_state {
	const struct par_stanza_reader *reader;
	void *user;
	bool in_stanza;
	struct par_error **err;
};

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

static int take_attribute(const struct stanza_state *s, char *line)
{
	char *eq = strchr(line, '='), *name, *value;

	if (!eq)
		return par_fail(s->err, PAR_E_CORRUPT, 0,
				"neither a stanza nor an attribute with a value");
	*eq = '\0';
	name = par_trim(line);
	value = par_trim(eq + 1);
	if (!s->in_stanza)
		return par_fail(s->err, PAR_E_CORRUPT, 0, "an attribute before the first stanza");
	if (!unquote(value))
		return par_fail(s->err, PAR_E_CORRUPT, 0, "the quotes do not match");
	return s->reader->attribute(s->user, name, value, s->err);
}

static int take_line(struct stanza_state *s, char *line)
{
	char *text = par_trim(line);
	size_t len = strlen(text);

	if (*text == '\0' || *text == '*' || *text == '#')
		return 0;
	if (text != line || text[len - 1] != ':' || strchr(text, '='))
		return take_attribute(s, text);
	text[len - 1] = '\0';
	s->in_stanza = true;
	return s->reader->header(s->user, text, s->err);
}

static int read_line(struct stanza_state *s, const char *text, size_t len)
{
	autofree char *line = NULL;

	if (len > s->reader->max_line)
		return par_fail(s->err, PAR_E_CORRUPT, 0, "too long");
	if (memchr(text, '\0', len))
		return par_fail(s->err, PAR_E_CORRUPT, 0, "a NUL byte");
	line = strndup(text, len);
	return line ? take_line(s, line) : par_oom(s->err);
}

/* @number: of the line that was read last */
static int read_lines(struct stanza_state *s, const char *text, size_t len, unsigned int *number)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		int r;

		++*number;
		r = read_line(s, text, n);
		if (r < 0)
			return r;
		text += n + (end ? 1 : 0);
		len -= n + (end ? 1 : 0);
	}
	return s->reader->end ? s->reader->end(s->user, s->err) : 0;
}

int par_stanza_read(const char *text, size_t len, const struct par_stanza_reader *reader,
		    void *user, struct par_error **err)
{
	struct stanza_state s = { .reader = reader, .user = user, .err = err };
	unsigned int number = 0;
	int r = read_lines(&s, text, len, &number);

	if (r < 0)
		par_error_wrap(err, "line %u", number);
	return r;
}

void par_stanza_put_value(struct par_buf *out, const char *value)
{
	par_buf_putc(out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			par_buf_putc(out, '\\');
		par_buf_putc(out, *value);
	}
	par_buf_putc(out, '"');
}
