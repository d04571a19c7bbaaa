/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moves of WPARs from one LPAR to another, as jobs (docs/adr/0015-moves.md): one after the other,
 * by one queue.  A move holds both LPARs.  What has been decided lies in the LPARs; lpard remembers
 * moves for lswparmigr only.  Everything belongs to the loop.
 */
#pragma once

#include "lpard/daemon/jobs/job.h"
#include "lpard/core/move/fit.h"

#define LPAR_MOVES_REMEMBERED 64 /* that have ended */

/* A move under way, waiting, or over, for listings; borrowed. */
struct lpar_move_seen {
	const char *system, *lpar, *wpar, *target_system, *target_lpar;
	enum lpar_move_kind kind;
	const char *state;  /* "Queued", "Migration In Progress", … */
	const char *phase;  /* "copy"; "" when it is over */
	uint64_t bytes;	    /* that have gone over */
	uint64_t down_ms;   /* how long it did not run; 0: it has not been stopped */
	uint64_t total_ms;  /* since its beginning, or all of it */
	const char *reason; /* why it failed; "" */
};

/*
 * lpar_move_start - queue a move of the WPAR @wpar; answers *call (taken over) when it is over
 * @trust	what its specification asks for beyond a plain WPAR is granted in the target
 */
void lpar_move_start(struct lpar_lpar *source, struct lpar_lpar *target, const char *wpar,
		     enum lpar_move_kind kind, bool trust, struct lpar_call **call);

/*
 * lpar_move_repair_start - a move of @wpar that was cut off is completed or taken back; @lpar is
 * one of the two LPARs; answers *call (taken over)
 */
void lpar_move_repair_start(struct lpar_lpar *lpar, const char *wpar, struct lpar_call **call);

/*
 * lpar_move_stop - a move that has not given the WPAR away yet is taken back, and its own caller is
 * told; PAR_E_NOT_FOUND, PAR_E_WRONG_STATE (too late)
 */
int lpar_move_stop(struct lpar_lpar *source, const char *wpar, struct par_error **err);

/* lpar_moves_each - those of @managed, the newest last, until @fn returns non-zero */
int lpar_moves_each(const struct lpar_daemon *d, const struct lpar_managed *managed,
		    int (*fn)(const struct lpar_move_seen *seen, void *user), void *user);

/* lpar_moves_free - the daemon ends: moves under way are left as they are, for a repair */
void lpar_moves_free(struct lpar_daemon *d);
