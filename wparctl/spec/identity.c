/* SPDX-License-Identifier: Apache-2.0 */
/* Which record of a stanza is meant by the pairs of a flag: what tells records apart. */
#include "wparctl/spec/keys.h"

#include <string.h>

static const struct {
	const char *keys[2]; /* the two names of one member, or two that both count */
	const char *shown;
} identities[WPAR_STANZA_COUNT] = {
	[WPAR_STANZA_NETWORK] = { { "address", "address6" }, "address= or address6=" },
	[WPAR_STANZA_ROUTE] = { { "rtdest", "rtgateway" }, "rtdest= and rtgateway=" },
	[WPAR_STANZA_MOUNT] = { { "directory" }, "directory=" },
	[WPAR_STANZA_DEVICE] = { { "devname", "devid" }, "devname=" },
	[WPAR_STANZA_KEXT] = { { "kext" }, "kext=" },
};

const char *wpar_record_identity(enum wpar_stanza stanza)
{
	return identities[stanza].shown;
}

static bool is_identity(const struct wpar_key *key)
{
	for (size_t i = 0; i < 2; i++) {
		if (par_streq(identities[key->stanza].keys[i], key->field.name))
			return true;
	}
	return false;
}

static bool matches(enum wpar_stanza stanza, const void *record, const void *given, bool whole)
{
	for (size_t i = 0; i < wpar_n_keys; i++) {
		const struct wpar_key *key = &wpar_keys[i];

		if (key->stanza != stanza || key->field.type == PAR_FIELD_NONE ||
		    (!whole && !is_identity(key)) || !par_field_is_set(&key->field, given))
			continue;
		if (!par_field_equal(&key->field, record, given))
			return false;
	}
	return true;
}

static bool has_identity(enum wpar_stanza stanza, const void *given)
{
	for (size_t i = 0; i < wpar_n_keys; i++) {
		const struct wpar_key *key = &wpar_keys[i];

		if (key->stanza == stanza && key->field.type != PAR_FIELD_NONE &&
		    is_identity(key) && par_field_is_set(&key->field, given))
			return true;
	}
	return false;
}

ssize_t wpar_record_find(const struct wpar_spec *s, enum wpar_stanza stanza, const void *given,
			 bool whole)
{
	const void *record;

	if (!has_identity(stanza, given))
		return -EINVAL;
	for (size_t i = 0; (record = wpar_record_get(s, stanza, i)); i++) {
		if (record != given && matches(stanza, record, given, whole))
			return (ssize_t)i;
	}
	return -1;
}

void *wpar_record_add_pairs(struct wpar_spec *s, enum wpar_stanza stanza, char *const *pairs,
			    size_t n, const char *flag, struct par_error **err)
{
	void *record = wpar_record_add(s, stanza);

	if (!record) {
		par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "too many %s flags", flag);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		if (wpar_record_set_pair(stanza, record, pairs[i], flag, err) < 0)
			return NULL;
	}
	return record;
}
