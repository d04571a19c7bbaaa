/* SPDX-License-Identifier: Apache-2.0 */
/* The report on several targets at once, the best first.  Pure. */
#pragma once

#include "lpard/core/move/fit.h"

struct lpar_move_target {
	const char *system;	    /* managed system */
	struct lpar_move_side side; /* facts NULL: they cannot be had */
	const char *why;	    /* then: the reason, a sentence */
};

/*
 * lpar_move_reports - an array of objects: system, lpar, rank, verdict, failed, warnings,
 * memory_free, error, tests
 * The order: fewer failed tests, fewer warnings, more free memory, name.  One without facts is the
 * last.  NULL: no memory.
 */
struct json_object *lpar_move_reports(enum lpar_move_kind kind, const struct lpar_move_side *source,
				      const struct lpar_move_target *targets, size_t n);
