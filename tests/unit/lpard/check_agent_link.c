/* SPDX-License-Identifier: Apache-2.0 */
/* Links to agents: they come, go, are waited for and refused. */
#include "guest_streams.h"

static enum par_wake woken; /* why the last waiter was called */
static unsigned int n_woken;

static bool on_wait(enum par_wake why, void *user)
{
	(void)user;
	woken = why;
	n_woken++;
	return false;
}

static void agent_comes(void)
{
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_RUNNING);
	streams_until(streams.n_jobs > 0);
	streams_finish();
	streams_agent_says_hello();
	streams_until(streams.agent_up);
}

START_TEST(agent_comes_and_goes)
{
	ck_assert_ptr_null(lpar_agent_link_info(streams.agent));
	agent_comes();
	ck_assert(lpar_agent_link_up(streams.agent));
	ck_assert_str_eq(lpar_agent_link_info(streams.agent)->agent, "9");
	ck_assert_str_eq(lpar_agent_link_info(streams.agent)->ipaddr, "10.1.2.3");
	/* A guest's words do not look like another attribute. */
	ck_assert_str_eq(lpar_agent_link_os_version(streams.agent), "Linux/Debian 13 6.12");
	/* The guest starts over within its run: hello again. */
	lpar_agent_link_boot(streams.agent);
	ck_assert(!streams.agent_up);
	streams_agent_says_hello();
	streams_until(streams.agent_up);
	/* Its end, and the next try. */
	streams_close_end(&streams.agent_end);
	streams_until(!streams.agent_up);
	streams_until(streams.n_jobs > 0);
	streams_finish();
	streams_agent_says_hello();
	streams_until(streams.agent_up);
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_UNREACHABLE);
	ck_assert(lpar_agent_link_up(streams.agent));
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_OFF);
	ck_assert(!streams.agent_up);
	ck_assert(streams_ended(streams.agent_end));
}
END_TEST

START_TEST(agent_port_refused)
{
	streams.failure = PAR_E_NOT_SUPPORTED;
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_RUNNING);
	streams_until(streams.n_jobs > 0);
	streams_finish();
	ck_assert_str_eq(lpar_agent_link_why_closed(streams.agent), "refused on purpose");
	streams.failure = PAR_E_COUNT;
	streams_until(streams.n_jobs > 0);
	streams_finish();
	ck_assert_ptr_null(lpar_agent_link_why_closed(streams.agent));
	streams_agent_says_hello();
	streams_until(streams.agent_up);
}
END_TEST

/* A channel that was opened for a guest that has stopped meanwhile is closed again. */
START_TEST(stopped_while_it_opens)
{
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_RUNNING);
	streams_until(streams.n_jobs > 0);
	streams_work();
	lpar_agent_link_sync(streams.agent, _i ? LPAR_GUEST_OFF : LPAR_GUEST_UNREACHABLE);
	streams_finish();
	ck_assert(streams_ended(streams.agent_end));
	ck_assert_uint_eq(streams.n_agent, 0);
}
END_TEST

START_TEST(waits_for_an_agent)
{
	struct par_waiter *wait;

	n_woken = 0;
	/* Of a guest that is off no agent comes. */
	ck_assert_ptr_null(lpar_agent_link_when_up(streams.agent, 60000, on_wait, NULL));
	ck_assert_uint_eq(n_woken, 1);
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_RUNNING);
	ck_assert_ptr_null(lpar_agent_link_when_up(streams.agent, 0, on_wait, NULL));
	ck_assert_uint_eq(n_woken, 2);
	ck_assert_ptr_nonnull(lpar_agent_link_when_up(streams.agent, 20, on_wait, NULL));
	streams_until(n_woken == 3);
	ck_assert_int_eq(woken, PAR_WAKE_TIMEOUT);
	wait = lpar_agent_link_when_up(streams.agent, 60000, on_wait, NULL);
	lpar_agent_link_forget(streams.agent, &wait);
	ck_assert_ptr_nonnull(lpar_agent_link_when_up(streams.agent, 60000, on_wait, NULL));
	agent_comes();
	ck_assert_uint_eq(n_woken, 4);
	ck_assert_int_eq(woken, PAR_WAKE_CHANGED);
	ck_assert_ptr_null(lpar_agent_link_when_up(streams.agent, 60000, on_wait, NULL));
	ck_assert_uint_eq(n_woken, 5);
	lpar_agent_link_boot(streams.agent);
	ck_assert_ptr_nonnull(lpar_agent_link_when_up(streams.agent, 60000, on_wait, NULL));
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_OFF);
	ck_assert_uint_eq(n_woken, 6);
	lpar_agent_link_sync(streams.agent, LPAR_GUEST_RUNNING);
	ck_assert_ptr_nonnull(lpar_agent_link_when_up(streams.agent, 60000, on_wait, NULL));
	lpar_agent_link_free(&streams.agent);
	ck_assert_uint_eq(n_woken, 7);
	ck_assert_int_eq(woken, PAR_WAKE_END);
}
END_TEST

static Suite *agent_link_suite(void)
{
	Suite *s = suite_create("agent link");
	TCase *t = tcase_create("agent link");

	tcase_add_checked_fixture(t, streams_setup, streams_teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, agent_comes_and_goes);
	tcase_add_test(t, agent_port_refused);
	tcase_add_loop_test(t, stopped_while_it_opens, 0, 2);
	tcase_add_test(t, waits_for_an_agent);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(agent_link_suite)
