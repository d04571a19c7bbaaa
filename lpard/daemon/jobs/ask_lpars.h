/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands in several LPARs at once, by their agents, and what they say.  Everything belongs to the
 * loop.  An LPAR that goes away, or does not answer in time, is no reason for the others to wait.
 */
#pragma once

#include "lpard/agent/agent_run.h"
#include "lpard/daemon/systems/inventory.h"

struct lpar_asks;

/* One LPAR; borrowed from its owner until all have answered. */
struct lpar_ask {
	/* What is asked: lpar_ask_of() fills the first three. */
	char *system, *lpar;
	char uuid[PAR_UUID_LEN];
	const char *const *argv, *const *environment; /* environment may be NULL */
	const struct par_buf *input;		      /* NULL: none */
	size_t output_most;			      /* bytes */
	/* What became of it: @why NULL: it ended with the status 0. */
	struct par_buf output;
	struct par_error *why;
	/* private */
	struct lpar_asks *asks;
	struct lpar_run *run;
	size_t told;
	bool over;
};

/* lpar_ask_of - of that LPAR; 0 or -ENOMEM */
int lpar_ask_of(struct lpar_ask *a, const struct lpar_lpar *lpar);
/* lpar_ask_done - not before lpar_asks_free() */
void lpar_ask_done(struct lpar_ask *a);

/* lpar_ask_find - the LPAR as it is now; NULL: it is gone */
struct lpar_lpar *lpar_ask_find(const struct lpar_daemon *d, const struct lpar_ask *a);

/*
 * lpar_asks_new - ask all of them
 * @fn		once, when each has answered or @limit_ms are over; never before this returns.  It
 *		may free the asks.
 */
typedef void (*lpar_asks_fn)(void *user);
int lpar_asks_new(struct lpar_daemon *d, struct lpar_ask *v, size_t n, uint64_t limit_ms,
		  lpar_asks_fn fn, void *user, struct lpar_asks **ret, struct par_error **err);
/* lpar_asks_free - commands under way are ended; NULL inside is fine */
void lpar_asks_free(struct lpar_asks **asks);
