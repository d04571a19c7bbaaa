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

static Suite *power_suite(void)
{
	Suite *s = suite_create("power");
	TCase *t = tcase_create("power");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, on_and_off);
	tcase_add_test(t, failures);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(power_suite)
