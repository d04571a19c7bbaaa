/* SPDX-License-Identifier: Apache-2.0 */
/* A specification out of AIX's stanza grammar: what its stanzas and attributes mean. */
#include "lpard/common/stanza.h"
#include "wparctl/spec/keys.h"

#include <string.h>

#define MAX_TEXT  (1 << 20)
#define MAX_LINE  16384
#define MAX_ATTRS 64

struct parser {
	struct wpar_spec *spec;
	bool seen_general;
	enum wpar_stanza stanza;
	void *record;
	uint64_t seen; /* attributes of this stanza, a bit per row of the stanza */
};

static int take_header(void *user, const char *name, struct par_error **err)
{
	struct parser *p = user;
	int stanza = wpar_stanza_from_name(name, strlen(name));

	if (stanza < 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "there is no stanza \"%s\"", name);
	if (stanza == WPAR_STANZA_GENERAL && p->seen_general)
		return par_fail(err, PAR_E_CORRUPT, 0, "a second stanza \"general\"");
	p->seen_general |= stanza == WPAR_STANZA_GENERAL;
	p->stanza = (enum wpar_stanza)stanza;
	p->record = wpar_record_add(p->spec, p->stanza);
	if (!p->record)
		return par_fail(err, PAR_E_CORRUPT, 0, "too many stanzas \"%s\"",
				wpar_stanza_name(p->stanza));
	p->seen = 0;
	return 0;
}

static int take_attribute(void *user, const char *name, const char *value, struct par_error **err)
{
	struct parser *p = user;
	const struct wpar_key *key;
	uint64_t bit;

	/* The format's version: 1 is the only one yet. */
	if (p->stanza == WPAR_STANZA_GENERAL && strcmp(name, "format") == 0) {
		if (strcmp(value, "1") != 0)
			return par_fail(err, PAR_E_CORRUPT, 0,
					"format \"%.16s\" is newer than this program", value);
		return 0;
	}
	key = wpar_key_need(p->stanza, name, NULL, PAR_E_CORRUPT, err);
	if (!key)
		return -EBADMSG;
	bit = UINT64_C(1) << ((size_t)(key - wpar_keys) % MAX_ATTRS);
	if (p->seen & bit)
		return par_fail(err, PAR_E_CORRUPT, 0, "\"%s\" is given twice", name);
	p->seen |= bit;
	if (*value == '\0')
		return 0; /* an empty value means: not set */
	return wpar_key_set(key, p->record, value, err);
}

/* Written with S by older versions of this program: then the stanza alone says it. */
static int check_type(struct wpar_spec *s, struct par_error **err)
{
	const bool lacks_image = s->says_versioned && !s->version.image_digest;

	s->says_versioned = false;
	return lacks_image
		       ? par_fail(err, PAR_E_CORRUPT, 0,
				  "its type is L, a versioned workload partition, and no stanza "
				  "\"versioned\" names the image")
		       : 0;
}

static int read_text(const char *text, size_t len, struct parser *p, struct par_error **err)
{
	const struct par_stanza_reader reader = { .max_line = MAX_LINE,
						  .header = take_header,
						  .attribute = take_attribute };
	int r = par_stanza_read(text, len, &reader, p, err);

	return r < 0 ? r : check_type(p->spec, err);
}

int wpar_spec_parse(const char *text, size_t len, struct wpar_spec *ret, struct par_error **err)
{
	struct parser p = { .spec = ret };
	int r;

	*ret = (struct wpar_spec){ 0 };
	if (len > MAX_TEXT)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "the specification is larger than 1 MiB");
	if (memchr(text, '\0', len))
		return par_fail(err, PAR_E_CORRUPT, 0, "the specification has a NUL byte");
	r = read_text(text, len, &p, err);
	if (r < 0)
		wpar_spec_done(ret);
	return r;
}
