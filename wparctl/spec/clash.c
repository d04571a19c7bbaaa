/* SPDX-License-Identifier: Apache-2.0 */
/* What two WPARs cannot both have: see clash.h. */
#include "wparctl/spec/clash.h"

#include "lpard/common/uuid.h"
#include "wparctl/spec/keys.h"

#include <string.h>

static const char *common_address(const struct wpar_spec *a, const struct wpar_spec *b)
{
	for (size_t i = 0; i < a->n_addresses; i++) {
		for (size_t j = 0; j < b->n_addresses; j++) {
			if (par_streq(a->addresses[i].address, b->addresses[j].address))
				return a->addresses[i].address;
		}
	}
	return NULL;
}

static bool same_word(const char *a, const char *b)
{
	return a && b && strcasecmp(a, b) == 0;
}

/* @address: one that both have, or NULL */
static enum wpar_clash clash_of(const struct wpar_spec *s, const struct wpar_claim *other,
				const char *address)
{
	if (par_streq(s->name, other->name))
		return WPAR_CLASH_NONE;
	if (s->type == WPAR_SYSTEM && other->type == WPAR_SYSTEM && s->directory &&
	    other->directory &&
	    (wpar_path_is_within(s->directory, other->directory) ||
	     wpar_path_is_within(other->directory, s->directory)))
		return WPAR_CLASH_DIRECTORY;
	if (same_word(s->hostname, other->hostname))
		return WPAR_CLASH_HOSTNAME;
	if (same_word(s->uuid, other->uuid))
		return WPAR_CLASH_UUID;
	return address ? WPAR_CLASH_ADDRESS : WPAR_CLASH_NONE;
}

enum wpar_clash wpar_clash_find(const struct wpar_spec *s, const struct wpar_spec *other)
{
	const struct wpar_claim claim = {
		.name = other->name,
		.type = other->type,
		.directory = other->directory,
		.hostname = other->hostname,
		.uuid = other->uuid,
	};

	return clash_of(s, &claim, common_address(s, other));
}

static const char *claimed_address(const struct wpar_spec *s, const struct wpar_claim *other)
{
	const char *address = other->addresses;

	for (uint32_t i = 0; i < other->n_addresses; i++) {
		for (size_t j = 0; j < s->n_addresses; j++) {
			if (par_streq(s->addresses[j].address, address))
				return address;
		}
		address += strlen(address) + 1;
	}
	return NULL;
}

enum wpar_clash wpar_clash_with(const struct wpar_spec *s, const struct wpar_claim *other)
{
	return clash_of(s, other, s->n_addresses ? claimed_address(s, other) : NULL);
}

int wpar_clash_fail(enum wpar_clash clash, const struct wpar_spec *s, const struct wpar_spec *other,
		    struct par_error **err)
{
	switch (clash) {
	case WPAR_CLASH_NONE:
		return 0;
	case WPAR_CLASH_DIRECTORY:
		return par_fail(err, PAR_E_EXISTS, 0,
				"The base directory %s clashes with that of workload partition %s.",
				s->directory, other->name);
	case WPAR_CLASH_HOSTNAME:
		return par_fail(err, PAR_E_EXISTS, 0,
				"The host name %s is that of workload partition %s.", s->hostname,
				other->name);
	case WPAR_CLASH_UUID:
		return par_fail(err, PAR_E_EXISTS, 0,
				"The UUID %s is that of workload partition %s.", s->uuid,
				other->name);
	case WPAR_CLASH_ADDRESS:
		return par_fail(err, PAR_E_EXISTS, 0,
				"The address %s is that of workload partition %s.",
				common_address(s, other), other->name);
	}
	return -EINVAL;
}

/* @text, made by the caller, or NULL when there was no memory. */
static int put(char **field, char *text, struct par_error **err)
{
	if (!text)
		return par_oom(err);
	free(*field);
	*field = text;
	return 0;
}

/* Is the host name one that was made up before, NAME-1? */
static bool is_numbered(const struct wpar_spec *s)
{
	return par_starts_with(s->hostname, s->name) && s->hostname[strlen(s->name)] == '-';
}

/* One is not made up: it is the network's to give. */
static void leave_out_addresses(struct wpar_spec *s, const struct wpar_spec *other)
{
	for (size_t i = s->n_addresses; i-- > 0;) {
		for (size_t j = 0; j < other->n_addresses; j++) {
			if (!s->addresses[i].address ||
			    !par_streq(s->addresses[i].address, other->addresses[j].address))
				continue;
			wpar_record_remove(s, WPAR_STANZA_NETWORK, i);
			break;
		}
	}
}

int wpar_clash_avoid(enum wpar_clash clash, struct wpar_spec *s, unsigned int n,
		     const struct wpar_spec *other, struct par_error **err)
{
	char uuid[PAR_UUID_LEN];
	int r;

	switch (clash) {
	case WPAR_CLASH_NONE:
		return 0;
	case WPAR_CLASH_DIRECTORY:
		return put(&s->directory, par_strdup_printf(WPAR_BASE_DIR "/%s_%u", s->name, n),
			   err);
	case WPAR_CLASH_HOSTNAME:
		if (!same_word(s->hostname, s->name) && !is_numbered(s))
			return put(&s->hostname, strdup(s->name), err);
		return put(&s->hostname, par_strdup_printf("%s-%u", s->name, n), err);
	case WPAR_CLASH_UUID:
		r = par_uuid_make(uuid);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, -r, "could not get random bytes");
		return put(&s->uuid, strdup(uuid), err);
	case WPAR_CLASH_ADDRESS:
		leave_out_addresses(s, other);
		return 0;
	}
	return -EINVAL;
}
