/* SPDX-License-Identifier: Apache-2.0 */
/* ChangeState over the fake hypervisor: activation, shutdown, and who gets which answer. */
#include "daemon_over_fake.h"
#include "lpard/hypervisor/fake/fake.h"

static struct over_fake o;

static char audit_detail[512]; /* of the last audit line */

static void on_event(const struct lpar_event *event, void *user)
{
	(void)user;
	if (event->type == LPAR_EVENT_AUDIT)
		snprintf(audit_detail, sizeof(audit_detail), "%s",
			 event->detail ? event->detail : "");
}

static void setup(void)
{
	over_fake_start(&o, "[system SYS]\nuri = fake:///\n");
	ck_assert_ptr_nonnull(
		lpar_events_subscribe(o.daemon.events, LPAR_EVENT_RANK_OTHERS, on_event, NULL));
}

static void teardown(void)
{
	over_fake_end(&o);
}

static void change(const char *name, const char *operation, const char *more, const char *answer)
{
	int fd = over_fake_dial(&o);
	const char *heard;

	over_fake_say_state(fd, name, operation, more);
	heard = over_fake_hear(&o, fd);
	ck_assert_ptr_nonnull(heard);
	ck_assert_msg(strstr(heard, answer) != NULL, "%s %s: %s instead of %s", operation, name,
		      heard, answer);
	close(fd);
}

#define OK "{\"parameters\":{}}"

/* The answer is never older than the change: what it tells is already in the copy. */
START_TEST(on_and_off)
{
	over_fake_make(&o, "lp1");
	change("lp1", "on", ",\"profile\":\"default\"", OK);
	ck_assert(lpar_lpar_running(over_fake_lpar(&o, "lp1")));
	change("lp1", "on", "", "HSCL3681");
	change("lp1", "shutdown", ",\"immediate\":true,\"restart\":true", OK);
	ck_assert(lpar_lpar_running(over_fake_lpar(&o, "lp1")));
	change("lp1", "shutdown", "", OK);
	ck_assert(!lpar_lpar_running(over_fake_lpar(&o, "lp1")));
	change("lp1", "shutdown", ",\"immediate\":true", "HSCL1558");
	change("none", "on", "", "HSCL8012");
}
END_TEST

START_TEST(failures)
{
	over_fake_make(&o, "nomem");
	change("nomem", "on", ",\"profile\":\"default\"", "HSCL3205");
	ck_assert_ptr_nonnull(over_fake_lpar(&o, "nomem")->part->error_refcode);
	ck_assert_ptr_null(over_fake_lpar(&o, "nomem")->job);
	change("nomem", "shutdown", ",\"immediate\":true", OK);
	ck_assert_ptr_null(over_fake_lpar(&o, "nomem")->part->error_refcode);
	over_fake_make(&o, "deaf");
	change("deaf", "on", ",\"profile\":\"default\"", OK);
	change("deaf", "shutdown", "", "did not shut down within 2 seconds");
	ck_assert(lpar_lpar_running(over_fake_lpar(&o, "deaf")));
}
END_TEST

/* Several LPARs in one call: one reply when all have ended, with all that went wrong. */
START_TEST(several)
{
	int fd = over_fake_dial(&o);
	const char *heard;

	over_fake_make(&o, "lp1");
	over_fake_make(&o, "nomem1");
	over_fake_make(&o, "lp2");
	over_fake_make(&o, "nostart2");
	over_fake_say(fd, "ChangeState",
		      "{\"resource\":\"lpar\",\"system\":\"SYS\",\"operation\":\"on\",\"profile\":"
		      "\"default\",\"lpars\":[\"lp1\",\"nomem1\",\"lp2\",\"lp1\",\"nostart2\"]}",
		      ",\"more\":true");
	heard = over_fake_hear(&o, fd); /* and no progress before, for several have none */
	ck_assert_ptr_nonnull(heard);
	ck_assert_ptr_null(strstr(heard, "progress"));
	ck_assert_ptr_nonnull(strstr(heard, "org.lpard."));
	ck_assert_ptr_nonnull(strstr(heard, "HSCL3205 The partition named nomem1"));
	ck_assert_ptr_nonnull(strstr(heard, "HSCL3205 The partition named nostart2"));
	ck_assert_ptr_nonnull(strstr(heard, "\\n"));
	ck_assert(lpar_lpar_running(over_fake_lpar(&o, "lp1")));
	ck_assert(lpar_lpar_running(over_fake_lpar(&o, "lp2")));
	over_fake_say(fd, "ChangeState",
		      "{\"resource\":\"lpar\",\"system\":\"SYS\",\"operation\":\"shutdown\","
		      "\"immediate\":true,\"all\":true}",
		      "");
	ck_assert_str_eq(over_fake_hear(&o, fd), OK);
	ck_assert(!lpar_lpar_running(over_fake_lpar(&o, "lp1")));
	ck_assert(!lpar_lpar_running(over_fake_lpar(&o, "lp2")));
	close(fd);
}
END_TEST

/* The caller of several goes before the first has ended. */
START_TEST(several_alone)
{
	int fd = over_fake_dial(&o);

	over_fake_make(&o, "lp1");
	over_fake_make(&o, "lp2");
	over_fake_say(fd, "ChangeState",
		      "{\"resource\":\"lpar\",\"system\":\"SYS\",\"operation\":\"on\",\"profile\":"
		      "\"default\",\"lpars\":[\"lp1\",\"lp2\"]}",
		      "");
	over_fake_until(&o, over_fake_lpar(&o, "lp1")->job && over_fake_lpar(&o, "lp2")->job);
	close(fd);
	over_fake_until(&o, lpar_lpar_running(over_fake_lpar(&o, "lp1")) &&
				    lpar_lpar_running(over_fake_lpar(&o, "lp2")) &&
				    !over_fake_lpar(&o, "lp1")->job &&
				    !over_fake_lpar(&o, "lp2")->job);
}
END_TEST

START_TEST(progress)
{
	int fd = over_fake_dial(&o);
	const char *heard;
	int told = 0;

	over_fake_make(&o, "lp1");
	over_fake_say(fd, "ChangeState",
		      "{\"resource\":\"lpar\",\"system\":\"SYS\",\"operation\":\"on\",\"profile\":"
		      "\"default\",\"lpars\":[\"lp1\"]}",
		      ",\"more\":true");
	while ((heard = over_fake_hear(&o, fd)) && strstr(heard, "\"progress\":{\"lpar\":\"lp1\""))
		told++;
	ck_assert_ptr_nonnull(heard);
	ck_assert_str_eq(heard, OK);
	ck_assert_int_ge(told, 1);
	close(fd);
}
END_TEST

/* A restart by the power button: the same domain, started over. */
START_TEST(button)
{
	over_fake_make(&o, "lp1");
	change("lp1", "on", ",\"profile\":\"default\"", OK);
	change("lp1", "osshutdown", "", "HSCL0DB4");
	change("lp1", "shutdown", ",\"restart\":true", OK);
	ck_assert(lpar_lpar_running(over_fake_lpar(&o, "lp1")));
	ck_assert(!over_fake_lpar(&o, "lp1")->stopping);
}
END_TEST

/* Two who wait for the same shutdown, and one who pulls the plug: all three are satisfied. */
START_TEST(impatient)
{
	int fds[2] = { over_fake_dial(&o), over_fake_dial(&o) };

	over_fake_make(&o, "deaf");
	change("deaf", "on", ",\"profile\":\"default\"", OK);
	for (int i = 0; i < 2; i++) {
		over_fake_say_state(fds[i], "deaf", "shutdown", "");
		over_fake_until(&o, over_fake_lpar(&o, "deaf")->job);
		over_fake_until(&o, !over_fake_lpar(&o, "deaf")->job);
		ck_assert(over_fake_lpar(&o, "deaf")->stopping);
	}
	change("deaf", "shutdown", ",\"immediate\":true", OK);
	for (int i = 0; i < 2; i++) {
		ck_assert_str_eq(over_fake_hear(&o, fds[i]), OK);
		close(fds[i]);
	}
}
END_TEST

static struct hv *hypervisor(void)
{
	return over_fake_system(&o, "SYS")->hv;
}

static enum lpar_state state_of(const char *name)
{
	struct lpar_live live;

	lpar_lpar_live(over_fake_lpar(&o, name), &live);
	return live.state;
}

static void ask_remove(const char *name, bool force, const char *answer)
{
	autofree char *parameters =
		par_strdup_printf("{\"resource\":\"lpar\",\"system\":\"SYS\",\"lpar\":\"%s\"%s}",
				  name, force ? ",\"force\":true" : "");
	const char *heard = over_fake_call(&o, "Remove", parameters);

	ck_assert_msg(strstr(heard, answer) != NULL, "%s", heard);
}

static void make_running(const char *name)
{
	over_fake_make(&o, name);
	change(name, "on", ",\"profile\":\"default\"", OK);
}

/* virsh managedsave: nothing of it is lost without a word, and its end is seen without an event. */
START_TEST(saved)
{
	int run_id;

	make_running("lp1");
	run_id = over_fake_lpar(&o, "lp1")->live.run_id;
	hv_fake_save(hypervisor(), "lp1", true);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_SUSPENDED);
	change("lp1", "on", ",\"profile\":\"default\"",
	       "HSCL05DF The partition named lp1 is in the Susp");
	change("lp1", "on", ",\"boot_mode\":\"of\"", "HSCL05DF");
	change("lp1", "shutdown", "", "HSCL1558");
	ask_remove("lp1", false, "HSCL05EA");
	over_fake_say_state(over_fake_dial(&o), "lp1", "on", "");
	over_fake_until(&o,
			state_of("lp1") == LPAR_STATE_RUNNING && !over_fake_lpar(&o, "lp1")->job);
	ck_assert_int_gt(over_fake_lpar(&o, "lp1")->live.run_id, run_id);
	/* dropped on purpose */
	hv_fake_save(hypervisor(), "lp1", true);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_SUSPENDED);
	change("lp1", "shutdown", ",\"immediate\":true", OK);
	ck_assert_int_eq(state_of("lp1"), LPAR_STATE_NOT_ACTIVATED);
	/* dropped by others */
	change("lp1", "on", "", OK);
	hv_fake_save(hypervisor(), "lp1", true);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_SUSPENDED);
	hv_fake_save(hypervisor(), "lp1", false);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_NOT_ACTIVATED);
	/* begun anew, removed: forced */
	change("lp1", "on", "", OK);
	hv_fake_save(hypervisor(), "lp1", true);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_SUSPENDED);
	change("lp1", "on", ",\"profile\":\"default\",\"force\":true", OK);
	hv_fake_save(hypervisor(), "lp1", true);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_SUSPENDED);
	ask_remove("lp1", true, OK);
	ck_assert_ptr_null(over_fake_lpar(&o, "lp1"));
}
END_TEST

START_TEST(paused)
{
	make_running("lp1");
	hv_fake_pause(hypervisor(), "lp1", true);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_SUSPENDED);
	change("lp1", "on", ",\"profile\":\"default\"",
	       "HSCL3681 The partition named lp1 is already "
	       "activated.  Its state is Suspended.");
	ask_remove("lp1", true, "Its state is Suspended.");
	change("lp1", "shutdown", "", "HSCL05DF");
	hv_fake_pause(hypervisor(), "lp1", false);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_RUNNING);
	hv_fake_pause(hypervisor(), "lp1", true);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_SUSPENDED);
	change("lp1", "shutdown", ",\"immediate\":true", OK);
	ck_assert_int_eq(state_of("lp1"), LPAR_STATE_NOT_ACTIVATED);
}
END_TEST

/* Error is left by an immediate shutdown, once; all that are off give one answer to the next. */
START_TEST(crashed)
{
	make_running("crash");
	over_fake_until(&o, state_of("crash") == LPAR_STATE_ERROR);
	ck_assert_str_eq(over_fake_lpar(&o, "crash")->refcodes.v[0].code, "B700F104");
	change("crash", "shutdown", "", "HSCL1558");
	change("crash", "shutdown", ",\"immediate\":true", OK);
	ck_assert_int_eq(state_of("crash"), LPAR_STATE_NOT_ACTIVATED);
	change("crash", "shutdown", ",\"immediate\":true", "HSCL1558");
	change("crash", "on", "", OK);
	over_fake_until(&o, state_of("crash") == LPAR_STATE_ERROR);
	change("crash", "shutdown", ",\"immediate\":true", OK);
	/* begun by others, so that what is stored still says that a crash was left */
	ck_assert_int_eq(hypervisor()->ops->start(hypervisor(), over_fake_lpar(&o, "crash")->uuid,
						  true, NULL),
			 0);
	over_fake_until(&o, state_of("crash") == LPAR_STATE_ERROR);
	change("crash", "shutdown", ",\"immediate\":true", OK);
	ck_assert_int_eq(state_of("crash"), LPAR_STATE_NOT_ACTIVATED);
	change("crash", "shutdown", ",\"immediate\":true", "HSCL1558");
}
END_TEST

static uint64_t used_mib(void)
{
	struct lpar_usage usage;

	lpar_managed_usage(over_fake_system(&o, "SYS"), NULL, &usage);
	return usage.mem_mib;
}

/* Metadata that cannot be read: listed, shut down, removed, and never written over. */
START_TEST(damaged)
{
	make_running("lp1");
	ck_assert_uint_eq(used_mib(), 512);
	hv_fake_damage(hypervisor(), "lp1", "on purpose");
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_NOT_AVAILABLE);
	ck_assert_uint_eq(used_mib(), 512);
	ask_remove("lp1", true, "HSCL05EA");
	ck_assert_ptr_nonnull(strstr(
		over_fake_call(&o, "Change",
			       "{\"resource\":\"lpar\",\"system\":\"SYS\",\"attributes\":["
			       "{\"name\":\"name\",\"op\":\"set\",\"value\":\"lp1\"},"
			       "{\"name\":\"description\",\"op\":\"set\",\"value\":\"x\"}]}"),
		"HSCL05DF What is stored of the partition named lp1 is damaged (on purpose)"));
	change("lp1", "shutdown", ",\"immediate\":true", OK);
	ck_assert_int_eq(state_of("lp1"), LPAR_STATE_ERROR);
	ck_assert_uint_eq(used_mib(), 0);
	change("lp1", "on", ",\"profile\":\"default\"", "HSCL05DF");
	change("lp1", "shutdown", ",\"immediate\":true", "HSCL1558");
	hv_fake_damage(hypervisor(), "lp1", NULL);
	over_fake_until(&o, state_of("lp1") == LPAR_STATE_NOT_ACTIVATED);
	change("lp1", "on", "", OK); /* nothing was written over */
	hv_fake_damage(hypervisor(), "lp1", "again");
	change("lp1", "shutdown", ",\"immediate\":true", OK);
	ask_remove("lp1", false, OK);
	ck_assert_ptr_null(over_fake_lpar(&o, "lp1"));
}
END_TEST

/* What is not lpard's has its memory, too. */
START_TEST(others)
{
	over_fake_make(&o, "lp1");
	hv_fake_others(hypervisor(), 65536 - 4096 - 256);
	over_fake_until(&o, used_mib() == 65536 - 4096 - 256);
	change("lp1", "on", ",\"profile\":\"default\"", OK);
	ck_assert_uint_eq(over_fake_lpar(&o, "lp1")->part->current->mem_mib, 256);
	ck_assert_str_eq(over_fake_lpar(&o, "lp1")->refcodes.v[0].code,
			 "B2001231 LP=00001 MEM=256/512");
	ck_assert_str_eq(audit_detail, "It was given 256 of 512 MB of memory.");
	change("lp1", "shutdown", ",\"immediate\":true", OK);
	hv_fake_others(hypervisor(), 0);
	over_fake_until(&o, used_mib() == 0);
	change("lp1", "on", ",\"profile\":\"default\"", OK);
	ck_assert_uint_eq(over_fake_lpar(&o, "lp1")->part->current->mem_mib, 512);
	ck_assert(!par_starts_with(over_fake_lpar(&o, "lp1")->refcodes.v[0].code, "B2001231"));
	ck_assert_str_eq(audit_detail, "");
}
END_TEST

static Suite *power_suite(void)
{
	Suite *s = suite_create("power");
	TCase *t = tcase_create("power");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, on_and_off);
	tcase_add_test(t, failures);
	tcase_add_test(t, several);
	tcase_add_test(t, several_alone);
	tcase_add_test(t, progress);
	tcase_add_test(t, button);
	tcase_add_test(t, impatient);
	tcase_add_test(t, saved);
	tcase_add_test(t, paused);
	tcase_add_test(t, crashed);
	tcase_add_test(t, damaged);
	tcase_add_test(t, others);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(power_suite)
