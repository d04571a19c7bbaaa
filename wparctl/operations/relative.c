/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes that are given by what is added to them: see relative.h. */
#include "wparctl/operations/relative.h"

#include "wparctl/spec/keys.h"

#include <inttypes.h>
#include <string.h>

#define SIZE "size="

void wpar_groups_done(struct par_groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->v[i].v);
	free(g->v);
	*g = (struct par_groups){ 0 };
}

static const char *directory_of(const struct par_args *group)
{
	for (size_t i = 0; i < group->n; i++) {
		if (par_starts_with(group->v[i], "directory="))
			return group->v[i] + strlen("directory=");
	}
	return NULL;
}

/* @pair: "size=+64M"; the caller frees what is returned */
static char *absolute(const struct par_args *group, const char *pair, const struct wpar_spec *s,
		      struct par_error **err)
{
	const char *directory = directory_of(group), sign = pair[strlen(SIZE)];
	const struct wpar_mount *m = directory ? wpar_spec_mount(s, directory) : NULL;
	const struct wpar_key *key = wpar_key_find(WPAR_STANZA_MOUNT, "size");
	struct wpar_mount by = { 0 };
	uint64_t size;
	char *text;

	if (!directory) {
		par_fail(err, PAR_E_USAGE, 0, "-M %s needs directory=", pair);
		return NULL;
	}
	if (!m) {
		par_fail(err, PAR_E_NOT_FOUND, 0,
			 "-M %s: workload partition %s has no file system %s", pair, s->name,
			 directory);
		return NULL;
	}
	if (wpar_key_set(key, &by, pair + strlen(SIZE) + 1, err) < 0)
		return NULL;
	size = wpar_mount_size_mib(s, m);
	if (size == 0 || by.size_mib == WPAR_UNLIMITED) {
		par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			 "-M directory=%s %s: %s; give the whole size", directory, pair,
			 size ? "that is no size" : "its size is not limited");
		return NULL;
	}
	if (sign == '-' && by.size_mib >= size) {
		par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			 "-M directory=%s %s: nothing would be left of its %" PRIu64 "M", directory,
			 pair, size);
		return NULL;
	}
	size = sign == '-' ? size - by.size_mib : size + by.size_mib;
	text = par_strdup_printf(SIZE "%" PRIu64 "M", size);
	if (!text)
		par_oom(err);
	return text;
}

static int take_group(const struct par_args *from, const struct wpar_spec *s,
		      struct par_strv *texts, struct par_args *to, struct par_error **err)
{
	to->v = calloc(from->n + 1, sizeof(*to->v));
	if (!to->v)
		return par_oom(err);
	for (to->n = 0; to->n < from->n; to->n++) {
		char *pair = from->v[to->n];
		autofree char *text = NULL;

		to->v[to->n] = pair;
		if (!par_starts_with(pair, SIZE "+") && !par_starts_with(pair, SIZE "-"))
			continue;
		text = absolute(from, pair, s, err);
		if (!text)
			return -EINVAL;
		if (par_strv_add(texts, text) < 0)
			return par_oom(err);
		to->v[to->n] = texts->v[texts->n - 1];
	}
	return 0;
}

int wpar_relative_sizes(const struct par_groups *given, const struct wpar_spec *s,
			struct par_strv *texts, struct par_groups *ret, struct par_error **err)
{
	ret->v = calloc(given->n + 1, sizeof(*ret->v));
	if (!ret->v)
		return par_oom(err);
	for (ret->n = 0; ret->n < given->n;) {
		int r = take_group(&given->v[ret->n], s, texts, &ret->v[ret->n], err);

		ret->n++;
		if (r < 0)
			return r;
	}
	return 0;
}
