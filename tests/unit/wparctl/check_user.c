/* SPDX-License-Identifier: Apache-2.0 */
/* check_user.c - users out of a WPAR's own files, which are foreign bytes */
#include "harness.h"
#include "wparctl/runtime/life/log_who.h"
#include "wparctl/runtime/session/user.h"

#include "lpard/common/str.h"

#include <string.h>

#define ID_MAX 65536

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "# a comment\n"
			     "joe:x:1000:100:Joe:/home/joe:/bin/sh\n"
			     "bare:x:7:7:::\n"
			     "minus:x:-1:0::/:/bin/sh\n"
			     "huge:x:4294967296:0::/:/bin/sh\n"
			     "outside:x:65536:0::/:/bin/sh\n"
			     "octal:x:0x0:0::/:/bin/sh\n"
			     "blank:x: 5:0::/:/bin/sh\n"
			     "short:x:0:0\n"
			     "long:x:0:0:::/bin/sh:more\n"
			     "bell:x:1:1::/\a:/bin/sh\n"
			     "last:x:9:9::/:/bin/sh";

static int find(const char *name, struct wpar_user *u)
{
	return wpar_user_parse(passwd, name, ID_MAX, u, NULL);
}

START_TEST(users_are_found)
{
	struct wpar_user u;

	ck_assert_int_eq(find("root", &u), 0);
	ck_assert_uint_eq(u.uid, 0);
	ck_assert_str_eq(u.shell, "/bin/bash");
	ck_assert_int_eq(find("joe", &u), 0);
	ck_assert_uint_eq(u.uid, 1000);
	ck_assert_uint_eq(u.gid, 100);
	ck_assert_str_eq(u.home, "/home/joe");
	ck_assert_int_eq(find("bare", &u), 0);
	ck_assert_str_eq(u.home, "/");
	ck_assert_str_eq(u.shell, "/bin/sh");
	ck_assert_int_eq(find("last", &u), 0);
}
END_TEST

START_TEST(shells_that_may_run_anything)
{
	static const char shells[] = "# /etc/shells\n"
				     "/bin/sh\n"
				     "  /bin/bash \t# the usual one\n"
				     "#/bin/ksh\n"
				     "relative\n"
				     "/bin/dash\r\n"
				     "/bin/last";
	static const char *const listed[] = { "/bin/sh", "/bin/bash", "/bin/dash", "/bin/last" };
	static const char *const others[] = { "/usr/sbin/nologin", "/bin/ksh",
					      "#/bin/ksh",	   "",
					      "relative",	   "/bin/s",
					      "/bin/shx",	   "/bin/sh " };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(listed); i++)
		ck_assert_msg(wpar_user_shell_is_listed(shells, listed[i]), "%s", listed[i]);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(others); i++)
		ck_assert_msg(!wpar_user_shell_is_listed(shells, others[i]), "%s", others[i]);
	ck_assert(!wpar_user_shell_is_listed("", "/bin/sh"));
	ck_assert(!wpar_user_shell_is_listed(NULL, "/bin/sh"));
}
END_TEST

/* CVE-2026-30892 and its like: a strange id must never become 0. */
START_TEST(strange_entries_are_refused)
{
	static const char *const names[] = { "minus", "huge", "outside", "octal", "blank", "short",
					     "long",  "bell", "nobody",	 "",	  "#" };
	struct wpar_user u;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++)
		ck_assert_msg(find(names[i], &u) < 0, "'%s' was accepted", names[i]);
}
END_TEST

/* Not a wrong entry: the administrator has to know which number it is, and which there are. */
START_TEST(ids_beyond_the_range_are_said)
{
	auto_error err = NULL;
	struct wpar_user u;

	ck_assert_int_lt(wpar_user_parse(passwd, "outside", ID_MAX, &u, &err), 0);
	ck_assert_str_eq(err->msg, "user 'outside' has the user id 65536, and the workload "
				   "partition has the ids 0 to 65535 only; give the user one of "
				   "these");
	ck_assert_int_lt(wpar_user_parse("g:x:1:70000::/:/bin/sh\n", "g", ID_MAX, &u, &err), 0);
	ck_assert_str_eq(err->msg, "user 'g' has the group id 70000, and the workload partition "
				   "has the ids 0 to 65535 only; give the user one of these");
	ck_assert_int_lt(wpar_user_parse(passwd, "minus", ID_MAX, &u, &err), 0);
	ck_assert_str_eq(err->msg, "the entry of user 'minus' in the WPAR's /etc/passwd is wrong");
}
END_TEST

START_TEST(groups_are_those_that_list_the_user)
{
	struct wpar_user u = { .name = "joe" };

	wpar_user_groups("root:x:0:\nadm:x:4:joe,ann\njoeys:x:5:joey\nwheel:x:10:ann,joe\n"
			 "bad:x:-1:joe\nfar:x:70000:joe\nshort:x:3\n",
			 ID_MAX, &u);
	ck_assert_uint_eq(u.n_groups, 2);
	ck_assert_uint_eq(u.groups[0], 4);
	ck_assert_uint_eq(u.groups[1], 10);
}
END_TEST

START_TEST(many_groups_are_bounded)
{
	struct wpar_user u = { .name = "joe" };
	auto_buf b = { 0 };

	for (int i = 1; i <= 200; i++)
		par_buf_printf(&b, "g%d:x:%d:joe\n", i, i);
	wpar_user_groups(b.data, ID_MAX, &u);
	ck_assert_uint_eq(u.n_groups, WPAR_GROUPS_MAX);
}
END_TEST

START_TEST(a_group_with_many_members_counts)
{
	struct wpar_user u = { .name = "joe" };
	auto_buf b = { 0 };

	par_buf_puts(&b, "staff:x:20:");
	for (int i = 0; i < 5000; i++)
		par_buf_printf(&b, "user%d,", i);
	par_buf_puts(&b, "joe\n");
	wpar_user_groups(b.data, ID_MAX, &u);
	ck_assert_uint_eq(u.n_groups, 1);
	ck_assert_uint_eq(u.groups[0], 20);
}
END_TEST

/* For the log of events: a name, or the number of who has none. */
START_TEST(uids_have_names)
{
	static const struct {
		unsigned int uid;
		const char *name;
	} cases[] = {
		{ 0, "root" },
		{ 1000, "joe" },
		{ 7, "bare" },
		{ 100, "100" },
		{ 4294967295u, "4294967295" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		char name[33];

		wpar_who_of_uid(passwd, cases[i].uid, name, sizeof(name));
		ck_assert_str_eq(name, cases[i].name);
		wpar_who_of_uid(NULL, cases[i].uid, name, sizeof(name));
		ck_assert_uint_eq(strtoul(name, NULL, 10), cases[i].uid);
	}
}
END_TEST

START_TEST(who_is_one_word)
{
	char who[WPAR_WHO_SIZE];

	setenv("SUDO_USER", "an other", 1);
	unsetenv("LPARD_USER");
	wpar_who(who);
	ck_assert_msg(strncmp(who, "an?other/", 9) == 0, "%s", who);
	setenv("LPARD_USER", "op\x1b_with_a_name_that_is_far_too_long_for_a_line", 1);
	wpar_who(who);
	ck_assert_msg(strncmp(who, "op?_with_a_name_that_is_far_too_/", 33) == 0, "%s", who);
	ck_assert(par_printable(who));
}
END_TEST

static Suite *user_suite(void)
{
	Suite *suite = suite_create("user");
	TCase *tc = tcase_create("files");

	tcase_add_test(tc, users_are_found);
	tcase_add_test(tc, shells_that_may_run_anything);
	tcase_add_test(tc, strange_entries_are_refused);
	tcase_add_test(tc, ids_beyond_the_range_are_said);
	tcase_add_test(tc, groups_are_those_that_list_the_user);
	tcase_add_test(tc, many_groups_are_bounded);
	tcase_add_test(tc, a_group_with_many_members_counts);
	tcase_add_test(tc, uids_have_names);
	tcase_add_test(tc, who_is_one_word);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(user_suite)
