/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is to be done when a move was cut off, or has failed: found from the records in the two
 * LPARs alone (docs/adr/0015-moves.md has the table).  Pure.
 */
#pragma once

#include "lpard/common/words.h"

#include <stdbool.h>

/* lpar_move_phase_is_source - is it a record of the LPAR that a WPAR leaves? */
bool lpar_move_phase_is_source(enum par_move_phase phase);

/* What one of the two LPARs says of a WPAR that moves. */
struct lpar_move_known {
	bool answers; /* false: nothing is known */
	bool record;  /* it remembers a move */
	enum par_move_phase phase;
	const char *id; /* of the move; NULL without a record */
};

enum lpar_move_repair {
	LPAR_MOVE_NOTHING,     /* no move was cut off */
	LPAR_MOVE_BACK,	       /* it is the source's: the target forgets it */
	LPAR_MOVE_FORTH,       /* it is the target's: it runs there, the source's is removed */
	LPAR_MOVE_WAIT_SOURCE, /* only the source knows */
	LPAR_MOVE_WAIT_TARGET, /* it is the target's, which does not answer */
	LPAR_MOVE_CONFUSED,    /* the records do not belong together: a person has to look */
};

/* lpar_move_repair - never lets two sides run it */
enum lpar_move_repair lpar_move_repair(const struct lpar_move_known *source,
				       const struct lpar_move_known *target);
