/* SPDX-License-Identifier: Apache-2.0 */
/* When to stop copying: see rounds.h. */
#include "wparctl/checkpoint/rounds.h"

/*
 * criu alone needs some 0.4 s with all processes still, whatever they have; 24 MiB are copied in
 * about as long on an emulated POWER9, and sooner on a real one.
 */
#define WORTH	    (24u << 20)
#define SMALL_PART  64 /* of all memory: less is left for the dump */
#define SMALL_LEAST (1u << 20)

static uint64_t small(uint64_t memory)
{
	return memory / SMALL_PART > SMALL_LEAST ? memory / SMALL_PART : SMALL_LEAST;
}

bool wpar_rounds_more(uint64_t memory, const uint64_t *written, size_t n)
{
	if (n == 0)
		return memory >= WORTH;
	if (n >= WPAR_ROUNDS_MOST || written[n - 1] <= small(memory))
		return false;
	/* The first one says nothing of how much changes. */
	return n == 1 || written[n - 1] < written[n - 2] - written[n - 2] / 4;
}
