/* SPDX-License-Identifier: Apache-2.0 */
/* check_processes.c - whose a process is, and what the kernel's files say of it */
#include "harness.h"
#include "wparctl/resources/processes.h"

#include <string.h>
#include <sys/sysmacros.h>

START_TEST(the_group_tells_the_wpar)
{
	char name[WPAR_NAME_MAX + 1] = "";

	ck_assert(wpar_process_group("0::/wpars/dev01\n", "/wpars", name));
	ck_assert_str_eq(name, "dev01");
	ck_assert(wpar_process_group("9:cpu:/\n1:name=systemd:/a\n0::/wpars/dev02/below\n",
				     "/wpars", name));
	ck_assert_str_eq(name, "dev02");
}
END_TEST

START_TEST(what_only_looks_so_does_not)
{
	char name[WPAR_NAME_MAX + 1] = "";
	static const char *const texts[] = {
		"",
		"0::/\n",
		"0::/wpars\n",
		"0::/wpars/\n",
		"0::/wparsx/dev01\n",
		"0::/user/wpars/dev01\n",
		"0::/wpars/.keepers\n",
		"10::/wpars/dev01\n",
		"4:x0::/wpars/dev01:/\n",
		"0::/wpars/a234567890123456789012345678901234567890\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(!wpar_process_group(texts[i], "/wpars", name), "%s", texts[i]);
}
END_TEST

#define REST \
	" 1 100 34817 100 4194304 1 2 3 4 150 50 7 8 20 0 1 0 4711 8192 3 18446744073709551615 1\n"

START_TEST(stat_is_read_behind_any_name)
{
	struct wpar_process p;

	ck_assert(wpar_process_stat("42 (sh) S 7" REST, &p));
	ck_assert_int_eq(p.state, 'S');
	ck_assert_int_eq(p.ppid, 7);
	ck_assert_uint_eq(p.cpu_ticks, 200);
	ck_assert_uint_eq(p.started_ticks, 4711);
	ck_assert_uint_eq(p.virtual_memory, 8192);
	ck_assert_uint_eq(p.memory, 3 * (uint64_t)sysconf(_SC_PAGESIZE));
	ck_assert_str_eq(p.tty, "pts/1");
	ck_assert_str_eq(p.command, "[sh]");
	free(p.command);
	ck_assert(wpar_process_stat("42 (a) R 1 (\033[2J\n) S 7" REST, &p));
	ck_assert_int_eq(p.state, 'S');
	ck_assert_int_eq(p.ppid, 7);
	ck_assert_str_eq(p.command, "[a) R 1 (?[2J ]");
	free(p.command);
	ck_assert(!wpar_process_stat("", &p));
	ck_assert(!wpar_process_stat("42 (sh) S 7\n", &p));
	ck_assert(!wpar_process_stat("42 )sh( S 7" REST, &p));
}
END_TEST

START_TEST(status_tells_the_numbers_inside)
{
	struct wpar_process p = { .pid = 4711 };

	wpar_process_status("Name:\tsh\nUid:\t5\t1073807360\t6\t7\nNSpid:\t4711\t17\nX:\t1\n", &p);
	ck_assert_uint_eq(p.uid, 1073807360);
	ck_assert_int_eq(p.pid_inside, 17);
	wpar_process_status("Name:\tsh\nUid:\t0\t0\t0\t0\n", &p);
	ck_assert_int_eq(p.pid_inside, 4711);
}
END_TEST

START_TEST(a_users_name_comes_from_the_wpars_passwd)
{
	char name[33] = "";
	const char *passwd = "root:x:0:0::/:/bin/sh\n"
			     "evil\033[2J:x:1:1::/:/bin/sh\n"
			     "broken\n"
			     "ann:x:2:2::/:/bin/sh\n"
			     "a23456789012345678901234567890123:x:3:3::/:\n";

	ck_assert(wpar_process_user(passwd, 2, name));
	ck_assert_str_eq(name, "ann");
	ck_assert(wpar_process_user(passwd, 1, name));
	ck_assert_str_eq(name, "evil?[2J");
	ck_assert(!wpar_process_user(passwd, 3, name));
	ck_assert(!wpar_process_user(passwd, 4, name));
	ck_assert(!wpar_process_user("", 0, name));
}
END_TEST

START_TEST(this_process_is_of_no_wpar)
{
	auto_processes none = { 0 }, all = { 0 };
	bool found = false;

	ck_assert_int_eq(wpar_processes_get("nosuchwpar", false, &none, NULL), 0);
	ck_assert_uint_eq(none.n, 0);
	ck_assert_int_eq(wpar_processes_get(WPAR_GLOBAL, false, &all, NULL), 0);
	for (size_t i = 0; i < all.n; i++) {
		found |= all.v[i].pid == getpid() && all.v[i].command[0] == '/';
		ck_assert(i == 0 || all.v[i - 1].pid < all.v[i].pid);
	}
	ck_assert(found);
}
END_TEST

static Suite *processes_suite(void)
{
	Suite *s = suite_create("processes");
	TCase *t = tcase_create("processes");

	tcase_add_test(t, the_group_tells_the_wpar);
	tcase_add_test(t, what_only_looks_so_does_not);
	tcase_add_test(t, stat_is_read_behind_any_name);
	tcase_add_test(t, status_tells_the_numbers_inside);
	tcase_add_test(t, a_users_name_comes_from_the_wpars_passwd);
	tcase_add_test(t, this_process_is_of_no_wpar);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(processes_suite)
