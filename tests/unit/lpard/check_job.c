/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs in bad company: two operators at once, callers, connections and systems that go. */
#include "hypervisor_gate.h"
#include "lpard/daemon/jobs/job.h"

static struct over_fake o;

#define JOBS_AT_ONCE 16 /* JOB_WORKERS of life.c */

#define CONFIG "[system SYS]\nuri = fake:///\n"
#define OK     "{\"parameters\":{}}"

static void setup(void)
{
	over_fake_start(&o, CONFIG);
	gates_install(over_fake_system(&o, "SYS"));
	over_fake_make(&o, "lp1");
}

static void teardown(void)
{
	for (int g = 0; g < GATES; g++)
		gate_open((enum gate)g, false);
	over_fake_end(&o);
}

static void ask_on(int fd, const char *name)
{
	over_fake_say_state(fd, name, "on", ",\"profile\":\"default\"");
}

static void answered(int fd, const char *text)
{
	const char *heard = over_fake_hear(&o, fd);

	ck_assert_msg(heard && strstr(heard, text) != NULL, "\"%s\" instead of \"%s\"",
		      heard ? heard : "(closed)", text);
}

static bool idle(const char *name)
{
	struct lpar_lpar *lpar = over_fake_lpar(&o, name);

	return !lpar || !lpar->job;
}

static bool runs(const char *name)
{
	struct lpar_lpar *lpar = over_fake_lpar(&o, name);

	return lpar && lpar_lpar_running(lpar);
}

/* Whoever is second is refused at once, whatever he wants; and nothing of it stays. */
START_TEST(two_operators)
{
	int first = over_fake_dial(&o), second = over_fake_dial(&o);

	gate_close(GATE_START);
	ask_on(first, "lp1");
	over_fake_until(&o, gate_held(GATE_START) == 1);
	ask_on(second, "lp1");
	answered(second, "HSCL05DF Another operation (Activate) on the partition named lp1");
	over_fake_say_state(second, "lp1", "shutdown", ",\"immediate\":true,\"restart\":true");
	answered(second, "org.lpard.Busy");
	over_fake_say(second, "Remove",
		      "{\"resource\":\"lpar\",\"system\":\"SYS\",\"lpar\":\"lp1\"}", "");
	answered(second, "org.lpard.Busy");
	over_fake_say(second, "Change",
		      "{\"resource\":\"lpar\",\"system\":\"SYS\",\"attributes\":"
		      "[{\"name\":\"name\",\"op\":\"set\",\"value\":\"lp1\"}]}",
		      "");
	answered(second, "org.lpard.Busy");
	gate_open(GATE_START, false);
	answered(first, OK);
	ck_assert(runs("lp1") && idle("lp1"));
	close(first);
	close(second);
}
END_TEST

/* But the plug wins, whatever is under way: the activation ends, and not in Error. */
START_TEST(plug_wins)
{
	int first = over_fake_dial(&o), second = over_fake_dial(&o), third = over_fake_dial(&o);
	uint64_t jobs = o.daemon.last_job;

	gate_close(GATE_START);
	ask_on(first, "lp1");
	over_fake_until(&o, gate_held(GATE_START) == 1);
	over_fake_say_state(second, "lp1", "shutdown", ",\"immediate\":true");
	over_fake_say_state(third, "lp1", "shutdown", ",\"immediate\":true");
	/* Both are taken while the LPAR is being activated; a later one finds it off. */
	over_fake_until(&o, o.daemon.last_job == jobs + 3 && over_fake_lpar(&o, "lp1")->job->cut);
	gate_open(GATE_START, false);
	answered(first, "HSCL05DF The activation of the partition named lp1 was ended");
	answered(second, OK);
	answered(third, OK);
	ck_assert(!runs("lp1") && idle("lp1"));
	ck_assert_ptr_null(over_fake_lpar(&o, "lp1")->part->error_refcode);
	ask_on(first, "lp1");
	answered(first, OK);
	ck_assert(runs("lp1"));
	close(first);
	close(second);
	close(third);
}
END_TEST

/* The same with a start that fails when its guest is killed, as libvirt's does. */
START_TEST(plug_breaks_start)
{
	int first = over_fake_dial(&o), second = over_fake_dial(&o);

	over_fake_make(&o, "nostart");
	gate_close(GATE_START);
	ask_on(first, "nostart");
	over_fake_until(&o, gate_held(GATE_START) == 1);
	over_fake_say_state(second, "nostart", "shutdown", ",\"immediate\":true");
	over_fake_until(&o, over_fake_lpar(&o, "nostart")->job->cut);
	gate_open(GATE_START, false);
	answered(first, "was ended by an immediate shutdown");
	answered(second, OK);
	ck_assert_ptr_null(over_fake_lpar(&o, "nostart")->part->error_refcode);
	close(first);
	close(second);
}
END_TEST

/* And it waits for no worker that another job has: here all of those hang. */
START_TEST(plug_has_its_worker)
{
	int fds[JOBS_AT_ONCE], plug = over_fake_dial(&o);
	char name[16];

	ask_on(plug, "lp1");
	answered(plug, OK);
	for (int i = 0; i < JOBS_AT_ONCE; i++) {
		snprintf(name, sizeof(name), "hang%d", i);
		over_fake_make(&o, name);
	}
	gate_close(GATE_START);
	for (int i = 0; i < JOBS_AT_ONCE; i++) {
		fds[i] = over_fake_dial(&o);
		snprintf(name, sizeof(name), "hang%d", i);
		ask_on(fds[i], name);
	}
	over_fake_until(&o, gate_held(GATE_START) == JOBS_AT_ONCE);
	over_fake_say_state(plug, "lp1", "shutdown", ",\"immediate\":true");
	answered(plug, OK);
	ck_assert(!runs("lp1"));
	gate_open(GATE_START, false);
	for (int i = 0; i < JOBS_AT_ONCE; i++) {
		answered(fds[i], OK);
		close(fds[i]);
	}
	close(plug);
}
END_TEST

/* Both make an LPAR of the same name at the same moment. */
START_TEST(two_makers)
{
	int fds[2] = { over_fake_dial(&o), over_fake_dial(&o) };
	const char *heard;
	int won = 0;

	for (int i = 0; i < 2; i++)
		over_fake_say_make(fds[i], "twin");
	for (int i = 0; i < 2; i++) {
		heard = over_fake_hear(&o, fds[i]);
		ck_assert_ptr_nonnull(heard);
		won += strcmp(heard, OK) == 0;
		ck_assert(strcmp(heard, OK) == 0 || strstr(heard, "HSCL05DE"));
		close(fds[i]);
	}
	ck_assert_int_eq(won, 1);
	ck_assert(over_fake_lpar(&o, "twin") && idle("twin"));
}
END_TEST

/* One that cannot be made gives its name back. */
START_TEST(not_made)
{
	int fd = over_fake_dial(&o);

	gate_open(GATE_DEFINE, true);
	over_fake_say_make(fd, "never");
	answered(fd, "org.lpard.Disconnected");
	ck_assert_ptr_null(over_fake_lpar(&o, "never"));
	gate_open(GATE_DEFINE, false);
	over_fake_make(&o, "never");
	close(fd);
}
END_TEST

/* The caller dies while the job is at this gate: the job goes on, nobody is answered. */
static const enum gate stages[] = { GATE_GET, GATE_DEFINE, GATE_START };

START_TEST(caller_dies)
{
	int fd = over_fake_dial(&o);

	gate_close(stages[_i]);
	ask_on(fd, "lp1");
	/* An event's refetch may wait at GATE_GET, too. */
	over_fake_until(&o, !idle("lp1") && gate_held(stages[_i]) >= 1);
	close(fd);
	for (int i = 0; i < 5; i++)
		over_fake_step(&o);
	ck_assert(!idle("lp1"));
	gate_open(stages[_i], false);
	over_fake_until(&o, runs("lp1") && idle("lp1"));
}
END_TEST

/* The same while it waits for the guest, and the LPAR goes under the wait. */
START_TEST(caller_dies_waiting)
{
	int fd = over_fake_dial(&o);

	over_fake_make(&o, "deaf");
	ask_on(fd, "deaf");
	answered(fd, OK);
	over_fake_say_state(fd, "deaf", "shutdown", "");
	over_fake_until(&o, over_fake_lpar(&o, "deaf")->stopping && idle("deaf"));
	close(fd);
	over_fake_step(&o);
	fd = over_fake_dial(&o);
	over_fake_say_state(fd, "deaf", "shutdown", ",\"immediate\":true");
	answered(fd, OK);
	over_fake_say(fd, "Remove", "{\"resource\":\"lpar\",\"system\":\"SYS\",\"lpar\":\"deaf\"}",
		      "");
	answered(fd, OK);
	over_fake_until(&o, !over_fake_lpar(&o, "deaf"));
	close(fd);
}
END_TEST

/* libvirtd goes in the middle of an activation: that is no failure of the LPAR. */
START_TEST(connection_lost)
{
	struct lpar_managed *system = over_fake_system(&o, "SYS");
	int fd = over_fake_dial(&o);

	gate_close(GATE_START);
	ask_on(fd, "lp1");
	over_fake_until(&o, gate_held(GATE_START) == 1);
	hv_fake_connection(system->hv, false);
	over_fake_until(&o, !lpar_managed_up(system));
	gate_open(GATE_START, true);
	answered(fd, "org.lpard.Disconnected");
	ck_assert(idle("lp1") && !runs("lp1"));
	ck_assert_ptr_null(over_fake_lpar(&o, "lp1")->part->error_refcode);
	gate_open(GATE_START, false);
	/* The next call waits for the connection, and is looked at when it is there. */
	ask_on(fd, "lp1");
	for (int i = 0; i < 5; i++)
		over_fake_step(&o);
	ck_assert(idle("lp1"));
	hv_fake_connection(system->hv, true);
	answered(fd, OK);
	ck_assert(runs("lp1"));
	close(fd);
}
END_TEST

/* SIGHUP takes the system away, or makes it anew, under a job. */
START_TEST(reload)
{
	static const char *const configs[] = {
		"[system OTHER]\nuri = fake:///\n",
		"[system SYS]\nuri = fake:///\ndescription = new\n",
		"colour = red\n",
		CONFIG,
	};
	bool gone = _i < 2;
	int fd = over_fake_dial(&o);

	gate_close(GATE_START);
	ask_on(fd, "lp1");
	over_fake_until(&o, gate_held(GATE_START) == 1);
	over_fake_configure(&o, configs[_i]);
	lpar_daemon_reload(&o.daemon, &o.options);
	for (int i = 0; i < 20; i++)
		over_fake_step(&o);
	gate_open(GATE_START, false);
	answered(fd, OK);
	if (gone) {
		over_fake_say(fd, "Apply", "{\"system\":\"SYS\",\"lpar\":\"lp1\"}", "");
		answered(fd, _i == 0 ? "HSCL8018" : "HSCL8012");
	} else {
		ck_assert(runs("lp1") && idle("lp1"));
	}
	close(fd);
}
END_TEST

static void *open_later(void *arg)
{
	(void)arg;
	usleep(100 * 1000);
	gate_open(GATE_START, false);
	return NULL;
}

/* The daemon ends under a job, and under calls that have no worker yet: all are answered. */
START_TEST(the_end)
{
	int fds[JOBS_AT_ONCE + 4];
	pthread_t thread;
	char text[4096];

	for (int i = 0; i < JOBS_AT_ONCE + 4; i++) {
		snprintf(text, sizeof(text), "end%d", i);
		over_fake_make(&o, text);
	}
	gate_close(GATE_START);
	for (int i = 0; i < JOBS_AT_ONCE + 4; i++) {
		fds[i] = over_fake_dial(&o);
		snprintf(text, sizeof(text), "end%d", i);
		ask_on(fds[i], text);
	}
	over_fake_until(&o, gate_held(GATE_START) == JOBS_AT_ONCE); /* all of the workers */
	ck_assert_int_eq(pthread_create(&thread, NULL, open_later, NULL), 0);
	lpar_daemon_close(&o.daemon);
	pthread_join(thread, NULL);
	for (int i = 0; i < JOBS_AT_ONCE + 4; i++) {
		ssize_t n = read(fds[i], text, sizeof(text) - 1);

		ck_assert_int_gt(n, 0);
		text[n] = '\0';
		ck_assert_msg(strcmp(text, OK) == 0 || strstr(text, "org.lpard.Disconnected"), "%s",
			      text);
		close(fds[i]);
	}
}
END_TEST

static Suite *job_suite(void)
{
	Suite *s = suite_create("job");
	TCase *t = tcase_create("job");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, two_operators);
	tcase_add_test(t, plug_wins);
	tcase_add_test(t, plug_breaks_start);
	tcase_add_test(t, plug_has_its_worker);
	tcase_add_test(t, two_makers);
	tcase_add_test(t, not_made);
	tcase_add_loop_test(t, caller_dies, 0, PAR_ARRAY_SIZE(stages));
	tcase_add_test(t, caller_dies_waiting);
	tcase_add_test(t, connection_lost);
	tcase_add_loop_test(t, reload, 0, 4);
	tcase_add_test(t, the_end);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(job_suite)
