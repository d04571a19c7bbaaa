/* SPDX-License-Identifier: Apache-2.0 */
/* Where the records of each stanza lie in a specification: see keys.h. */
#include "wparctl/spec/keys.h"

#include <string.h>

#define MAX_RECORDS 1024

#define ONE(name_, member)                                                  \
	{                                                                   \
		.name = name_, .offset = offsetof(struct wpar_spec, member) \
	}
#define MANY(name_, list, n)                                               \
	{                                                                  \
		.name = name_, .offset = offsetof(struct wpar_spec, list), \
		.count = offsetof(struct wpar_spec, n),                    \
		.size = sizeof(*((struct wpar_spec *)0)->list)             \
	}

static const struct {
	const char *name;
	size_t offset; /* of the one record, or of the pointer to many */
	size_t count;  /* offset of their number */
	size_t size;   /* of a record; 0: there is one */
} stanzas[WPAR_STANZA_COUNT] = {
	[WPAR_STANZA_GENERAL] = { .name = "general" },
	[WPAR_STANZA_NETWORK] = MANY("network", addresses, n_addresses),
	[WPAR_STANZA_ROUTE] = MANY("route", routes, n_routes),
	[WPAR_STANZA_MOUNT] = MANY("mount", mounts, n_mounts),
	[WPAR_STANZA_RESOURCES] = ONE("resources", resources),
	[WPAR_STANZA_SECURITY] = { .name = "security" },
	[WPAR_STANZA_DEVICE] = MANY("device", devices, n_devices),
	[WPAR_STANZA_KEXT] = MANY("kext", kexts, n_kexts),
	[WPAR_STANZA_VERSIONED] = ONE("versioned", version),
	[WPAR_STANZA_COPY] = ONE("copy_controls", copy),
};

const char *wpar_stanza_name(enum wpar_stanza stanza)
{
	return stanzas[stanza].name;
}

const char *wpar_stanza_flag(enum wpar_stanza stanza)
{
	static const char *const flags[WPAR_STANZA_COUNT] = {
		[WPAR_STANZA_NETWORK] = "-N",  [WPAR_STANZA_ROUTE] = "-I",
		[WPAR_STANZA_MOUNT] = "-M",    [WPAR_STANZA_RESOURCES] = "-R",
		[WPAR_STANZA_SECURITY] = "-S", [WPAR_STANZA_DEVICE] = "-D",
		[WPAR_STANZA_KEXT] = "-X",     [WPAR_STANZA_COPY] = "-T",
	};

	return flags[stanza];
}

int wpar_stanza_from_name(const char *name, size_t len)
{
	for (size_t i = 0; i < WPAR_STANZA_COUNT; i++) {
		if (strlen(stanzas[i].name) == len && memcmp(stanzas[i].name, name, len) == 0)
			return (int)i;
	}
	return -1;
}

void *wpar_record_get(const struct wpar_spec *s, enum wpar_stanza stanza, size_t i)
{
	size_t size = stanzas[stanza].size;
	char *at = (char *)s + stanzas[stanza].offset;

	if (size == 0)
		return i == 0 ? at : NULL;
	if (i >= *(const size_t *)(const void *)((const char *)s + stanzas[stanza].count))
		return NULL;
	return *(char **)(void *)at + i * size;
}

bool wpar_records_differ(const struct wpar_spec *a, const struct wpar_spec *b,
			 enum wpar_stanza stanza)
{
	for (size_t i = 0;; i++) {
		const void *x = wpar_record_get(a, stanza, i), *y = wpar_record_get(b, stanza, i);

		if (!x || !y)
			return x != y;
		for (size_t k = 0; k < wpar_n_keys; k++) {
			if (wpar_keys[k].stanza == stanza &&
			    wpar_keys[k].field.type != PAR_FIELD_NONE &&
			    !par_field_equal(&wpar_keys[k].field, x, y))
				return true;
		}
	}
}

void *wpar_record_add(struct wpar_spec *s, enum wpar_stanza stanza)
{
	size_t size = stanzas[stanza].size;
	void **list = (void *)((char *)s + stanzas[stanza].offset);
	size_t *n = (void *)((char *)s + stanzas[stanza].count);
	char *v;

	if (size == 0)
		return list;
	v = *n < MAX_RECORDS ? reallocarray(*list, *n + 1, size) : NULL;
	if (!v)
		return NULL;
	*list = v;
	memset(v + *n * size, 0, size);
	return v + (*n)++ * size;
}

void wpar_record_remove(struct wpar_spec *s, enum wpar_stanza stanza, size_t i)
{
	char *record = wpar_record_get(s, stanza, i);
	size_t size = stanzas[stanza].size;
	size_t *n = (void *)((char *)s + stanzas[stanza].count);

	for (size_t k = 0; k < wpar_n_keys; k++) {
		if (wpar_keys[k].stanza == stanza)
			par_field_free(&wpar_keys[k].field, record);
	}
	memmove(record, record + size, (*n - i - 1) * size);
	--*n;
}

void wpar_records_clear(struct wpar_spec *s, enum wpar_stanza stanza)
{
	while (wpar_record_get(s, stanza, 0))
		wpar_record_remove(s, stanza, 0);
}

void wpar_spec_done(struct wpar_spec *s)
{
	for (size_t i = 0; i < wpar_n_keys; i++) {
		void *record;

		for (size_t j = 0; (record = wpar_record_get(s, wpar_keys[i].stanza, j)); j++)
			par_field_free(&wpar_keys[i].field, record);
	}
	for (size_t i = 0; i < WPAR_STANZA_COUNT; i++) {
		if (stanzas[i].size)
			free(*(void **)(void *)((char *)s + stanzas[i].offset));
	}
	*s = (struct wpar_spec){ 0 };
}
