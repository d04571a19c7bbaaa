/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what is kept, in which order it is read, rotation, and files that are not whole. */
#include "harness.h"
#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/common/str.h"
#include "lpard/daemon/journal/journal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static char folder[64], path[96], old_path[112];
static struct lpar_events *events;
static struct lpar_journal *journal;

static void begin(void)
{
	strcpy(folder, "/tmp/journal.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log/events.log", folder);
	snprintf(old_path, sizeof(old_path), "%s.1", path);
	par_log_set_level((enum par_log_level)0);
	ck_assert_int_eq(lpar_events_new(&events, NULL), 0);
	ck_assert_int_eq(lpar_journal_new(path, 4096, events, &journal, NULL), 0);
}

static void end(void)
{
	autofree char *remove = par_strdup_printf("rm -r %s", folder);

	lpar_journal_free(&journal);
	lpar_events_free(&events);
	ck_assert_int_eq(system(remove), 0);
}

static void reopen(void)
{
	lpar_journal_free(&journal);
	ck_assert_int_eq(lpar_journal_new(path, 4096, events, &journal, NULL), 0);
}

static void publish(const char *lpar, const char *result)
{
	lpar_events_publish(events, &(struct lpar_event){ .type = LPAR_EVENT_AUDIT,
							  .system = "sys1",
							  .lpar = lpar,
							  .operation = "Activate",
							  .result = result,
							  .text = "why\n\xc2\x9b",
							  .uid = 1000,
							  .pid = 4711,
							  .user = "alice",
							  .took_ms = 12 });
}

static int take_lpar(struct json_object *entry, void *user)
{
	const char *lpar = "?";

	(void)par_json_string(entry, "lpar", true, &lpar, NULL);
	par_buf_printf(user, "%s ", lpar);
	return 0;
}

/* The LPARs of all entries, in the order they are read. */
static char *all(uint64_t from_ms)
{
	struct lpar_journal_view view;
	struct par_buf b = { 0 };

	lpar_journal_look(journal, &view);
	ck_assert_int_eq(lpar_journal_read(&view, from_ms, take_lpar, &b, NULL), 0);
	lpar_journal_view_done(&view);
	return par_buf_steal(&b);
}

static int take_copy(struct json_object *entry, void *user)
{
	*(struct json_object **)user = json_object_get(entry);
	return -ECANCELED;
}

START_TEST(test_entry)
{
	struct lpar_journal_view view;
	auto_json entry = NULL;
	struct stat st;

	publish("lpar01", "ok");
	lpar_events_publish(events, &(struct lpar_event){ .type = LPAR_EVENT_STATE,
							  .system = "sys1" }); /* no audit */
	lpar_journal_look(journal, &view);
	ck_assert_int_eq(lpar_journal_read(&view, 0, take_copy, &entry, NULL), -ECANCELED);
	lpar_journal_view_done(&view);
	json_object_object_del(entry, "time_ms");
	ck_assert_str_eq(
		json_object_to_json_string_ext(entry, JSON_C_TO_STRING_PLAIN),
		"{\"uid\":1000,\"user\":\"alice\",\"pid\":4711,\"operation\":\"Activate\","
		"\"system\":\"sys1\",\"lpar\":\"lpar01\",\"result\":\"ok\",\"text\":\"why ?\","
		"\"took_ms\":12}");
	ck_assert_str_eq(lpar_journal_path(journal), path);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
}
END_TEST

START_TEST(test_order_and_time)
{
	autofree char *text = NULL, *later = NULL;

	publish("a", "ok");
	publish("b", "ok");
	reopen();
	publish("c", "Busy");
	text = all(0);
	ck_assert_str_eq(text, "c b a ");
	later = all(UINT64_MAX / 2);
	ck_assert_str_eq(later, "");
}
END_TEST

/* The journal never takes more than twice its limit, and has the newest lines. */
START_TEST(test_rotation)
{
	autofree char *text = NULL, *again = NULL;
	struct stat st;

	for (int i = 0; i < 200; i++) {
		char name[16];

		snprintf(name, sizeof(name), "l%03d", i);
		publish(name, "ok");
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_int_le(st.st_size, 4096);
	}
	ck_assert_int_eq(stat(old_path, &st), 0);
	ck_assert_int_le(st.st_size, 4096);
	text = all(0);
	ck_assert(par_starts_with(text, "l199 l198 l197 "));
	ck_assert_uint_gt(strlen(text), 20 * strlen("l000 "));
	reopen();
	again = all(0);
	ck_assert_str_eq(again, text);
}
END_TEST

/* A line cut by a power failure, garbage, an edited line: skipped, and nothing else with them. */
START_TEST(test_damaged)
{
	static const char *const damage[] = {
		"{\"time_ms\":5,\"lpar\":\"cut", "garbage\n\n\n",	  "[1,2]\n",
		"{\"lpar\":\"no time\"}\n",	 "{\"time_ms\":\"7\"}\n", "{\"time_ms\":-1}\n",
	};
	autofree char *text = NULL;
	int fd;

	publish("before", "ok");
	lpar_journal_free(&journal);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_eq(write(fd, damage[_i], strlen(damage[_i])), (ssize_t)strlen(damage[_i]));
	ck_assert_int_eq(write(fd, "\0\0\0", _i % 2 ? 3 : 0), _i % 2 ? 3 : 0);
	close(fd);
	ck_assert_int_eq(lpar_journal_new(path, 4096, events, &journal, NULL), 0);
	publish("after", "ok");
	text = all(0);
	ck_assert_str_eq(text, "after before ");
}
END_TEST

/* A place where no file can be: the journal is kept in memory, with the same bound. */
START_TEST(test_in_memory)
{
	autofree char *text = NULL;

	lpar_journal_free(&journal);
	ck_assert_int_eq(lpar_journal_new(_i ? "/proc/nothing/events.log" : folder, 4096, events,
					  &journal, NULL),
			 0);
	ck_assert_ptr_null(lpar_journal_path(journal));
	for (int i = 0; i < 100; i++)
		publish("m", "ok");
	publish("last", "ok");
	text = all(0);
	ck_assert(par_starts_with(text, "last m m "));
	ck_assert_uint_lt(strlen(text), 100 * 2);
}
END_TEST

/* Somebody who may only look cannot push other entries out by calls that are refused. */
START_TEST(test_refused_calls_are_bounded)
{
	autofree char *text = NULL;

	lpar_journal_free(&journal);
	ck_assert_int_eq(lpar_journal_new(path, 1 << 20, events, &journal, NULL), 0);
	publish("real", "ok");
	for (int i = 0; i < 1000; i++)
		publish("x", "NotPermitted");
	text = all(0);
	ck_assert_uint_eq(strlen(text), 60 * 2 + strlen("real "));
}
END_TEST

static void job_begins(uint64_t job, const char *lpar)
{
	lpar_events_publish(events, &(struct lpar_event){ .type = LPAR_EVENT_JOB_STARTED,
							  .system = "sys1",
							  .lpar = lpar,
							  .operation = "Activate",
							  .job = job,
							  .uid = 1000,
							  .user = "alice",
							  .command = "name=x" });
}

static void job_ends(uint64_t job, const char *lpar)
{
	lpar_events_publish(events, &(struct lpar_event){ .type = LPAR_EVENT_AUDIT,
							  .system = "sys1",
							  .lpar = lpar,
							  .operation = "Activate",
							  .result = "ok",
							  .job = job });
}

static int take_result(struct json_object *entry, void *user)
{
	const char *lpar = "?", *result = "?", *user_name = "-", *command = "-";

	(void)par_json_string(entry, "lpar", true, &lpar, NULL);
	(void)par_json_string(entry, "result", true, &result, NULL);
	(void)par_json_string(entry, "user", false, &user_name, NULL);
	(void)par_json_string(entry, "command", false, &command, NULL);
	par_buf_printf(user, "%s %s %s %s;", lpar, result, user_name, command);
	return 0;
}

static char *all_results(void)
{
	struct lpar_journal_view view;
	struct par_buf b = { 0 };

	lpar_journal_look(journal, &view);
	ck_assert_int_eq(lpar_journal_read(&view, 0, take_result, &b, NULL), 0);
	lpar_journal_view_done(&view);
	return par_buf_steal(&b);
}

/* A journal that is opened again without its jobs' ends is that of an lpard that was killed. */
START_TEST(interrupted)
{
	autofree char *begun = NULL, *first = NULL, *second = NULL, *third = NULL;
	struct stat st;
	FILE *f;

	begun = par_strdup_printf("%s.begun", path);
	job_begins(1, "a");
	job_begins(11, "b");
	job_begins(12, "c");
	job_ends(1, "a");
	reopen();
	first = all_results();
	ck_assert_str_eq(first, "c interrupted alice name=x;b interrupted alice name=x;a ok - -;");
	reopen();
	second = all_results();
	ck_assert_str_eq(second, first);
	job_begins(2, "d");
	job_ends(2, "d");
	ck_assert_int_eq(stat(begun, &st), 0);
	ck_assert_int_eq(st.st_size, 0); /* nothing is under way */
	job_begins(3, "e");
	lpar_journal_free(&journal);
	/* Half a line, as of a power failure; lines that are none; an end that never began. */
	f = fopen(begun, "a");
	ck_assert_ptr_nonnull(f);
	fputs("{}\n[1]\n{\"ended\":77}\n{\"time_ms\":1,\"job\":\"x\"}\n{\"time_ms\":2,\"jo", f);
	fclose(f);
	ck_assert_int_eq(lpar_journal_new(path, 4096, events, &journal, NULL), 0);
	third = all_results();
	ck_assert_str_eq(strndupa(third, 27), "e interrupted alice name=x;");
	ck_assert_ptr_nonnull(strstr(third, "=x;d ok"));
}
END_TEST

static Suite *journal_suite(void)
{
	Suite *s = suite_create("journal");
	TCase *t = tcase_create("journal");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_entry);
	tcase_add_test(t, interrupted);
	tcase_add_test(t, test_order_and_time);
	tcase_add_test(t, test_rotation);
	tcase_add_loop_test(t, test_damaged, 0, 6);
	tcase_add_loop_test(t, test_in_memory, 0, 2);
	tcase_add_test(t, test_refused_calls_are_bounded);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(journal_suite)
