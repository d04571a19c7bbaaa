/* SPDX-License-Identifier: Apache-2.0 */
/* The log: its lines for people and for systemd, its file, rotation. */
#include "harness.h"
#include "lpard/common/fs.h"
#include "lpard/common/log.h"

#include <fcntl.h>
#include <regex.h>
#include <string.h>
#include <sys/stat.h>

static char folder[64], path[96], old_path[112];
static int saved_stderr = -1;

static void begin(void)
{
	strcpy(folder, "/tmp/check_log.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log", folder);
	snprintf(old_path, sizeof(old_path), "%s.1", path);
	saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	unsetenv("JOURNAL_STREAM");
	ck_assert_int_eq(par_log_to(path, 4096), 0);
}

static void end(void)
{
	autofree char *remove = par_strdup_printf("rm -r %s", folder);

	unsetenv("JOURNAL_STREAM");
	ck_assert_int_lt(par_log_to("/nonexistent/folder/log", 0), 0);
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	ck_assert_int_eq(system(remove), 0);
}

/* Good until the next call. */
static const char *content(const char *file)
{
	static struct par_buf b;

	par_buf_clear(&b);
	return par_fs_read(file, 1 << 20, &b) == 0 && b.data ? b.data : "";
}

static bool matches(const char *text, const char *pattern)
{
	regex_t re;
	bool found;

	ck_assert_int_eq(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return found;
}

#define DATE "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}[+-][0-9]{4}"

START_TEST(test_line)
{
	errno = ENOTTY;
	par_log(PAR_LOG_NOTICE, "lpar=%s up", "lpar01");
	ck_assert_int_eq(errno, ENOTTY);
	par_log(PAR_LOG_DEBUG, "not now");
	ck_assert(matches(content(path), "^" DATE " notice lpar=lpar01 up\n$"));
}
END_TEST

START_TEST(test_filter)
{
	static char text[5000];

	par_log(PAR_LOG_ERR, "a\n2026-01-01 forged \033[2J \xc2\x9b \xe2\x80\xae");
	ck_assert(
		matches(content(path), "^" DATE " error a 2026-01-01 forged \\?\\[2J \\? \\?\n$"));
	memset(text, 'x', sizeof(text) - 1);
	par_log(PAR_LOG_ERR, "%s", text);
	ck_assert_uint_lt(strlen(content(path)), 2300);
	ck_assert(matches(content(path), "x\n$"));
}
END_TEST

/* The level as syslog numbers it, and no time, when systemd reads it. */
START_TEST(test_systemd)
{
	char stream[64];
	struct stat st;

	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	par_log(PAR_LOG_WARNING, "one");
	ck_assert_str_eq(content(path), "<4>one\n");
	/* Of another file than stderr is now it says nothing. */
	setenv("JOURNAL_STREAM", "1:1", 1);
	par_log(PAR_LOG_WARNING, "two");
	ck_assert(matches(content(path), "^<4>one\n" DATE " warning two\n$"));
}
END_TEST

START_TEST(test_rotation)
{
	struct stat st;

	for (int i = 0; i < 500; i++)
		par_log(PAR_LOG_NOTICE, "line %03d", i);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_lt(st.st_size, 4096 + 100);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	ck_assert_int_eq(stat(old_path, &st), 0);
	ck_assert_int_lt(st.st_size, 4096 + 100);
	ck_assert(matches(content(path), "line 499\n$"));
	ck_assert(!matches(content(old_path), "line 499"));
}
END_TEST

/* Somebody else (logrotate) moved the file away. */
START_TEST(test_reopen)
{
	par_log(PAR_LOG_NOTICE, "before");
	ck_assert_int_eq(rename(path, old_path), 0);
	par_log(PAR_LOG_NOTICE, "moved");
	par_log_reopen();
	par_log(PAR_LOG_NOTICE, "after");
	ck_assert(matches(content(old_path), "before\n.* moved\n$"));
	ck_assert(matches(content(path), "^" DATE " notice after\n$"));
}
END_TEST

static Suite *log_suite(void)
{
	Suite *s = suite_create("log");
	TCase *t = tcase_create("log");

	tcase_set_tags(t, "no-valgrind"); /* valgrind does not know openat2 */
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_line);
	tcase_add_test(t, test_filter);
	tcase_add_test(t, test_systemd);
	tcase_add_test(t, test_rotation);
	tcase_add_test(t, test_reopen);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(log_suite)
