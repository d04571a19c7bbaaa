/* SPDX-License-Identifier: Apache-2.0 */
/* One LPAR: its states and what is told of them, its waits, and its end while others use it. */
#include "agent_end.h"
#include "daemon_over_fake.h"
#include "lpard/daemon/systems/fetch.h"
#include "random.h"

#include <signal.h>

static struct over_fake o;
static char told[4096]; /* the events, a ";" behind each */
static enum lpar_state told_state;

static void on_event(const struct lpar_event *e, void *user)
{
	size_t len = strlen(told);

	(void)user;
	if (e->type == LPAR_EVENT_STATE) {
		ck_assert_int_eq(e->was, told_state);
		told_state = e->now;
	}
	snprintf(told + len, sizeof(told) - len, "%s%s%s;",
		 e->type == LPAR_EVENT_STATE ? lpar_state_text(e->now) : lpar_event_name(e->type),
		 e->code ? ":" : "", e->code ? e->code : "");
}

static struct lpar_lpar *lpar_under_test(void)
{
	return over_fake_lpar(&o, "fake0001");
}

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN); /* as lpard does */
	over_fake_start(&o, "[system SYS]\nuri = fake:///?lpars=1\n");
	told[0] = '\0';
	told_state = LPAR_STATE_NOT_ACTIVATED;
	ck_assert_ptr_nonnull(
		lpar_events_subscribe(o.daemon.events, LPAR_EVENT_RANK_OTHERS, on_event, NULL));
}

static void teardown(void)
{
	over_fake_end(&o);
}

static void turn(void)
{
	over_fake_step(&o);
}

/* What the hypervisor could say of the LPAR, taken over as refresh.c and fetch.c do. */
static void say(enum hv_run_state state, int run_id, const char *error_refcode)
{
	struct lpar_lpar *lpar = lpar_under_test();
	struct lpar_managed *system = lpar->managed;
	auto_hv_record rec = { .part = lpar_partition_dup(lpar->part), .live = lpar->live };
	struct lpar_stored stored;

	free(rec.part->error_refcode);
	rec.part->error_refcode = error_refcode ? strdup(error_refcode) : NULL;
	rec.live.state = state;
	rec.live.run_id = run_id;
	pthread_mutex_lock(&system->lock);
	ck_assert(lpar_managed_store(system, &rec, ++system->asked, &stored));
	lpar_managed_reorder(system);
	pthread_mutex_unlock(&system->lock);
	lpar_lpar_stored(stored.lpar, &stored.was, stored.redefined);
}

/* Each from the one before; an activation is under way until the third has come. */
static const struct {
	enum hv_run_state state;
	int run_id;
	const char *error_refcode;
	const char *told;
} steps[] = {
	{ HV_RUN_OFF, -1, NULL, "" },
	{ HV_RUN_RUNNING, 1, NULL, "Boot;Refcode:CA00E130;Running;" },
	{ HV_RUN_RUNNING, 1, NULL, "" },
	{ HV_RUN_PAUSED, 1, NULL, "Suspended;" },
	{ HV_RUN_SUSPENDED, -1, NULL, "Suspended;" }, /* without its memory now */
	{ HV_RUN_RUNNING, 2, NULL, "Boot;Running;" }, /* the same code again is not told */
	{ HV_RUN_SHUTTING_DOWN, 2, NULL, "Shutting Down;" },
	{ HV_RUN_RUNNING, 3, NULL, "Boot;Running;" }, /* its end was not seen */
	{ HV_RUN_CRASHED, 3, NULL, "Error;Refcode:B700F104;" },
	{ HV_RUN_OFF, -1, NULL, "Not Activated;" },
	{ HV_RUN_RUNNING, 4, NULL, "Boot;Refcode:CA00E130;Running;" },
	{ HV_RUN_CRASHED, -1, NULL, "Error;Refcode:B700F104;" },
	{ HV_RUN_OFF, -1, NULL, "Not Activated;" },
	{ HV_RUN_OFF, -1, "B2001230", "LparChanged;Error;" },
	{ HV_RUN_OFF, -1, NULL, "LparChanged;Not Activated;" },
};

START_TEST(states)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(steps); i++) {
		told[0] = '\0';
		say(steps[i].state, steps[i].run_id, steps[i].error_refcode);
		ck_assert_msg(strcmp(told, steps[i].told) == 0, "step %zu: \"%s\", not \"%s\"", i,
			      told, steps[i].told);
	}
}
END_TEST

START_TEST(what_jobs_know)
{
	lpar_lpar_set_activating(lpar_under_test(), true);
	say(HV_RUN_RUNNING, 1, NULL);
	lpar_lpar_set_activating(lpar_under_test(), false);
	lpar_lpar_set_stopping(lpar_under_test(), true);
	lpar_lpar_set_stopping(lpar_under_test(), true);
	lpar_lpar_rebooted(lpar_under_test());
	ck_assert(!lpar_under_test()->stopping);
	lpar_lpar_set_stopping(lpar_under_test(), true);
	say(HV_RUN_OFF, -1, NULL);
	ck_assert(!lpar_under_test()->stopping);
	ck_assert_str_eq(told, "Starting;Boot;Refcode:CA00E130;Running;Shutting Down;Boot;Running;"
			       "Shutting Down;Not Activated;Refcode:00000000;");
}
END_TEST

START_TEST(refcodes)
{
	struct lpar_lpar *lpar = lpar_under_test();

	for (int i = 0; i < 100; i++) {
		char code[16];

		snprintf(code, sizeof(code), "C0DE%04d", i);
		lpar_lpar_refcode(lpar, code);
		lpar_lpar_refcode(lpar, code);
	}
	ck_assert_uint_eq(lpar->refcodes.n, LPAR_REFCODES);
	ck_assert_str_eq(lpar->refcodes.v[0].code, "C0DE0099");
	ck_assert_str_eq(lpar->refcodes.v[LPAR_REFCODES - 1].code, "C0DE0036");
	ck_assert_ptr_nonnull(strstr(told, "Refcode:C0DE0000;Refcode:C0DE0001;"));
}
END_TEST

/* Waits */

struct waiting {
	char seen[64]; /* c: changed, r: the guest started over, t: time is up */
	int stay;      /* so many more */
	unsigned int restarts;
};

static int on_wait(struct lpar_lpar *lpar, bool timed_out, void *user)
{
	struct waiting *w = user;

	size_t n = strlen(w->seen);

	ck_assert_ptr_nonnull(lpar->part);
	ck_assert_uint_lt(n, sizeof(w->seen) - 1);
	w->seen[n] = timed_out ? 't' : lpar->restarts > w->restarts ? 'r' : 'c';
	w->restarts = lpar->restarts;
	return w->stay-- > 0;
}

START_TEST(waits)
{
	struct waiting once = { .stay = 0 }, on = { .stay = 100 }, late = { .stay = 100 };

	say(HV_RUN_RUNNING, 1, NULL);
	ck_assert_int_eq(lpar_lpar_wait(lpar_under_test(), 60000, on_wait, &once), 0);
	ck_assert_int_eq(lpar_lpar_wait(lpar_under_test(), 60000, on_wait, &on), 0);
	ck_assert_int_eq(lpar_lpar_wait(lpar_under_test(), 30, on_wait, &late), 0);
	lpar_lpar_rebooted(lpar_under_test());
	ck_assert_str_eq(once.seen, "r");
	over_fake_until(&o, strchr(late.seen, 't') != NULL);
	say(HV_RUN_OFF, -1, NULL);
	ck_assert_str_eq(once.seen, "r");
	ck_assert_str_eq(late.seen, "rt");
	ck_assert_str_eq(on.seen, "rc");
	/* The LPAR is removed: whoever still waits hears of it a last time. */
	lpar_managed_forget(lpar_under_test());
	ck_assert_str_eq(on.seen, "rc");
	over_fake_until(&o, strchr(on.seen, 't') != NULL);
	ck_assert_str_eq(on.seen, "rct");
	ck_assert_ptr_null(lpar_under_test());
}
END_TEST

/* Its end while others use it */

static int agent_end = -1;

static int own_channel(struct hv *hv, const char *uuid, int *ret_fd, struct par_error **err)
{
	int pair[2];

	(void)hv;
	(void)uuid;
	(void)err;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	agent_end = pair[0];
	*ret_fd = pair[1];
	return 0;
}

/*
 * The operating system is asked to shut down, obeys at once, and somebody undefines the LPAR: what
 * the channel's end tells the job must not free the channel under its own feet.
 */
START_TEST(undefined_while_its_agent_is_asked)
{
	struct lpar_managed *system = over_fake_system(&o, "SYS");
	struct hv_ops ops = *system->hv->ops;
	struct hv *hv = system->hv;
	const struct hv_ops *real = hv->ops;
	struct lpar_lpar *lpar = lpar_under_test();
	int fd = over_fake_dial(&o);
	const char *heard;

	ops.channel_open = own_channel;
	hv->ops = &ops;
	ck_assert_int_eq(real->start(hv, lpar->uuid, false, NULL), 0);
	over_fake_until(&o, agent_end >= 0);
	agent_end_hello(agent_end, turn);
	over_fake_until(&o, lpar_agent_link_up(lpar->agent));
	over_fake_say_state(fd, "fake0001", "osshutdown", "");
	over_fake_until(&o, lpar->job != NULL);
	for (int i = 0; i < 20; i++)
		turn();
	ck_assert_ptr_nonnull(lpar->job);
	ck_assert_int_eq(real->stop(hv, lpar->uuid, HV_STOP_IMMEDIATE, NULL), 0);
	ck_assert_int_eq(real->undefine(hv, lpar->uuid, NULL), 0);
	over_fake_until(&o, !lpar_under_test());
	ck_assert(lpar->gone);
	close(agent_end);
	heard = over_fake_hear(&o, fd);
	ck_assert_ptr_nonnull(heard);
	ck_assert_msg(strstr(heard, "\"error\"") == NULL, "%s", heard);
	for (int i = 0; i < 5; i++)
		turn();
	ck_assert_ptr_nonnull(strstr(told, "LparRemoved;"));
	ck_assert_ptr_null(strstr(strstr(told, "LparRemoved;"), "Refcode"));
	hv->ops = real;
	close(fd);
}
END_TEST

/* States and jobs' hints in any order: what is told is what a listing shows. */
START_TEST(random_states)
{
	static struct waiting w; /* it waits until the daemon ends */
	struct test_random rnd;
	int run = 0;

	w = (struct waiting){ .stay = 1000000 };
	test_random_begin(&rnd, (unsigned int)_i);
	ck_assert_int_eq(lpar_lpar_wait(lpar_under_test(), 60000, on_wait, &w), 0);
	for (int i = 0; i < 300; i++) {
		enum hv_run_state state = (enum hv_run_state)test_random(&rnd, 6);
		bool off = state == HV_RUN_OFF || state == HV_RUN_SUSPENDED;
		enum lpar_state before = told_state;
		struct lpar_live live;

		w.seen[0] = '\0';
		told[0] = '\0';
		run += test_random(&rnd, 2);
		switch (test_random(&rnd, 5)) {
		case 0:
			lpar_lpar_set_activating(lpar_under_test(), test_random(&rnd, 2));
			break;
		case 1:
			lpar_lpar_set_stopping(lpar_under_test(), test_random(&rnd, 2));
			break;
		case 2:
			lpar_lpar_rebooted(lpar_under_test());
			break;
		default:
			say(state, off ? -1 : run, test_random(&rnd, 4) ? NULL : "B2001230");
		}
		lpar_lpar_live(lpar_under_test(), &live);
		test_random_assert(&rnd, live.state == told_state);
		test_random_assert(&rnd, before == told_state || w.seen[0] != '\0');
		if (test_random(&rnd, 8) == 0)
			ck_assert_int_ge(par_event_run_once(o.daemon.loop, 0), 0);
	}
}
END_TEST

static Suite *lpar_suite(void)
{
	Suite *s = suite_create("lpar");
	TCase *t = tcase_create("lpar");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, states);
	tcase_add_test(t, what_jobs_know);
	tcase_add_test(t, refcodes);
	tcase_add_test(t, waits);
	tcase_add_test(t, undefined_while_its_agent_is_asked);
	tcase_add_loop_test(t, random_states, 1, 11);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(lpar_suite)
