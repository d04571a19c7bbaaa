/* SPDX-License-Identifier: Apache-2.0 */
/* A console and an agent's link of one guest at the same time, in every order. */
#include "guest_streams.h"
#include "random.h"

/* The LPAR is removed while a worker opens its streams. */
START_TEST(freed_while_it_opens)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	streams_ask_for_terminal();
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_RUNNING);
	streams_until(streams.n_jobs == 2);
	if (_i > 0)
		streams_work();
	lpar_console_free(&streams.console);
	lpar_agent_link_free(&streams.agent);
	ck_assert_int_eq(streams.answer, 1 + PAR_E_DISCONNECTED);
	streams_finish();
	ck_assert(streams_ended(streams.console_end) && streams_ended(streams.agent_end));
}
END_TEST

/* Whatever happens in whatever order; what must not stay is looked for by teardown(). */
static void random_deed(struct test_random *rnd, int *run)
{
	static const enum par_error_id failures[] = { PAR_E_COUNT, PAR_E_COUNT, PAR_E_BUSY,
						      PAR_E_DISCONNECTED, PAR_E_WRONG_STATE };
	enum lpar_guest guest = (enum lpar_guest)test_random(rnd, 3);

	switch (test_random(rnd, 10)) {
	case 0:
	case 1:
		*run += guest == LPAR_GUEST_OFF;
		lpar_agent_link_sync(streams.agent, guest);
		streams_sync_console(guest, guest == LPAR_GUEST_OFF ? -1 : *run,
				     test_random(rnd, 2));
		break;
	case 2:
		if (!streams.has_terminal && !streams.call.gone)
			streams_ask_for_terminal();
		break;
	case 3:
		streams_client_goes();
		break;
	case 4:
		streams.failure = failures[test_random(rnd, PAR_ARRAY_SIZE(failures))];
		break;
	case 5:
		streams_work();
		break;
	case 6:
		streams_finish();
		break;
	case 7:
		streams_close_end(test_random(rnd, 2) ? &streams.console_end : &streams.agent_end);
		break;
	case 8:
		lpar_console_boot(streams.console);
		lpar_agent_link_boot(streams.agent);
		break;
	default:
		if (streams.console_end >= 0)
			(void)!write(streams.console_end, "Linux version 6\r\n", 17);
		if (streams.has_terminal)
			streams.terminal.ops->data(streams.terminal.user, "typed", 5);
		(void)lpar_console_close_terminal(streams.console);
	}
}

START_TEST(random_orders)
{
	struct test_random rnd;
	int run = 1;

	test_random_begin(&rnd, (unsigned int)_i);
	for (int i = 0; i < 400; i++) {
		random_deed(&rnd, &run);
		if (test_random(&rnd, 3) == 0)
			ck_assert_int_ge(par_event_run_once(streams.loop, 0), 0);
		test_random_assert(&rnd, !(streams.has_terminal && streams.call.gone));
	}
	/* The guest stops: whoever waits for the terminal gets an answer, at the latest now. */
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_OFF);
	streams_sync_console(LPAR_GUEST_OFF, -1, true);
	streams_finish();
	test_random_assert(&rnd, streams.call.gone == NULL);
}
END_TEST

static Suite *guest_suite(void)
{
	Suite *s = suite_create("guest streams");
	TCase *t = tcase_create("guest streams");

	tcase_add_checked_fixture(t, streams_setup, streams_teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, freed_while_it_opens, 0, 2);
	tcase_add_loop_test(t, random_orders, 1, 31);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(guest_suite)
