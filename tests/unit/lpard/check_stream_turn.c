/* SPDX-License-Identifier: Apache-2.0 */
/* Who may touch an LPAR's streams when. */
#include "harness.h"
#include "lpard/common/now.h"
#include "lpard/hypervisor/libvirt/stream_turn.h"

#include <stdatomic.h>

#define UUID_A "6c706172-0000-4000-8000-00000000000a"
#define UUID_B "6c706172-0000-4000-8000-00000000000b"

static struct hv_turns turns;
static atomic_int step;

static void setup(void)
{
	hv_turns_init(&turns);
	atomic_store(&step, 0);
}

static void teardown(void)
{
	ck_assert_ptr_null(turns.taken);
	hv_turns_done(&turns);
}

START_TEST(one_kind_side_by_side)
{
	struct hv_turn sends[2], ends[2];

	hv_turn_take(&turns, &sends[0], UUID_A, HV_TURN_SENDS);
	hv_turn_take(&turns, &sends[1], UUID_A, HV_TURN_SENDS);
	hv_turn_take(&turns, &ends[0], UUID_B, HV_TURN_ENDS); /* another LPAR */
	hv_turn_take(&turns, &ends[1], UUID_B, HV_TURN_ENDS);
	hv_turn_give(&turns, &sends[0]);
	hv_turn_give(&turns, &ends[1]);
	hv_turn_give(&turns, &ends[0]);
	hv_turn_give(&turns, &sends[1]);
}
END_TEST

static void *send_one(void *arg)
{
	struct hv_turn turn;

	(void)arg;
	hv_turn_take(&turns, &turn, UUID_A, HV_TURN_SENDS);
	atomic_fetch_add(&step, 1);
	hv_turn_give(&turns, &turn);
	return NULL;
}

/* The same LPAR by the same id in capitals; nothing is sent before the other has ended. */
START_TEST(who_sends_waits)
{
	struct hv_turn ends[2];
	pthread_t thread;

	hv_turn_take(&turns, &ends[0], "6C706172-0000-4000-8000-00000000000A", HV_TURN_ENDS);
	hv_turn_take(&turns, &ends[1], UUID_A, HV_TURN_ENDS);
	ck_assert_int_eq(pthread_create(&thread, NULL, send_one, NULL), 0);
	hv_turn_give(&turns, &ends[0]);
	usleep(50000);
	ck_assert_int_eq(atomic_load(&step), 0);
	hv_turn_give(&turns, &ends[1]);
	pthread_join(thread, NULL);
	ck_assert_int_eq(atomic_load(&step), 1);
}
END_TEST

/* A thread that hangs in a send does not keep the plug in. */
START_TEST(who_ends_waits_a_while)
{
	uint64_t began = par_now_ms();
	struct hv_turn sends, ends;

	hv_turn_take(&turns, &sends, UUID_A, HV_TURN_SENDS);
	hv_turn_take(&turns, &ends, UUID_A, HV_TURN_ENDS);
	ck_assert_uint_ge(par_now_ms() - began, 1900);
	hv_turn_give(&turns, &ends);
	hv_turn_give(&turns, &sends);
}
END_TEST

static Suite *stream_turn_suite(void)
{
	Suite *suite = suite_create("stream turn");
	TCase *tc = tcase_create("turns");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, one_kind_side_by_side);
	tcase_add_test(tc, who_sends_waits);
	tcase_add_test(tc, who_ends_waits_a_while);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(stream_turn_suite)
