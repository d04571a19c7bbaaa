/* SPDX-License-Identifier: Apache-2.0 */
/* check_service.c - which programs the init of an LPAR starts again, and when */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "images/init/init.h"
#include "harness.h"

/* The clock, and the programs: each start gets the next pid, or this error. */
static long long clock_ms = 5000;
static int start_error;
static pid_t last_pid = 100;
static int starts;
static char started[64], said[256];

long long init_now_ms(void)
{
	return clock_ms;
}

pid_t init_spawn(const char *const argv[], int out_fd)
{
	ck_assert_int_eq(out_fd, -1);
	snprintf(started, sizeof(started), "%s %s", argv[0], argv[1] ? argv[1] : "");
	starts++;
	return start_error ? start_error : ++last_pid;
}

void init_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
}

/* Services of one test stay in the table for the next: each has its own names. */
static pid_t add(const char *name)
{
	const char *const argv[] = { "/bin/program", name, NULL };

	said[0] = '\0';
	init_service_add(name, argv);
	return last_pid;
}

START_TEST(is_started_and_told_once)
{
	pid_t pid;

	starts = 0;
	pid = add("told");
	ck_assert_str_eq(started, "/bin/program told");
	ck_assert_str_eq(said, "told started");
	ck_assert_int_eq(starts, 1);
	add("told");
	ck_assert_int_eq(starts, 1);
	ck_assert(init_service_ended(pid, 0));
	init_service_start_due();
	ck_assert_int_eq(starts, 2);
	ck_assert_str_eq(said, "");
	ck_assert(!init_service_ended(pid, 0));
	ck_assert(!init_service_ended(4711, 0));
}
END_TEST

/* At once, then after 100 ms, 200 ms, ... 10 s at most, as long as it keeps ending at once. */
START_TEST(waits_longer_each_time)
{
	static const int waits[] = { 0, 100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000 };

	add("ends");
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		ck_assert(init_service_ended(last_pid, 256));
		ck_assert_int_eq(init_service_wait_ms(), waits[i]);
		starts = 0;
		if (waits[i]) {
			clock_ms += waits[i] - 1;
			init_service_start_due();
			ck_assert_int_eq(starts, 0);
			clock_ms++;
		}
		init_service_start_due();
		ck_assert_int_eq(starts, 1);
		ck_assert_int_eq(init_service_wait_ms(), -1);
	}
	/* The service ran well this time. */
	clock_ms += 10000;
	ck_assert(init_service_ended(last_pid, 0));
	ck_assert_int_eq(init_service_wait_ms(), 0);
	init_service_start_due();
}
END_TEST

START_TEST(a_program_that_is_not_there)
{
	start_error = -ENOENT;
	starts = 0;
	add("missing");
	ck_assert_str_eq(said, "missing not started: No such file or directory");
	ck_assert_int_eq(init_service_wait_ms(), 10000);
	/* Told once, tried every ten seconds. */
	said[0] = '\0';
	clock_ms += 10000;
	init_service_start_due();
	ck_assert_int_eq(starts, 2);
	ck_assert_str_eq(said, "");
	start_error = 0;
	clock_ms += 10000;
	init_service_start_due();
	ck_assert_str_eq(said, "missing started");
	ck_assert_int_eq(init_service_wait_ms(), -1);
}
END_TEST

START_TEST(the_next_one_due_decides)
{
	pid_t first = add("first"), second = add("second");

	ck_assert(init_service_ended(first, 0));
	init_service_start_due();
	first = last_pid;
	ck_assert(init_service_ended(first, 0));
	ck_assert_int_eq(init_service_wait_ms(), 100);
	ck_assert(init_service_ended(second, 0));
	ck_assert_int_eq(init_service_wait_ms(), 0);
	starts = 0;
	init_service_start_due();
	ck_assert_int_eq(starts, 1);
	ck_assert_int_eq(init_service_wait_ms(), 100);
	clock_ms += 5000;
	ck_assert_int_eq(init_service_wait_ms(), 0);
	init_service_start_due();
}
END_TEST

START_TEST(no_more_than_there_is_room_for)
{
	char name[16];

	starts = 0;
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "many%d", i);
		add(name);
	}
	ck_assert_int_le(starts, 24);
	ck_assert_int_gt(starts, 0);
}
END_TEST

/* The last: it holds for good. */
START_TEST(nothing_after_the_end)
{
	pid_t pid = last_pid;

	if (starts == 0)
		pid = add("last");
	init_services_stop();
	ck_assert(init_service_ended(pid, 0));
	starts = 0;
	clock_ms += 100000;
	init_service_start_due();
	add("late");
	ck_assert_int_eq(starts, 0);
	ck_assert_int_eq(init_service_wait_ms(), -1);
}
END_TEST

static Suite *service_suite(void)
{
	Suite *suite = suite_create("init service");
	TCase *tc = tcase_create("again");

	tcase_add_test(tc, is_started_and_told_once);
	tcase_add_test(tc, waits_longer_each_time);
	tcase_add_test(tc, a_program_that_is_not_there);
	tcase_add_test(tc, the_next_one_due_decides);
	tcase_add_test(tc, no_more_than_there_is_room_for);
	tcase_add_test(tc, nothing_after_the_end);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(service_suite)
