/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes by the names that users write: what a wrong one is told, and pairs of flags. */
#include "lpard/common/nearest.h"
#include "wparctl/spec/keys.h"

#include <string.h>

/* ". Did you mean …? There are …": what a wrong name's message ends with. */
static void put_names(enum wpar_stanza stanza, const char *wrong, struct par_buf *b)
{
	struct par_nearest guess = { .word = wrong };
	const char *sep = "";

	for (size_t i = 0; i < wpar_n_keys; i++) {
		if (wpar_keys[i].stanza == stanza && wpar_key_is_known(&wpar_keys[i]))
			par_nearest_try(&guess, wpar_keys[i].field.name);
	}
	if (guess.best)
		par_buf_printf(b, "; did you mean \"%s\"", guess.best);
	par_buf_puts(b, guess.best ? "? Its attributes are " : ". Its attributes are ");
	for (size_t i = 0; i < wpar_n_keys; i++) {
		if (wpar_keys[i].stanza != stanza || !wpar_key_is_known(&wpar_keys[i]))
			continue;
		par_buf_printf(b, "%s%s", sep, wpar_keys[i].field.name);
		sep = ", ";
	}
}

const struct wpar_key *wpar_key_need(enum wpar_stanza stanza, const char *name, const char *flag,
				     enum par_error_id id, struct par_error **err)
{
	const struct wpar_key *key = wpar_key_find(stanza, name);
	auto_buf rest = { 0 };

	if (key && key->field.type == PAR_FIELD_NONE) {
		par_fail(err, PAR_E_NOT_SUPPORTED, 0, "%s%s%s=: %s", flag ? flag : "",
			 flag ? " " : "", name, key->refused);
		return NULL;
	}
	if (key)
		return key;
	put_names(stanza, name, &rest);
	if (flag)
		par_fail(err, id, 0, "\"%.64s\" is not an attribute of the %s flag%s", name, flag,
			 rest.data ? rest.data : "");
	else
		par_fail(err, id, 0, "the stanza \"%s\" has no attribute \"%.64s\"%s",
			 wpar_stanza_name(stanza), name, rest.data ? rest.data : "");
	return NULL;
}

int wpar_record_set_pair(enum wpar_stanza stanza, void *record, const char *pair, const char *flag,
			 struct par_error **err)
{
	const char *eq = strchr(pair, '=');
	autofree char *name = eq ? strndup(pair, (size_t)(eq - pair)) : NULL;
	const struct wpar_key *key;

	if (!name)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "%s needs name=value, not \"%s\"",
				flag, pair);
	key = wpar_key_need(stanza, name, flag, PAR_E_INVALID_ARGUMENT, err);
	return key ? wpar_key_set(key, record, eq + 1, err) : -EINVAL;
}
