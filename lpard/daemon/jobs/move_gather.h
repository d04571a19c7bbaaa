/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of two or more LPARs for a move of a WPAR: the source is asked first, then all targets
 * at once, each with what the source has said.  Everything belongs to the loop.
 */
#pragma once

#include "lpard/core/move/report.h"
#include "lpard/daemon/systems/inventory.h"

struct lpar_move_gather;

/* What one LPAR has said. */
struct lpar_move_gathered {
	const char *system, *lpar;
	struct par_move_facts facts;
	bool there;	       /* facts are */
	struct par_error *why; /* they are not */
	int64_t ahead_ms;
	struct lpar_move_port *ports;
	size_t n_ports;
};

/*
 * Called once: @err (borrowed) says why the source could not be asked, else the facts of the source
 * and of @n targets are there, as far as those have answered; borrowed.  The gather may be freed
 * from within.
 */
typedef void (*lpar_move_gather_fn)(struct lpar_move_gathered *source,
				    struct lpar_move_gathered *targets, size_t n,
				    const struct par_error *err, void *user);

/*
 * lpar_move_gather_new - ask for the WPAR @wpar of @source, and all @targets (which are copied)
 * No callback comes before the function returns.  Errors: as lpar_stream_open().
 */
int lpar_move_gather_new(struct lpar_daemon *d, struct lpar_lpar *source, const char *wpar,
			 struct lpar_lpar *const *targets, size_t n, lpar_move_gather_fn fn,
			 void *user, struct lpar_move_gather **ret, struct par_error **err);
/* lpar_move_gather_free - commands under way are ended */
void lpar_move_gather_free(struct lpar_move_gather **g);

/* lpar_move_side_of - as the planner wants it; borrows from @g */
struct lpar_move_side lpar_move_side_of(const struct lpar_move_gathered *g);
