/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random.h - the same random numbers again: a test that fails says its seed
 *
 * PAR_TEST_SEED=N in the environment replaces the seed of every test, to try more of them or the
 * one that failed.
 */
#pragma once

#include "harness.h"

#include <stdint.h>

struct test_random {
	unsigned int seed;
	uint64_t state;
};

static inline void test_random_begin(struct test_random *r, unsigned int seed)
{
	const char *given = getenv("PAR_TEST_SEED");

	r->seed = given ? (unsigned int)strtoul(given, NULL, 10) : seed;
	r->state = r->seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

/* A number below @below (xorshift64*) */
static inline unsigned int test_random(struct test_random *r, unsigned int below)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return (unsigned int)((r->state * UINT64_C(2685821657736338717)) >> 33) % below;
}

#define test_random_assert(r, condition) \
	ck_assert_msg(condition, "seed %u: not %s", (r)->seed, #condition)
