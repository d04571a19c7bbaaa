/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Managed systems over the fake hypervisor: connections that are lost, systems that are removed
 * while something is under way, LPARs that change behind lpard's back.
 */
#include "daemon_over_fake.h"
#include "lpard/daemon/systems/fetch.h"
#include "lpard/daemon/systems/refresh.h"
#include "lpard/hypervisor/fake/fake.h"
#include "random.h"

#include <semaphore.h>

static struct over_fake o;

/* What the events say there is, to be compared with what there is. */

struct told {
	char uuid[PAR_UUID_LEN];
	enum lpar_state state;
};

static struct told told[256];
static size_t n_told;
static uint64_t last_number;
static char log_of_events[8192]; /* names, a blank behind each; reset by the tests */

static struct told *told_of(const char *uuid)
{
	for (size_t i = 0; i < n_told; i++) {
		if (strcmp(told[i].uuid, uuid) == 0)
			return &told[i];
	}
	return NULL;
}

static void on_event(const struct lpar_event *e, void *user)
{
	struct told *t = e->uuid ? told_of(e->uuid) : NULL;
	size_t len = strlen(log_of_events);

	(void)user;
	ck_assert_uint_eq(e->number, last_number + 1);
	last_number = e->number;
	snprintf(log_of_events + len, sizeof(log_of_events) - len, "%s ", lpar_event_name(e->type));
	switch (e->type) {
	case LPAR_EVENT_LPAR_ADDED:
		ck_assert_ptr_null(t);
		ck_assert_uint_lt(n_told, PAR_ARRAY_SIZE(told));
		t = &told[n_told++];
		snprintf(t->uuid, sizeof(t->uuid), "%s", e->uuid);
		t->state = e->now;
		break;
	case LPAR_EVENT_LPAR_REMOVED:
		ck_assert_ptr_nonnull(t);
		*t = told[--n_told];
		break;
	case LPAR_EVENT_STATE:
		ck_assert_ptr_nonnull(t);
		ck_assert_int_eq(t->state, e->was);
		t->state = e->now;
		break;
	case LPAR_EVENT_LPAR_CHANGED:
	case LPAR_EVENT_BOOT:
	case LPAR_EVENT_REFCODE:
	case LPAR_EVENT_AGENT_UP:
	case LPAR_EVENT_AGENT_DOWN:
		ck_assert_ptr_nonnull(t);
		break;
	case LPAR_EVENT_SYSTEM_REMOVED:
		n_told = 0; /* there is one system only */
		break;
	case LPAR_EVENT_SYSTEM_ADDED:
	case LPAR_EVENT_SYSTEM_UP:
	case LPAR_EVENT_SYSTEM_DOWN:
	case LPAR_EVENT_JOB_STARTED:
	case LPAR_EVENT_JOB_PROGRESS:
	case LPAR_EVENT_JOB_ENDED:
	case LPAR_EVENT_AUDIT:
	case LPAR_EVENT_COUNT:
		break;
	}
}

/* The events have told of all that is there, and of nothing else. */
static bool told_all(void)
{
	const struct lpar_managed *system = over_fake_system(&o, "SYS");
	size_t n = 0;

	for (size_t i = 0; i < system->n_lpars; i++) {
		const struct told *t = told_of(system->lpars[i]->uuid);
		struct lpar_live live;

		if (system->lpars[i]->reserved)
			continue;
		lpar_lpar_live(system->lpars[i], &live);
		if (!t || t->state != live.state)
			return false;
		n++;
	}
	return n == n_told;
}

static void start(const char *uri)
{
	autofree char *text = par_strdup_printf("[system SYS]\nuri = %s\n", uri);
	struct lpar_managed *system;

	over_fake_start(&o, text);
	n_told = 0;
	log_of_events[0] = '\0';
	last_number = lpar_events_last(o.daemon.events);
	system = over_fake_system(&o, "SYS");
	for (size_t i = 0; i < system->n_lpars; i++) {
		snprintf(told[n_told].uuid, PAR_UUID_LEN, "%s", system->lpars[i]->uuid);
		told[n_told++].state = LPAR_STATE_NOT_ACTIVATED;
	}
	ck_assert_ptr_nonnull(
		lpar_events_subscribe(o.daemon.events, LPAR_EVENT_RANK_OTHERS, on_event, NULL));
}

static bool seen(const char *words)
{
	return strstr(log_of_events, words) != NULL;
}

/* Is the copy what the hypervisor has? */
static bool copy_is_right(void)
{
	struct lpar_managed *system = over_fake_system(&o, "SYS");
	auto_hv_records all = { 0 };

	if (!lpar_managed_up(system) || system->hv->ops->list(system->hv, &all, NULL) < 0 ||
	    all.n != system->n_lpars)
		return false;
	for (size_t i = 0; i < all.n; i++) {
		const struct lpar_lpar *lpar = system->lpars[i];

		if (strcmp(lpar->part->name, all.v[i].part->name) != 0 ||
		    lpar->live.state != all.v[i].live.state ||
		    lpar->live.run_id != all.v[i].live.run_id)
			return false;
	}
	return true;
}

/* A hypervisor in front of the fake one, for what it does not do by itself. */

struct front {
	struct hv hv;
	struct hv *behind;
	struct hv_ops ops;
	struct lpar_managed *managed;
	unsigned int last_events; /* so many while it is being closed */
	sem_t may_get;
	bool closed;
};

static struct front front;

static void front_close(struct hv *hv)
{
	const struct hv_event event = { .type = HV_EVENT_STOPPED,
					.uuid = "fa4e0000-0000-4000-8000-000000000001",
					.name = "fake0001",
					.detail = "destroyed" };

	ck_assert_ptr_eq(hv, &front.hv);
	for (unsigned int i = 0; i < front.last_events; i++)
		lpar_managed_on_event(&event, front.managed);
	front.closed = true;
	front.behind->ops->close(front.behind);
}

static int front_get(struct hv *hv, const char *uuid, struct hv_record *ret, struct par_error **err)
{
	(void)hv;
	sem_wait(&front.may_get);
	return front.behind->ops->get(front.behind, uuid, ret, err);
}

static void put_in_front(unsigned int last_events)
{
	front = (struct front){ .last_events = last_events };
	front.managed = over_fake_system(&o, "SYS");
	front.behind = front.managed->hv;
	front.ops = *front.behind->ops;
	front.ops.close = front_close;
	front.ops.get = front_get;
	front.hv.ops = &front.ops;
	ck_assert_int_eq(sem_init(&front.may_get, 0, 0), 0);
	front.managed->hv = &front.hv;
}

static void turn(unsigned int n)
{
	while (n-- > 0)
		over_fake_step(&o);
}

/*
 * SIGHUP takes the system away while libvirt's thread is posting events: they arrive when its LPARs
 * are freed already and the connection is closed.
 */
START_TEST(removed_while_events_come)
{
	start("fake:///?lpars=2");
	put_in_front((unsigned int)_i);
	over_fake_configure(&o, "[system NEW]\nuri = fake:///?lpars=1\n");
	lpar_daemon_reload(&o.daemon, &o.options);
	ck_assert(front.closed);
	ck_assert_ptr_null(lpar_managed_find(&o.daemon, "SYS"));
	over_fake_until(&o, lpar_managed_up(over_fake_system(&o, "NEW")));
	turn(5);
	over_fake_end(&o);
}
END_TEST

/* Work holds its system: it is closed when the last of it has ended, and not before. */
START_TEST(removed_while_work_is_under_way)
{
	start("fake:///?lpars=2");
	put_in_front(1);
	for (int i = 0; i < 3; i++)
		lpar_managed_refetch(front.managed, front.managed->lpars[0]->uuid);
	over_fake_configure(&o, "[system NEW]\nuri = fake:///?lpars=1\n");
	lpar_daemon_reload(&o.daemon, &o.options);
	for (int i = 0; i < 3; i++) {
		turn(20);
		ck_assert(!front.closed);
		sem_post(&front.may_get);
	}
	over_fake_until(&o, front.closed);
	turn(5);
	over_fake_end(&o);
}
END_TEST

/* The daemon ends with work under way, with more that has not begun, with events on their way. */
START_TEST(the_end_while_work_is_under_way)
{
	start("fake:///?lpars=2");
	put_in_front(2);
	for (int i = 0; i < 20; i++) {
		lpar_managed_refetch(front.managed, front.managed->lpars[0]->uuid);
		sem_post(&front.may_get);
	}
	over_fake_end(&o);
	ck_assert(front.closed);
}
END_TEST

START_TEST(settings_change)
{
	start("fake:///?lpars=2");
	over_fake_configure(&o, "[system SYS]\nuri = fake:///?lpars=3\n");
	lpar_daemon_reload(&o.daemon, &o.options);
	ck_assert(seen("SystemRemoved SystemAdded "));
	over_fake_until(&o, lpar_managed_up(over_fake_system(&o, "SYS")));
	ck_assert_uint_eq(over_fake_system(&o, "SYS")->n_lpars, 3);
	ck_assert(told_all());
	over_fake_end(&o);
}
END_TEST

START_TEST(connection_lost)
{
	struct lpar_managed *system;
	auto_error err = NULL;

	start("fake:///?lpars=2");
	system = over_fake_system(&o, "SYS");
	hv_fake_connection(system->hv, false);
	over_fake_until(&o, !lpar_managed_up(system));
	ck_assert_str_eq(log_of_events, "SystemDown ");
	ck_assert(lpar_managed_settling(system));
	ck_assert_int_lt(lpar_managed_down_error(system, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_DISCONNECTED);
	ck_assert_uint_eq(system->n_lpars, 2);
	hv_fake_connection(system->hv, true);
	over_fake_until(&o, lpar_managed_up(system));
	ck_assert_str_eq(log_of_events, "SystemDown SystemUp ");
	ck_assert(told_all());
	over_fake_end(&o);
}
END_TEST

/* What happened while the connection was lost is told when it is there again. */
START_TEST(changed_behind_our_back)
{
	struct lpar_managed *system;
	struct hv *hv;
	auto_partition other = NULL;
	struct hv_definition def = { 0 };

	start("fake:///?lpars=3");
	system = over_fake_system(&o, "SYS");
	hv = system->hv;
	hv_fake_connection(hv, false);
	over_fake_until(&o, !lpar_managed_up(system));
	hv_fake_connection(hv, true);
	/* Before the loop hears of it. */
	ck_assert_int_eq(hv->ops->start(hv, system->lpars[0]->uuid, false, NULL), 0);
	ck_assert_int_eq(hv->ops->rename(hv, system->lpars[1]->uuid, "other", NULL), 0);
	ck_assert_int_eq(hv->ops->undefine(hv, system->lpars[2]->uuid, NULL), 0);
	other = lpar_partition_dup(system->lpars[2]->part);
	snprintf(other->uuid, sizeof(other->uuid), "FA4E0000-0000-4000-8000-000000000099");
	def.part = other;
	ck_assert_int_eq(hv->ops->define(hv, &def, NULL), 0);
	over_fake_until(&o, copy_is_right());
	ck_assert(told_all());
	ck_assert(seen("LparRemoved ") && seen("LparAdded ") && seen("LparChanged ") &&
		  seen("State "));
	over_fake_end(&o);
}
END_TEST

/* An event that changes nothing is not told. */
START_TEST(nothing_new)
{
	struct lpar_managed *system;
	struct lpar_lpar *lpar;
	uint64_t asked;

	start("fake:///?lpars=1");
	system = over_fake_system(&o, "SYS");
	lpar = system->lpars[0];
	asked = lpar->asked;
	lpar_managed_refetch(system, lpar->uuid);
	over_fake_until(&o, lpar->asked > asked);
	ck_assert_str_eq(log_of_events, "");
	ck_assert_int_eq(system->hv->ops->rename(system->hv, lpar->uuid, "renamed", NULL), 0);
	over_fake_until(&o, over_fake_lpar(&o, "renamed") != NULL);
	ck_assert_str_eq(log_of_events, "LparChanged ");
	over_fake_end(&o);
}
END_TEST

/* Answers that overtake each other: the older question's never wins. */
START_TEST(old_answers)
{
	struct lpar_managed *system;
	struct lpar_stored stored;
	auto_hv_record newer = { 0 }, older = { 0 };

	start("fake:///?lpars=1");
	system = over_fake_system(&o, "SYS");
	newer.part = lpar_partition_dup(system->lpars[0]->part);
	older.part = lpar_partition_dup(system->lpars[0]->part);
	newer.live = older.live = system->lpars[0]->live;
	newer.live.state = HV_RUN_CRASHED;
	pthread_mutex_lock(&system->lock);
	ck_assert(lpar_managed_store(system, &newer, 1000, &stored));
	ck_assert(!lpar_managed_store(system, &older, 999, &stored));
	lpar_managed_reorder(system);
	pthread_mutex_unlock(&system->lock);
	ck_assert_int_eq(system->lpars[0]->live.state, HV_RUN_CRASHED);
	over_fake_end(&o);
}
END_TEST

/* Whatever happens in whatever order: the copy becomes right, and the events told it all. */

static void random_deed(struct test_random *rnd)
{
	static unsigned int made;
	struct lpar_managed *system = over_fake_system(&o, "SYS");
	struct lpar_lpar *lpar =
		system->n_lpars > 0 ? system->lpars[test_random(rnd, (unsigned int)system->n_lpars)]
				    : NULL;
	struct hv *hv = system->hv;
	autofree char *name = par_strdup_printf("new%u", ++made);
	auto_partition copy = NULL;
	struct hv_definition def = { 0 };

	switch (test_random(rnd, 10)) {
	case 0:
		hv_fake_connection(hv, false);
		return;
	case 1:
		hv_fake_connection(hv, true);
		return;
	case 2:
		lpar_daemon_reload(&o.daemon, &o.options); /* nothing changed: it stays */
		return;
	default:
		break;
	}
	if (!lpar)
		return;
	switch (test_random(rnd, 8)) {
	case 0:
	case 1:
		(void)hv->ops->start(hv, lpar->uuid, false, NULL);
		break;
	case 2:
		(void)hv->ops->stop(hv, lpar->uuid, HV_STOP_IMMEDIATE, NULL);
		break;
	case 3:
		(void)hv->ops->stop(hv, lpar->uuid, HV_STOP_ASK, NULL);
		break;
	case 4:
		(void)hv->ops->restart(hv, lpar->uuid, HV_RESTART_IMMEDIATE, NULL);
		break;
	case 5:
		(void)hv->ops->rename(hv, lpar->uuid, name, NULL);
		break;
	case 6:
		if (system->n_lpars > 2)
			(void)hv->ops->undefine(hv, lpar->uuid, NULL);
		break;
	default:
		copy = lpar_partition_dup(lpar->part);
		snprintf(copy->uuid, sizeof(copy->uuid), "FA4E0000-0000-4000-8000-%012u",
			 1000 + made);
		snprintf(name, strlen(name) + 1, "def%u", made);
		free(copy->name);
		copy->name = take_ptr(name);
		def.part = copy;
		if (system->n_lpars < 20)
			(void)hv->ops->define(hv, &def, NULL);
		break;
	}
}

START_TEST(random_deeds)
{
	struct test_random rnd;
	uint64_t end_ms;

	test_random_begin(&rnd, (unsigned int)_i);
	start("fake:///?lpars=5&boot=20");
	for (int i = 0; i < 120; i++) {
		random_deed(&rnd);
		turn(test_random(&rnd, 3));
	}
	hv_fake_connection(over_fake_system(&o, "SYS")->hv, true);
	end_ms = par_now_ms() + OVER_FAKE_LIMIT_MS;
	while (!copy_is_right() || !told_all()) {
		test_random_assert(&rnd, par_now_ms() < end_ms);
		over_fake_step(&o);
	}
	over_fake_end(&o);
}
END_TEST

static Suite *systems_suite(void)
{
	Suite *s = suite_create("systems");
	TCase *t = tcase_create("systems");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, removed_while_events_come, 0, 3);
	tcase_add_test(t, removed_while_work_is_under_way);
	tcase_add_test(t, the_end_while_work_is_under_way);
	tcase_add_test(t, settings_change);
	tcase_add_test(t, connection_lost);
	tcase_add_test(t, changed_behind_our_back);
	tcase_add_test(t, nothing_new);
	tcase_add_test(t, old_answers);
	tcase_add_loop_test(t, random_deeds, 1, 9);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(systems_suite)
