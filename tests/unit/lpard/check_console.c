/* SPDX-License-Identifier: Apache-2.0 */
/* Consoles: stages of a boot, terminals, and who else wants a console. */
#include "guest_streams.h"

START_TEST(stages_of_a_boot)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	lpar_console_boot(streams.console);
	ck_assert_int_eq(streams.stage, FW_STAGE_POWER_ON);
	streams_finish();
	streams_guest_says("[    0.000000] Linux version 6.12.0-powerpc64le\r\n");
	streams_until(streams.stage == FW_STAGE_KERNEL);
	lpar_console_agent(streams.console);
	ck_assert_int_eq(streams.stage, FW_STAGE_LOGIN);
	ck_assert_int_eq(lpar_console_stage(streams.console), FW_STAGE_LOGIN);
	streams_sync_console(LPAR_GUEST_RUNNING, 1, false);
	ck_assert(streams_ended(streams.console_end));
	streams_sync_console(LPAR_GUEST_OFF, -1, true);
	ck_assert_int_eq(lpar_console_stage(streams.console), FW_STAGE_NONE);
	ck_assert_uint_eq(streams.n_opened, 1);
}
END_TEST

/* An LPAR without an agent: nobody needs the console when the boot has ended. */
static const struct {
	const char *says;
	enum fw_stage_id stage;
} ends[] = {
	{ "[    0.000000] Linux version 6.12.0\r\n\r\nDebian GNU/Linux 13 lp1 hvc0\r\n\r\nlp1 login: ",
	  FW_STAGE_LOGIN },
	{ "Kernel panic - not syncing: on purpose\r\n", FW_STAGE_PANIC },
	{ "\r\n\r\nSLOF\033[0m\033[?25l ****\r\n  Welcome to Open Firmware\r\nReady! \r\n0 > ",
	  FW_STAGE_PROMPT },
};

START_TEST(let_go)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	lpar_console_boot(streams.console);
	streams_finish();
	streams_guest_says(ends[_i].says);
	streams_until(streams.stage == ends[_i].stage);
	ck_assert(streams_ended(streams.console_end));
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	ck_assert_uint_eq(streams.n_opened, 1);
	/* a terminal has it meanwhile, and a new boot is followed again */
	streams_ask_for_terminal();
	streams_finish();
	ck_assert_int_eq(streams.answer, 0);
	streams_client_goes();
	ck_assert(streams_ended(streams.console_end));
	lpar_console_boot(streams.console);
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	streams_finish();
	ck_assert_uint_eq(streams.n_opened, 3);
	ck_assert(!streams_ended(streams.console_end));
}
END_TEST

/* Nor when it says nothing that is known. */
START_TEST(out_of_patience)
{
	lpar_console_set_patience(streams.console, 50);
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	streams_finish();
	streams_guest_says("something else\r\n");
	streams_until(streams_ended(streams.console_end));
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	ck_assert_uint_eq(streams.n_opened, 1);
	streams_sync_console(LPAR_GUEST_OFF, -1, true);
	streams_sync_console(LPAR_GUEST_RUNNING, 2, true);
	streams_finish();
	ck_assert_uint_eq(streams.n_opened, 2);
}
END_TEST

START_TEST(terminal_of_one_that_is_off)
{
	char typed[16] = "";

	streams_ask_for_terminal();
	ck_assert_int_eq(streams.answer, 0);
	streams_ask_for_terminal();
	ck_assert_int_eq(streams.answer, 1 + PAR_E_ALREADY_OPEN);
	streams.terminal.ops->data(streams.terminal.user, "lost", 4);
	streams_sync_console(LPAR_GUEST_RUNNING, 1, false);
	streams_finish();
	streams_guest_says("login: ");
	streams_until(streams.heard == 7);
	streams.terminal.ops->data(streams.terminal.user, "root\r", 5);
	ck_assert_int_eq(read(streams.console_end, typed, sizeof(typed)), 5);
	ck_assert_str_eq(typed, "root\r");
	/* The terminal stays over a restart. */
	streams_sync_console(LPAR_GUEST_OFF, -1, true);
	streams_close_end(&streams.console_end);
	streams_sync_console(LPAR_GUEST_RUNNING, 2, false);
	streams_until(streams.n_jobs > 0);
	streams_finish();
	streams_guest_says("again");
	streams_until(streams.heard == 12);
	ck_assert(lpar_console_close_terminal(streams.console));
	ck_assert(!lpar_console_close_terminal(streams.console));
	ck_assert(streams_ended(streams.console_end));
}
END_TEST

/* What opening ends with, and what the one who asked for the terminal gets. */
static const struct {
	enum par_error_id failure;
	int answer;
} openings[] = {
	{ PAR_E_COUNT, 0 },
	{ PAR_E_WRONG_STATE, 0 }, /* it has just stopped: a terminal of one that is off */
	{ PAR_E_BUSY, 1 + PAR_E_ALREADY_OPEN },
	{ PAR_E_DISCONNECTED, 1 + PAR_E_DISCONNECTED },
	{ PAR_E_SYSTEM, 1 + PAR_E_SYSTEM },
};

START_TEST(asked_for_while_it_opens)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, false);
	ck_assert_uint_eq(streams.n_jobs, 0);
	streams_ask_for_terminal();
	ck_assert_int_eq(streams.answer, -1);
	streams.failure = openings[_i].failure;
	streams_finish();
	ck_assert_int_eq(streams.answer, openings[_i].answer);
}
END_TEST

START_TEST(caller_dies_while_it_opens)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, false);
	streams_ask_for_terminal();
	if (_i > 0)
		streams_work();
	streams_client_goes();
	streams_finish();
	ck_assert_int_eq(streams.answer, -1);
	ck_assert(streams_ended(streams.console_end)); /* nobody wants it any more */
}
END_TEST

/* Another program takes the console: whoever has the terminal is told, after a while. */
START_TEST(stolen)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, false);
	streams_ask_for_terminal();
	streams_finish();
	streams_close_end(&streams.console_end);
	streams_turn();
	ck_assert(streams.has_terminal);
	streams_until(!streams.has_terminal);
	ck_assert_uint_eq(streams.n_jobs, 0);
	/* Not again in this run, unless somebody asks for it. */
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	ck_assert_uint_eq(streams.n_jobs, 0);
	streams_ask_for_terminal();
	streams_finish();
	ck_assert_int_eq(streams.answer, 0);
	streams_sync_console(LPAR_GUEST_RUNNING, 2, true);
}
END_TEST

/* The guest stops and starts again at once: nobody took the console, whichever end is first. */
START_TEST(restarted_at_once)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, false);
	streams_ask_for_terminal();
	streams_finish();
	if (_i == 0) {
		streams_close_end(&streams.console_end);
		for (int i = 0; i < 3; i++)
			streams_turn();
	}
	streams_sync_console(LPAR_GUEST_OFF, -1, true);
	streams_sync_console(LPAR_GUEST_RUNNING, 2, true);
	if (_i > 0)
		streams_close_end(&streams.console_end);
	streams_until(streams.n_jobs > 0);
	streams_finish();
	for (uint64_t end_ms = par_now_ms() + 900; par_now_ms() < end_ms;)
		streams_turn();
	ck_assert(streams.has_terminal);
	streams_guest_says("login: ");
	streams_until(streams.heard == 7);
}
END_TEST

/* The stream ends because libvirtd went away: it is attached again when that is back. */
START_TEST(lost_with_the_connection)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, false);
	streams_ask_for_terminal();
	streams_finish();
	streams_close_end(&streams.console_end);
	streams_sync_console(LPAR_GUEST_UNREACHABLE, 1, false);
	for (uint64_t end_ms = par_now_ms() + 900; par_now_ms() < end_ms;)
		streams_turn();
	ck_assert(streams.has_terminal);
	streams_sync_console(LPAR_GUEST_RUNNING, 1, false);
	streams_finish();
	streams_guest_says("here");
	streams_until(streams.heard == 4);
}
END_TEST

/* Asked for just after the stream has ended: the answer does not wait for ever. */
START_TEST(asked_for_while_it_is_lost)
{
	streams_sync_console(LPAR_GUEST_RUNNING, 1, true);
	streams_finish();
	streams_close_end(&streams.console_end);
	for (int i = 0; i < 3; i++)
		streams_turn();
	streams_ask_for_terminal();
	ck_assert_int_eq(streams.answer, -1);
	if (_i == 0) {
		streams_until(streams.n_jobs > 0);
		streams_finish();
	} else {
		streams_sync_console(LPAR_GUEST_OFF, -1, true);
	}
	ck_assert_int_eq(streams.answer, 0);
}
END_TEST

static Suite *console_suite(void)
{
	Suite *s = suite_create("console");
	TCase *t = tcase_create("console");

	tcase_add_checked_fixture(t, streams_setup, streams_teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, stages_of_a_boot);
	tcase_add_loop_test(t, let_go, 0, PAR_ARRAY_SIZE(ends));
	tcase_add_test(t, out_of_patience);
	tcase_add_test(t, terminal_of_one_that_is_off);
	tcase_add_loop_test(t, asked_for_while_it_opens, 0, (int)PAR_ARRAY_SIZE(openings));
	tcase_add_loop_test(t, caller_dies_while_it_opens, 0, 2);
	tcase_add_test(t, stolen);
	tcase_add_loop_test(t, restarted_at_once, 0, 2);
	tcase_add_test(t, lost_with_the_connection);
	tcase_add_loop_test(t, asked_for_while_it_is_lost, 0, 2);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(console_suite)
