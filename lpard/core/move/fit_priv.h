/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the tests share; no other file includes this one. */
#pragma once

#include "lpard/core/move/fit.h"

/* How much a test matters. */
enum move_need {
	MOVE_NOT, /* it is not made */
	MOVE_OPTIONAL,
	MOVE_REQUIRED,
};

/* Of struct move_test: live and static. */
#define LIVE_ONLY                                                               \
	{                                                                       \
		[LPAR_MOVE_LIVE] = MOVE_REQUIRED, [LPAR_MOVE_STATIC] = MOVE_NOT \
	}
#define LIVE_HINT                                                               \
	{                                                                       \
		[LPAR_MOVE_LIVE] = MOVE_OPTIONAL, [LPAR_MOVE_STATIC] = MOVE_NOT \
	}
#define LIVE_MORE                                                                    \
	{                                                                            \
		[LPAR_MOVE_LIVE] = MOVE_REQUIRED, [LPAR_MOVE_STATIC] = MOVE_OPTIONAL \
	}
#define STATIC_ONLY                                                             \
	{                                                                       \
		[LPAR_MOVE_LIVE] = MOVE_NOT, [LPAR_MOVE_STATIC] = MOVE_REQUIRED \
	}
#define ALWAYS                                                                       \
	{                                                                            \
		[LPAR_MOVE_LIVE] = MOVE_REQUIRED, [LPAR_MOVE_STATIC] = MOVE_REQUIRED \
	}
#define HINT                                                                         \
	{                                                                            \
		[LPAR_MOVE_LIVE] = MOVE_OPTIONAL, [LPAR_MOVE_STATIC] = MOVE_OPTIONAL \
	}

struct move_look {
	enum lpar_move_kind kind;
	const struct lpar_move_side *source, *target;
	const struct par_move_facts *here, *there; /* of the source, of the target */
	const struct par_move_wpar *wpar;
	struct lpar_move_fit *fit;
};

struct move_test {
	const char *name;
	enum move_need needs[2]; /* by enum lpar_move_kind */
	void (*make)(struct move_look *l, const struct move_test *t);
	const char *remedy;
};

/* move_add - a row; @fits says whether the test went well.  Texts are copied. */
void move_add(struct move_look *l, const struct move_test *t, const char *source,
	      const char *target, bool fits);
/* move_add_as - the same with a remedy of its own, or NULL for that of the test */
void move_add_as(struct move_look *l, const struct move_test *t, const char *remedy,
		 const char *source, const char *target, bool fits);
/* move_add_named - a row of a test that the facts name */
void move_add_named(struct move_look *l, const char *name, bool required, const char *remedy,
		    const char *source, const char *target, bool fits);

/* The tests, in the order of the report; fit_lpar.c: of the LPARs, fit_wpar.c: of the WPAR there */
extern const struct move_test move_tests_lpar[], move_tests_wpar[];
extern const size_t move_n_tests_lpar, move_n_tests_wpar;
