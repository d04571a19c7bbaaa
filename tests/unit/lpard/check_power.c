/* SPDX-License-Identifier: Apache-2.0 */
/* ChangeState over the fake hypervisor: activation, shutdown, and who gets which answer. */
#include "daemon_over_fake.h"

static struct over_fake o;

static void setup(void)
{
	over_fake_start(&o, "[system SYS]\nuri = fake:///\n");
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
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(power_suite)
