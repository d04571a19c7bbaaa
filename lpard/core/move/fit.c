/* SPDX-License-Identifier: Apache-2.0 */
/* All tests of a move, one after the other: see fit.h.  They are in fit_lpar.c and fit_wpar.c. */
#include "lpard/core/move/fit_priv.h"

static void make(struct move_look *l, const struct move_test *tests, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (tests[i].needs[l->kind] != MOVE_NOT)
			tests[i].make(l, &tests[i]);
	}
}

void lpar_move_fit(enum lpar_move_kind kind, const struct lpar_move_side *source,
		   const struct lpar_move_side *target, struct lpar_move_fit *ret)
{
	struct move_look l = { .kind = kind,
			       .source = source,
			       .target = target,
			       .here = source->facts,
			       .there = target->facts,
			       .wpar = source->facts->wpars.v,
			       .fit = ret };

	make(&l, move_tests_lpar, move_n_tests_lpar);
	make(&l, move_tests_wpar, move_n_tests_wpar);
}
