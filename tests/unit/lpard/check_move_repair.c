/* SPDX-License-Identifier: Apache-2.0 */
/* check_move_repair.c - what is done about a move that was cut off: all pairs of records */
#include "harness.h"
#include "lpard/core/move/repair.h"

#include <string.h>

/* N nothing, B back, F forth, S wait for the source, T wait for the target, C confused */
static const char letters[] = "NBFSTC";

/* The source: silent, no record, begun, given; the target: silent, none, expected, ready, taken,
 * refused. */
static const char table[4][7] = {
	"NNBSSS",
	"NNBBFB",
	"BBBBCB",
	"TCCFFB",
};
static const enum par_move_phase sources[] = { PAR_MOVE_BEGUN, PAR_MOVE_BEGUN, PAR_MOVE_BEGUN,
					       PAR_MOVE_GIVEN };
static const enum par_move_phase targets[] = { PAR_MOVE_BEGUN, PAR_MOVE_BEGUN, PAR_MOVE_EXPECTED,
					       PAR_MOVE_READY, PAR_MOVE_TAKEN, PAR_MOVE_REFUSED };

START_TEST(each_pair_of_records)
{
	for (size_t s = 0; s < 4; s++) {
		for (size_t t = 0; t < 6; t++) {
			const struct lpar_move_known a = { s > 0, s > 1, sources[s], "1" };
			const struct lpar_move_known b = { t > 0, t > 1, targets[t], "1" };

			ck_assert_msg(letters[lpar_move_repair(&a, &b)] == table[s][t],
				      "%zu %zu: %c, not %c", s, t,
				      letters[lpar_move_repair(&a, &b)], table[s][t]);
		}
	}
}
END_TEST

/*
 * Whatever is cut off, and whoever is asked: no repair starts it where the other side may run it.
 * The source may run it after BACK, the target after FORTH.
 */
START_TEST(never_two)
{
	for (size_t s = 0; s < 4; s++) {
		for (size_t t = 0; t < 6; t++) {
			const struct lpar_move_known a = { s > 0, s > 1, sources[s], "1" };
			const struct lpar_move_known b = { t > 0, t > 1, targets[t], "1" };
			const enum lpar_move_repair r = lpar_move_repair(&a, &b);

			/* The target has taken it: nothing goes back. */
			ck_assert(!(r == LPAR_MOVE_BACK && b.answers && b.record &&
				    b.phase == PAR_MOVE_TAKEN));
			/* It may have taken it, and is not there to be asked. */
			ck_assert(!(r == LPAR_MOVE_BACK && !b.answers && a.record &&
				    a.phase == PAR_MOVE_GIVEN));
			/* The source has not given it away, or nobody knows. */
			ck_assert(!(r == LPAR_MOVE_FORTH && a.record && a.phase == PAR_MOVE_BEGUN));
			ck_assert(!(r == LPAR_MOVE_FORTH && !a.answers));
		}
	}
}
END_TEST

START_TEST(records_of_two_moves)
{
	const struct lpar_move_known begun = { true, true, PAR_MOVE_BEGUN, "1" };
	const struct lpar_move_known given = { true, true, PAR_MOVE_GIVEN, "1" };
	const struct lpar_move_known ready = { true, true, PAR_MOVE_READY, "2" };
	const struct lpar_move_known taken = { true, true, PAR_MOVE_TAKEN, "2" };

	ck_assert_int_eq(lpar_move_repair(&begun, &ready), LPAR_MOVE_BACK);
	ck_assert_int_eq(lpar_move_repair(&begun, &taken), LPAR_MOVE_BACK);
	ck_assert_int_eq(lpar_move_repair(&given, &ready), LPAR_MOVE_CONFUSED);
	ck_assert_int_eq(lpar_move_repair(&given, &taken), LPAR_MOVE_CONFUSED);
	ck_assert_int_eq(lpar_move_repair(&ready, &begun), LPAR_MOVE_CONFUSED);
}
END_TEST

static Suite *move_repair_suite(void)
{
	Suite *s = suite_create("move_repair");
	TCase *t = tcase_create("move_repair");

	tcase_add_test(t, each_pair_of_records);
	tcase_add_test(t, never_two);
	tcase_add_test(t, records_of_two_moves);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(move_repair_suite)
