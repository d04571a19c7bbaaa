/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AIX's stanza grammar, read:
 *
 *	* a comment (or #)
 *	general:
 *		name = "dev01"
 *
 * A stanza header stands at the start of its line; attributes may be indented.  A value may be
 * quoted; in quotes \" and \\ stand for themselves.  Bytes come from users and from archives, so
 * everything has a limit and nothing unknown is skipped.
 */
#include "wparctl/spec/keys.h"

#include <string.h>

#define MAX_TEXT  (1 << 20)
#define MAX_LINE  16384
#define MAX_ATTRS 64

struct parser {
	struct wpar_spec *spec;
	bool in_stanza, seen_general;
	enum wpar_stanza stanza;
	void *record;
	uint64_t seen; /* attributes of this stanza, a bit per row of the stanza */
	struct par_error **err;
};

static int take_header(struct parser *p, const char *line, size_t len)
{
	int stanza = wpar_stanza_from_name(line, len);

	if (stanza < 0)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "there is no stanza \"%.*s\"", (int)len,
				line);
	if (stanza == WPAR_STANZA_GENERAL && p->seen_general)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "a second stanza \"general\"");
	p->seen_general |= stanza == WPAR_STANZA_GENERAL;
	p->stanza = (enum wpar_stanza)stanza;
	p->record = wpar_record_add(p->spec, p->stanza);
	if (!p->record)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "too many stanzas \"%s\"",
				wpar_stanza_name(p->stanza));
	p->in_stanza = true;
	p->seen = 0;
	return 0;
}

/* Takes the quotes off, in place.  Returns false when they do not match. */
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

static int take_attribute(struct parser *p, char *line)
{
	char *eq = strchr(line, '=');
	const struct wpar_key *key;
	char *name, *value;
	uint64_t bit;

	if (!eq)
		return par_fail(p->err, PAR_E_CORRUPT, 0,
				"neither a stanza nor an attribute with a value");
	*eq = '\0';
	name = par_trim(line);
	value = par_trim(eq + 1);
	if (!p->in_stanza)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "an attribute before the first stanza");
	if (!unquote(value))
		return par_fail(p->err, PAR_E_CORRUPT, 0, "the quotes do not match");
	/* The format's version: 1 is the only one yet. */
	if (p->stanza == WPAR_STANZA_GENERAL && strcmp(name, "format") == 0) {
		if (strcmp(value, "1") != 0)
			return par_fail(p->err, PAR_E_CORRUPT, 0,
					"format \"%.16s\" is newer than this program", value);
		return 0;
	}
	key = wpar_key_need(p->stanza, name, NULL, PAR_E_CORRUPT, p->err);
	if (!key)
		return -EBADMSG;
	bit = UINT64_C(1) << ((size_t)(key - wpar_keys) % MAX_ATTRS);
	if (p->seen & bit)
		return par_fail(p->err, PAR_E_CORRUPT, 0, "\"%s\" is given twice", name);
	p->seen |= bit;
	if (*value == '\0')
		return 0; /* an empty value means: not set */
	return wpar_key_set(key, p->record, value, p->err);
}

static int parse_line(struct parser *p, char *line)
{
	char *text = par_trim(line);

	if (*text == '\0' || *text == '*' || *text == '#')
		return 0;
	if (text == line && text[strlen(text) - 1] == ':' && !strchr(text, '='))
		return take_header(p, text, strlen(text) - 1);
	return take_attribute(p, text);
}

static int parse_lines(struct parser *p, const char *text, size_t len, unsigned int *number)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		autofree char *line = NULL;
		int r;

		++*number;
		if (n > MAX_LINE)
			return par_fail(p->err, PAR_E_CORRUPT, 0, "too long");
		line = strndup(text, n);
		if (!line)
			return par_oom(p->err);
		r = parse_line(p, line);
		if (r < 0)
			return r;
		text += n + (end ? 1 : 0);
		len -= n + (end ? 1 : 0);
	}
	return 0;
}

int wpar_spec_parse(const char *text, size_t len, struct wpar_spec *ret, struct par_error **err)
{
	struct parser p = { .spec = ret, .err = err };
	unsigned int number = 0;
	int r;

	*ret = (struct wpar_spec){ 0 };
	if (len > MAX_TEXT)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "the specification is larger than 1 MiB");
	if (memchr(text, '\0', len))
		return par_fail(err, PAR_E_CORRUPT, 0, "the specification has a NUL byte");
	r = parse_lines(&p, text, len, &number);
	if (r < 0) {
		par_error_wrap(err, "line %u", number);
		wpar_spec_done(ret);
	}
	return r;
}
