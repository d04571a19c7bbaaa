/* SPDX-License-Identifier: Apache-2.0 */
/* waiting.c: calls that wait for a system, and what can become of them meanwhile. */
#include "lpard/daemon/methods/waiting.h"

#include "harness.h"

#include <string.h>

static struct par_event *loop;
static struct lpar_events *events;
static struct lpar_waiting *waiting;
static struct lpar_call calls[4];
static char order[16];	 /* what happened: digits looked at again, "-" answered */
static int wait_on = -1; /* this one must wait on; -1: none */
static int goes = -1;	 /* this one's client goes while another is looked at */

/* Stand-ins for connection.c: calls here are static and nobody hears the answer. */
void lpar_call_fail(struct lpar_call **call, struct par_error **err)
{
	(*call)->gone = NULL;
	ck_assert_int_eq((*err)->id, PAR_E_DISCONNECTED);
	snprintf(order + strlen(order), 2, "-");
	par_error_free(err);
	*call = NULL;
}

static void client_goes(struct lpar_call *call)
{
	ck_assert_ptr_nonnull(call->gone);
	call->gone(call, call->gone_user);
	call->gone = NULL;
}

static void again(struct lpar_call *call, void *user)
{
	int i = (int)(call - calls);

	ck_assert_ptr_eq(user, order);
	ck_assert_ptr_null(call->gone);
	snprintf(order + strlen(order), 2, "%d", i);
	if (i == wait_on)
		lpar_waiting_add(waiting, call, 1000);
	if (goes >= 0) {
		client_goes(&calls[goes]);
		goes = -1;
	}
}

static void setup(void)
{
	memset(calls, 0, sizeof(calls));
	order[0] = '\0';
	wait_on = goes = -1;
	ck_assert_int_eq(par_event_new(&loop, NULL), 0);
	ck_assert_int_eq(lpar_events_new(&events, NULL), 0);
	ck_assert_int_eq(lpar_waiting_new(loop, events, again, order, &waiting, NULL), 0);
}

static void teardown(void)
{
	lpar_waiting_free(&waiting);
	ck_assert_ptr_null(waiting);
	lpar_events_free(&events);
	par_event_free(&loop);
}

static void connected(void)
{
	lpar_events_publish(events, &(struct lpar_event){ .type = LPAR_EVENT_SYSTEM_UP });
}

static void add(int n, uint64_t ms)
{
	for (int i = 0; i < n; i++)
		lpar_waiting_add(waiting, &calls[i], ms);
}

START_TEST(woken_in_order)
{
	connected();
	ck_assert_str_eq(order, "");
	add(4, 1000);
	connected();
	ck_assert_str_eq(order, "0123");
	connected();
	ck_assert_str_eq(order, "0123");
}
END_TEST

START_TEST(one_waits_on)
{
	add(3, 1000);
	wait_on = 1;
	connected();
	ck_assert_str_eq(order, "012");
	wait_on = -1;
	connected();
	ck_assert_str_eq(order, "0121");
}
END_TEST

START_TEST(time_is_up)
{
	add(2, 20);
	for (int i = 0; i < 200 && strlen(order) < 2; i++)
		par_event_run_once(loop, 10);
	ck_assert_str_eq(order, "01");
}
END_TEST

START_TEST(clients_go)
{
	add(4, 1000);
	client_goes(&calls[0]);
	client_goes(&calls[2]);
	connected();
	ck_assert_str_eq(order, "13");
}
END_TEST

/* Looking at one ends the connection of another, which is to be looked at next. */
START_TEST(client_goes_while_waking)
{
	add(4, 1000);
	goes = 1;
	connected();
	ck_assert_str_eq(order, "023");
}
END_TEST

START_TEST(the_daemon_ends)
{
	add(3, 1000);
	client_goes(&calls[1]);
	lpar_waiting_free(&waiting);
	ck_assert_str_eq(order, "--");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("waiting calls");
	TCase *t = tcase_create("waiting calls");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, woken_in_order);
	tcase_add_test(t, one_waits_on);
	tcase_add_test(t, time_is_up);
	tcase_add_test(t, clients_go);
	tcase_add_test(t, client_goes_while_waking);
	tcase_add_test(t, the_daemon_ends);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(suite)
