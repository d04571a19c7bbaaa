/* SPDX-License-Identifier: Apache-2.0 */
/* check_command.c - the line that a login shell gets, and the environment of a log-in */
#include "harness.h"
#include "wparctl/runtime/session/command.h"

#include <stdlib.h>
#include <string.h>

static void line_is(const char *expected, const char *const *words)
{
	autofree char *line = wpar_command_line((char *const *)words);

	ck_assert_str_eq(line, expected);
}

#define LINE(expected, ...) line_is(expected, (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(one_word_is_the_line_itself)
{
	LINE("ls -l /home | wc -l", "ls -l /home | wc -l");
	LINE("", "");
	LINE("echo 'a'", "echo 'a'");
}
END_TEST

START_TEST(of_several_each_stays_a_word)
{
	LINE("cd /tmp", "cd", "/tmp");
	LINE("ls -l '*.c'", "ls", "-l", "*.c");
	LINE("sh -c 'exit 3'", "sh", "-c", "exit 3");
	LINE("echo ''", "echo", "");
	LINE("echo 'it'\\''s' '$HOME' '`id`' 'a\"b' 'a\\b'", "echo", "it's", "$HOME", "`id`",
	     "a\"b", "a\\b");
	LINE("echo 'a\nb'", "echo", "a\nb");
	LINE("A=1 env", "A=1", "env");
	LINE("echo '=ls' '~' '#' '!x'", "echo", "=ls", "~", "#", "!x");
	LINE("echo '\xc3\xa4'", "echo", "\xc3\xa4");
}
END_TEST

/* Whatever the words are, a shell gives them back. */
START_TEST(a_shell_reads_what_was_meant)
{
	static const char *const words[] = { "printf", "%s\\n", "a  b", "it's",
					     "$(id)",  ";",	"",	NULL };
	autofree char *line = wpar_command_line((char *const *)words);
	char out[256] = "";
	size_t n;
	FILE *f = popen(line, "r");

	ck_assert_ptr_nonnull(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	ck_assert_int_eq(pclose(f), 0);
	ck_assert_str_eq(out, "a  b\nit's\n$(id)\n;\n\n");
}
END_TEST

static const char *value_of(const struct par_strv *env, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < env->n; i++) {
		if (strncmp(env->v[i], name, len) == 0 && env->v[i][len] == '=')
			return env->v[i] + len + 1;
	}
	return NULL;
}

START_TEST(the_environment_is_the_users)
{
	const struct wpar_user joe = {
		.name = "joe", .home = "/home/joe", .shell = "/bin/ksh", .uid = 1000
	};
	const struct wpar_user root = { .name = "root", .home = "/root", .shell = "/bin/sh" };
	auto_strv env = { 0 }, more = { 0 }, own = { 0 };

	setenv("TERM", "vt100", 1);
	setenv("LANG", "a\nb", 1);
	setenv("SECRET", "of the caller", 1);
	ck_assert_int_eq(wpar_command_environment(&joe, NULL, true, &env), 0);
	ck_assert_str_eq(value_of(&env, "HOME"), "/home/joe");
	ck_assert_str_eq(value_of(&env, "LOGNAME"), "joe");
	ck_assert_str_eq(value_of(&env, "USER"), "joe");
	ck_assert_str_eq(value_of(&env, "SHELL"), "/bin/ksh");
	ck_assert_str_eq(value_of(&env, "PATH"), "/usr/local/bin:/usr/bin:/bin");
	ck_assert_str_eq(value_of(&env, "TERM"), "vt100");
	ck_assert_ptr_null(value_of(&env, "LANG"));
	ck_assert_ptr_null(value_of(&env, "SECRET"));

	unsetenv("TERM");
	par_strv_add(&more, "HOME=/srv");
	ck_assert_int_eq(wpar_command_environment(&root, &more, true, &own), 0);
	ck_assert_str_eq(value_of(&own, "TERM"), "dumb");
	ck_assert_str_eq(value_of(&own, "HOME"), "/srv");
	par_strv_done(&own);
	ck_assert_int_eq(wpar_command_environment(&root, NULL, false, &own), 0);
	ck_assert_ptr_null(value_of(&own, "TERM"));
}
END_TEST

START_TEST(a_job_has_its_callers)
{
	const struct wpar_user joe = {
		.name = "joe", .home = "/home/joe", .shell = "/bin/ksh", .uid = 1000
	};
	auto_strv inherited = { 0 }, more = { 0 }, none = { 0 }, root = { 0 }, user = { 0 };

	par_strv_split(&inherited, "A=1 HOME=/root PATH=/x USER=root TERM=vt100", ' ');
	par_strv_split(&more, "A=2 LOGNAME=other", ' ');
	ck_assert_int_eq(wpar_command_inherit(NULL, &inherited, &none, true, &root), 0);
	ck_assert_str_eq(value_of(&root, "A"), "1");
	ck_assert_str_eq(value_of(&root, "HOME"), "/root");
	ck_assert_str_eq(value_of(&root, "TERM"), "vt100");
	ck_assert_str_eq(value_of(&root, "LOGNAME"), "root");
	ck_assert_int_eq(wpar_command_inherit(&joe, &inherited, &more, false, &user), 0);
	ck_assert_str_eq(value_of(&user, "A"), "2");
	ck_assert_str_eq(value_of(&user, "HOME"), "/home/joe");
	ck_assert_str_eq(value_of(&user, "USER"), "joe");
	ck_assert_str_eq(value_of(&user, "LOGNAME"), "other");
	ck_assert_str_eq(value_of(&user, "PATH"), "/x");
	ck_assert_uint_eq(user.n, 7);
	par_strv_done(&user);
	user = (struct par_strv){ 0 };
	ck_assert_int_eq(wpar_command_inherit(&joe, &none, &none, true, &user), 0);
	ck_assert_str_eq(value_of(&user, "PATH"), "/usr/local/bin:/usr/bin:/bin");
	ck_assert_str_eq(value_of(&user, "TERM"), "dumb");
}
END_TEST

START_TEST(failures_have_a_shells_status)
{
	auto_error err = NULL;

	wpar_command_fail("command", "/bin/x", -ENOENT, &err);
	ck_assert_int_eq(par_error_exit_status(err), 127);
	ck_assert_str_eq(err->msg, "the command '/bin/x' cannot be run in the WPAR: not found");
	wpar_command_fail("login shell", "/etc/passwd", -EACCES, &err);
	ck_assert_int_eq(par_error_exit_status(err), 126);
	ck_assert_str_eq(err->msg, "the login shell '/etc/passwd' cannot be run in the WPAR: "
				   "Permission denied");
}
END_TEST

static Suite *command_suite(void)
{
	Suite *suite = suite_create("command");
	TCase *tc = tcase_create("command");

	tcase_add_test(tc, one_word_is_the_line_itself);
	tcase_add_test(tc, of_several_each_stays_a_word);
	tcase_add_test(tc, a_shell_reads_what_was_meant);
	tcase_add_test(tc, the_environment_is_the_users);
	tcase_add_test(tc, a_job_has_its_callers);
	tcase_add_test(tc, failures_have_a_shells_status);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(command_suite)
