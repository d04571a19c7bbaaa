/* SPDX-License-Identifier: Apache-2.0 */
/* A table of hashes, open addressing: see names.h. */
#include "wparctl/archive/helper/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define FIRST_PLACES 1024
#define KIND_BITS    3

struct names {
	uint64_t seed;
	uint64_t *v; /* hash and kind; 0: free */
	size_t places, n;
};

uint64_t names_mix(uint64_t hash, unsigned char c)
{
	hash = (hash ^ c) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

uint64_t names_seed(const struct names *n)
{
	return n->seed;
}

uint64_t names_hash(const struct names *n, const char *name)
{
	uint64_t hash = n->seed;

	for (; *name; name++)
		hash = names_mix(hash, (unsigned char)*name);
	return hash;
}

static uint64_t *place_of(const struct names *n, uint64_t hash)
{
	size_t i = (size_t)(hash >> KIND_BITS) & (n->places - 1);

	while (n->v[i] && n->v[i] >> KIND_BITS != hash >> KIND_BITS)
		i = (i + 1) & (n->places - 1);
	return &n->v[i];
}

enum name_kind names_get(const struct names *n, uint64_t hash)
{
	return (enum name_kind)(*place_of(n, hash) & ((1 << KIND_BITS) - 1));
}

static int grow(struct names *n)
{
	struct names more = { .seed = n->seed, .places = n->places * 2, .n = n->n };

	more.v = calloc(more.places, sizeof(*more.v));
	if (!more.v)
		return -ENOMEM;
	for (size_t i = 0; i < n->places; i++) {
		if (n->v[i])
			*place_of(&more, n->v[i]) = n->v[i];
	}
	free(n->v);
	*n = more;
	return 0;
}

int names_set(struct names *n, uint64_t hash, enum name_kind kind)
{
	uint64_t *place = place_of(n, hash);

	n->n += !*place;
	*place = (hash >> KIND_BITS << KIND_BITS) | (uint64_t)kind;
	return n->n * 2 > n->places ? grow(n) : 0;
}

struct names *names_new(void)
{
	/* 16 random bytes of this process; in the prison there are no others */
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->v = calloc(FIRST_PLACES, sizeof(*n->v));
	if (!n->v) {
		free(n);
		return NULL;
	}
	n->places = FIRST_PLACES;
	if (random)
		memcpy(&n->seed, random, sizeof(n->seed));
	return n;
}

void names_done(struct names *n)
{
	if (n)
		free(n->v);
	free(n);
}
