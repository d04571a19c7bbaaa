/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of waiters: limits, wakes, and waiters that change the list while they are called. */
#include "harness.h"

#include "lpard/common/waiters.h"

#include <string.h>

static struct par_event *loop;
static struct par_waiters list;
static char told[256]; /* a letter and a reason for each call */

struct one {
	char letter;
	bool stay;
	struct par_waiter *self;
	struct one *victim; /* forget that one */
	struct one *newcomer;
	bool wake_again;
};

static void setup(void)
{
	ck_assert_int_eq(par_event_new(&loop, NULL), 0);
	par_waiters_init(&list, loop);
	told[0] = '\0';
}

static void teardown(void)
{
	par_waiters_done(&list);
	par_event_free(&loop);
}

static void add(struct one *o, uint64_t ms);

static bool on_wake(enum par_wake why, void *user)
{
	static const char *const names[] = { "+", "-", "." };
	struct one *o = user;
	size_t len = strlen(told);

	snprintf(told + len, sizeof(told) - len, "%c%s", o->letter, names[why]);
	if (o->victim)
		par_waiters_forget(&list, &o->victim->self);
	if (o->newcomer) {
		struct one *n = o->newcomer;

		o->newcomer = NULL;
		add(n, UINT64_MAX);
	}
	if (o->wake_again) {
		o->wake_again = false;
		par_waiters_wake(&list);
	}
	return o->stay;
}

static void add(struct one *o, uint64_t ms)
{
	o->self = par_waiters_add(&list, ms, on_wake, o);
	ck_assert_ptr_nonnull(o->self);
}

START_TEST(test_wake_keeps_those_who_stay)
{
	struct one a = { .letter = 'a', .stay = true }, b = { .letter = 'b' };

	ck_assert(!par_waiters_any(&list));
	add(&a, UINT64_MAX);
	add(&b, UINT64_MAX);
	par_waiters_wake(&list);
	par_waiters_wake(&list);
	ck_assert_str_eq(told, "a+b+a+");
	par_waiters_done(&list);
	ck_assert_str_eq(told, "a+b+a+a.");
	ck_assert(!par_waiters_any(&list));
}
END_TEST

START_TEST(test_limits)
{
	struct one a = { .letter = 'a', .stay = true }, b = { .letter = 'b' },
		   c = { .letter = 'c' };
	uint64_t begin = par_now_ms();

	add(&a, 60);
	add(&b, 20);
	add(&c, UINT64_MAX);
	while (strlen(told) < 4 && par_now_ms() - begin < 5000)
		ck_assert_int_ge(par_event_run_once(loop, 1000), 0);
	ck_assert_str_eq(told, "b-a-");
	ck_assert_int_ge((int)(par_now_ms() - begin), 60);
	par_waiters_done(&list);
}
END_TEST

START_TEST(test_newcomers_wait_for_the_next_wake)
{
	struct one b = { .letter = 'b' };
	struct one a = { .letter = 'a', .newcomer = &b };

	add(&a, UINT64_MAX);
	par_waiters_wake(&list);
	ck_assert_str_eq(told, "a+");
	par_waiters_wake(&list);
	ck_assert_str_eq(told, "a+b+");
}
END_TEST

START_TEST(test_forgetting_from_within)
{
	struct one b = { .letter = 'b', .stay = true };
	struct one a = { .letter = 'a', .stay = true, .victim = &b };
	struct one c = { .letter = 'c', .stay = true, .victim = &c };

	add(&a, UINT64_MAX);
	add(&b, UINT64_MAX);
	add(&c, UINT64_MAX);
	par_waiters_wake(&list);
	ck_assert_str_eq(told, "a+c+");
	par_waiters_wake(&list);
	ck_assert_str_eq(told, "a+c+a+");
	par_waiters_forget(&list, &a.self);
	ck_assert_ptr_null(a.self);
	par_waiters_forget(&list, &a.self);
	ck_assert(!par_waiters_any(&list));
}
END_TEST

/* A wake within a wake calls everybody else once; the outer one does not call them again. */
START_TEST(test_wake_within_wake)
{
	struct one a = { .letter = 'a', .stay = true, .wake_again = true };
	struct one b = { .letter = 'b' }, c = { .letter = 'c', .stay = true };

	add(&a, UINT64_MAX);
	add(&b, UINT64_MAX);
	add(&c, UINT64_MAX);
	par_waiters_wake(&list);
	ck_assert_str_eq(told, "a+b+c+");
	par_waiters_done(&list);
	ck_assert_str_eq(told, "a+b+c+a.c.");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("waiters");
	TCase *t = tcase_create("waiters");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_wake_keeps_those_who_stay);
	tcase_add_test(t, test_limits);
	tcase_add_test(t, test_newcomers_wait_for_the_next_wake);
	tcase_add_test(t, test_forgetting_from_within);
	tcase_add_test(t, test_wake_within_wake);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(suite)
