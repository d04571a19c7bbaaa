/* SPDX-License-Identifier: Apache-2.0 */
/* check_shipped.c - the services of a new WPAR, by what its /usr has */
#include "harness.h"
#include "wparctl/filesystem/shipped.h"
#include "wparctl/srcmstr/subsystem_file.h"

#include <string.h>

static bool has_all(const char *program)
{
	(void)program;
	return true;
}

static bool has_cron(const char *program)
{
	return strcmp(program, "/usr/sbin/cron") == 0;
}

static bool has_none(const char *program)
{
	(void)program;
	return false;
}

START_TEST(all_of_them)
{
	auto_buf subsystems = { 0 }, inittab = { 0 };
	auto_subsystems list = { 0 };

	ck_assert_int_eq(wpar_shipped_plan(has_all, &subsystems, &inittab), 0);
	ck_assert_int_eq(wpar_stanzas_parse(subsystems.data, subsystems.len, &list, NULL), 0);
	ck_assert_uint_eq(list.n, 4);
	ck_assert_str_eq(list.v[0].name, "syslogd");
	ck_assert_str_eq(list.v[3].path, "/usr/sbin/sshd");
	ck_assert_str_eq(list.v[3].group, "ssh");
	ck_assert(list.v[3].respawn);
	ck_assert_str_eq(inittab.data, "syslogd:2:once:/usr/bin/startsrc -s syslogd\n"
				       "inetd:2:once:/usr/bin/startsrc -s inetd\n"
				       "cron:2:once:/usr/bin/startsrc -s cron\n"
				       "rcsshd:2:wait:/etc/rc.sshd\n"
				       "sshd:2:once:/usr/bin/startsrc -s sshd\n");
}
END_TEST

START_TEST(what_is_there)
{
	auto_buf subsystems = { 0 }, inittab = { 0 };

	ck_assert_int_eq(wpar_shipped_plan(has_cron, &subsystems, &inittab), 0);
	ck_assert_str_eq(inittab.data, "cron:2:once:/usr/bin/startsrc -s cron\n");
}
END_TEST

START_TEST(nothing)
{
	auto_buf subsystems = { 0 }, inittab = { 0 };

	ck_assert_int_eq(wpar_shipped_plan(has_none, &subsystems, &inittab), 0);
	ck_assert_uint_eq(subsystems.len, 0);
	ck_assert_uint_eq(inittab.len, 0);
}
END_TEST

static Suite *shipped_suite(void)
{
	Suite *suite = suite_create("shipped");
	TCase *tc = tcase_create("plan");

	tcase_add_test(tc, all_of_them);
	tcase_add_test(tc, what_is_there);
	tcase_add_test(tc, nothing);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(shipped_suite)
