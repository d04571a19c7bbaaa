/* SPDX-License-Identifier: Apache-2.0 */
/* The list of events: order, events within events, subscriptions that come and go, and JSON. */
#include "harness.h"
#include "lpard/common/str.h"
#include "lpard/daemon/systems/event_json.h"
#include "random.h"

#include <string.h>

static struct lpar_events *events;
static char seen[512]; /* a letter and a number for each event */

struct watcher {
	char letter;
	struct lpar_subscription *subscription;
	struct watcher *starts, *ends; /* at the first event it sees */
	unsigned int publishes;	       /* so many, one with each event */
};

static void setup(void)
{
	ck_assert_int_eq(lpar_events_new(&events, NULL), 0);
	seen[0] = '\0';
}

static void teardown(void)
{
	lpar_events_free(&events);
	ck_assert_ptr_null(events);
}

static void publish(const char *code)
{
	lpar_events_publish(events, &(struct lpar_event){ .type = LPAR_EVENT_REFCODE,
							  .system = "SYS",
							  .uuid = "u",
							  .lpar = "lp1",
							  .code = code });
}

static void watch(struct watcher *w, enum lpar_event_rank rank);

static void on_event(const struct lpar_event *event, void *user)
{
	struct watcher *w = user;
	size_t len = strlen(seen);

	ck_assert_uint_ge(event->time_ms, UINT64_C(1600000000000));
	snprintf(seen + len, sizeof(seen) - len, "%c%llu ", w->letter,
		 (unsigned long long)event->number);
	if (w->starts)
		watch(w->starts, LPAR_EVENT_RANK_OTHERS);
	if (w->ends)
		lpar_events_unsubscribe(events, &w->ends->subscription);
	w->starts = w->ends = NULL;
	if (w->publishes > 0) {
		char *text = strdup("C0DE");

		w->publishes--;
		publish(text);
		free(text); /* it was copied */
	}
}

static void watch(struct watcher *w, enum lpar_event_rank rank)
{
	w->subscription = lpar_events_subscribe(events, rank, on_event, w);
	ck_assert_ptr_nonnull(w->subscription);
}

START_TEST(ranks_and_numbers)
{
	struct watcher a = { .letter = 'a' }, b = { .letter = 'b' }, c = { .letter = 'c' };

	publish("1");
	watch(&a, LPAR_EVENT_RANK_OTHERS);
	watch(&b, LPAR_EVENT_RANK_GUESTS);
	watch(&c, LPAR_EVENT_RANK_GUESTS);
	publish("2");
	lpar_events_unsubscribe(events, &b.subscription);
	ck_assert_ptr_null(b.subscription);
	lpar_events_unsubscribe(events, &b.subscription);
	publish("3");
	ck_assert_str_eq(seen, "b2 c2 a2 c3 a3 ");
	ck_assert_uint_eq(lpar_events_last(events), 3);
}
END_TEST

/* What the first publishes reaches the last after the event that made him publish it. */
START_TEST(events_within_events)
{
	struct watcher a = { .letter = 'a', .publishes = 2 }, b = { .letter = 'b', .publishes = 1 };

	watch(&a, LPAR_EVENT_RANK_GUESTS);
	watch(&b, LPAR_EVENT_RANK_OTHERS);
	publish("1");
	ck_assert_str_eq(seen, "a1 b1 a2 b2 a3 b3 a4 b4 ");
}
END_TEST

START_TEST(one_starts_within_an_event)
{
	struct watcher b = { .letter = 'b' };
	struct watcher a = { .letter = 'a', .starts = &b, .publishes = 1 };

	watch(&a, LPAR_EVENT_RANK_OTHERS);
	publish("1");
	ck_assert_str_eq(seen, "a1 a2 b2 ");
}
END_TEST

START_TEST(ends_within_an_event)
{
	struct watcher b = { .letter = 'b' }, c = { .letter = 'c' };
	struct watcher a = { .letter = 'a', .ends = &b };

	c.ends = &c;
	watch(&a, LPAR_EVENT_RANK_OTHERS);
	watch(&b, LPAR_EVENT_RANK_OTHERS);
	watch(&c, LPAR_EVENT_RANK_OTHERS);
	publish("1");
	ck_assert_ptr_null(b.subscription);
	ck_assert_ptr_null(c.subscription);
	publish("2");
	ck_assert_str_eq(seen, "a1 c1 a2 ");
}
END_TEST

START_TEST(names)
{
	enum lpar_event_type type;

	for (int i = 0; i < LPAR_EVENT_COUNT; i++) {
		ck_assert(lpar_event_parse(lpar_event_name((enum lpar_event_type)i), &type));
		ck_assert_int_eq(type, i);
	}
	ck_assert(!lpar_event_parse("state", &type));
	ck_assert_str_eq(lpar_event_name(LPAR_EVENT_COUNT), "?");
}
END_TEST

static void is_json(const struct lpar_event *event, const char *wanted)
{
	struct json_object *o = lpar_event_json(event);

	ck_assert_str_eq(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN), wanted);
	json_object_put(o);
}

START_TEST(as_json)
{
	struct lpar_event e = { .type = LPAR_EVENT_SYSTEM_DOWN,
				.number = 7,
				.time_ms = 1700000000123,
				.system = "SYS",
				.text = "why" };

	is_json(&e, "{\"number\":7,\"time_ms\":1700000000123,\"event\":\"SystemDown\","
		    "\"system\":\"SYS\",\"text\":\"why\"}");
	e = (struct lpar_event){ .type = LPAR_EVENT_STATE,
				 .number = 8,
				 .system = "SYS",
				 .uuid = "u",
				 .lpar = "lp1",
				 .lpar_id = 3,
				 .was = LPAR_STATE_NOT_ACTIVATED,
				 .now = LPAR_STATE_STARTING };
	is_json(&e, "{\"number\":8,\"time_ms\":0,\"event\":\"State\",\"system\":\"SYS\","
		    "\"lpar\":\"lp1\",\"uuid\":\"u\",\"lpar_id\":3,\"was\":\"Not Activated\","
		    "\"now\":\"Starting\"}");
	e = (struct lpar_event){ .type = LPAR_EVENT_JOB_PROGRESS,
				 .number = 9,
				 .system = "SYS",
				 .job = 5,
				 .operation = "Activate",
				 .percent = 0,
				 .text = "disk" };
	is_json(&e, "{\"number\":9,\"time_ms\":0,\"event\":\"JobProgress\",\"system\":\"SYS\","
		    "\"text\":\"disk\",\"job\":5,\"operation\":\"Activate\",\"percent\":0}");
	e.type = LPAR_EVENT_JOB_ENDED;
	e.result = "Busy";
	e.text = NULL;
	is_json(&e, "{\"number\":9,\"time_ms\":0,\"event\":\"JobEnded\",\"system\":\"SYS\","
		    "\"job\":5,\"operation\":\"Activate\",\"result\":\"Busy\"}");
}
END_TEST

static void keep_json(const struct lpar_event *event, void *user)
{
	*(struct json_object **)user = lpar_event_json(event);
}

/* A thousand clients that do not read keep each event once. */
START_TEST(one_json_for_all)
{
	struct json_object *first[2] = { 0 }, *second = NULL;
	struct lpar_events *e = NULL;

	ck_assert_int_eq(lpar_events_new(&e, NULL), 0);
	ck_assert_ptr_nonnull(
		lpar_events_subscribe(e, LPAR_EVENT_RANK_OTHERS, keep_json, &first[0]));
	ck_assert_ptr_nonnull(
		lpar_events_subscribe(e, LPAR_EVENT_RANK_OTHERS, keep_json, &first[1]));
	lpar_events_publish(e, &(struct lpar_event){ .type = LPAR_EVENT_BOOT, .system = "SYS" });
	ck_assert_ptr_nonnull(first[0]);
	ck_assert_ptr_eq(first[0], first[1]);
	second = first[0];
	json_object_put(first[1]);
	lpar_events_publish(e, &(struct lpar_event){ .type = LPAR_EVENT_BOOT, .system = "SYS" });
	ck_assert_ptr_ne(first[0], second);
	json_object_put(second);
	json_object_put(first[0]);
	json_object_put(first[1]);
	lpar_events_free(&e);
}
END_TEST

/* Random subscribers: each sees every number from his first to his last, in order, once. */

#define CROWD 8

struct one_of_many {
	struct lpar_subscription *subscription;
	uint64_t last;
};

static struct one_of_many crowd[CROWD];
static struct test_random rnd;
static unsigned int depth;

static void on_random(const struct lpar_event *event, void *user);

static void do_something(void)
{
	struct one_of_many *m = &crowd[test_random(&rnd, CROWD)];

	switch (test_random(&rnd, 4)) {
	case 0:
	case 1:
		if (depth < 3)
			publish("random");
		break;
	case 2:
		if (m->subscription)
			break;
		m->last = lpar_events_last(events);
		m->subscription = lpar_events_subscribe(
			events, (enum lpar_event_rank)test_random(&rnd, 3), on_random, m);
		ck_assert_ptr_nonnull(m->subscription);
		break;
	default:
		lpar_events_unsubscribe(events, &m->subscription);
	}
}

static void on_random(const struct lpar_event *event, void *user)
{
	struct one_of_many *m = user;

	test_random_assert(&rnd, m->subscription != NULL);
	test_random_assert(&rnd, event->number == m->last + 1);
	test_random_assert(&rnd, strcmp(event->code, "random") == 0);
	m->last = event->number;
	depth++;
	if (test_random(&rnd, 3) == 0)
		do_something();
	depth--;
}

START_TEST(random_orders)
{
	test_random_begin(&rnd, (unsigned int)_i);
	memset(crowd, 0, sizeof(crowd));
	for (int i = 0; i < 300; i++) {
		do_something();
		for (size_t k = 0; k < CROWD; k++)
			test_random_assert(&rnd, !crowd[k].subscription ||
							 crowd[k].last == lpar_events_last(events));
	}
}
END_TEST

static Suite *events_suite(void)
{
	Suite *s = suite_create("events");
	TCase *t = tcase_create("events");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ranks_and_numbers);
	tcase_add_test(t, events_within_events);
	tcase_add_test(t, one_starts_within_an_event);
	tcase_add_test(t, ends_within_an_event);
	tcase_add_test(t, names);
	tcase_add_test(t, as_json);
	tcase_add_test(t, one_json_for_all);
	tcase_add_loop_test(t, random_orders, 1, 41);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(events_suite)
