/* SPDX-License-Identifier: Apache-2.0 */
/* check_subsystem.c - definitions of subsystems, their file, argument strings, lssrc's table */
#include "harness.h"
#include "wparctl/srcmstr/split.h"
#include "wparctl/srcmstr/status.h"
#include "wparctl/srcmstr/subsystem_file.h"

#include <string.h>

static struct wpar_subsystems list;

static void tear_down(void)
{
	wpar_subsystems_done(&list);
}

static void parse(const char *text)
{
	auto_error err = NULL;
	int r = wpar_stanzas_parse(text, strlen(text), &list, &err);

	ck_assert_msg(r == 0, "%s", err ? err->msg : "");
}

START_TEST(a_file_is_read_and_written)
{
	static const char text[] = "* a comment\n"
				   "# another\n"
				   "syslogd:\n"
				   "\tpath = \"/usr/sbin/syslogd\"\n"
				   "\tcmdargs = \"-n -O \\\"a b\\\" \\\\\"\n"
				   "\taction = respawn\n"
				   "\tmulti = \"yes\"\n"
				   "\tcontact = \"signals\"\n"
				   "\tsignorm = 2\n"
				   "\tdisplay = \"no\"\n"
				   "\tgrpname = \"ras\"\n"
				   "\tsynonym = \"log\"\n"
				   "\n"
				   "other:\n"
				   "\tpath = /bin/true\n"
				   "\tsynonym = \"\"\n";
	auto_subsystems again = { 0 };
	auto_buf first = { 0 }, second = { 0 };
	const struct wpar_subsystem *s;

	parse(text);
	ck_assert_uint_eq(list.n, 2);
	s = wpar_subsystems_find(&list, "log");
	ck_assert_ptr_eq(s, &list.v[0]);
	ck_assert_str_eq(s->name, "syslogd");
	ck_assert_str_eq(s->cmdargs, "-n -O \"a b\" \\");
	ck_assert_str_eq(s->standout, "/dev/console");
	ck_assert(s->respawn && s->multi && s->signals && s->hide);
	ck_assert_uint_eq(s->signorm, 2);
	ck_assert_uint_eq(s->waittime, 20);
	ck_assert(!list.v[1].respawn && !list.v[1].hide);
	ck_assert(wpar_subsystems_has_group(&list, "ras"));
	ck_assert(!wpar_subsystems_has_group(&list, "syslogd"));
	ck_assert_int_eq(wpar_stanzas_write(&list, &first), 0);
	ck_assert_int_eq(wpar_stanzas_parse(first.data, first.len, &again, NULL), 0);
	ck_assert_int_eq(wpar_stanzas_write(&again, &second), 0);
	ck_assert_str_eq(first.data, second.data);
}
END_TEST

static const struct {
	const char *text, *why;
} bad_files[] = {
	{ "path = /x\n", "line 1: an attribute before the first stanza" },
	{ "a:\n", "line 1: the subsystem 'a' above has no path" },
	{ "a:\n\tpath = /x\n\tpath = /y\n", "line 3: 'path' is given twice" },
	{ "a:\n\tpath = /x\nb:\n\tpath = /x\na:\n", "line 5: a second subsystem 'a'" },
	{ "a:\n\tpath = x\n", "line 2: path cannot be 'x'. It must be an absolute path" },
	{ "a:\n\tpath = \"/x\n", "line 2: the quotes do not match" },
	{ "a:\n\tcolour = red\n", "line 2: there is no attribute 'colour'" },
	{ "a:\n\tpath /x\n", "line 2: neither a stanza nor an attribute with a value" },
	{ "a:\n\tpath = /x\n\taction = often\n",
	  "line 3: action cannot be 'often'. It must be once or respawn" },
	{ "a:\n\tpath = /x\n\tpriority = 40\n",
	  "line 3: priority cannot be '40'. It must be a whole number of 0 to 39" },
};

START_TEST(a_bad_file_is_refused_whole)
{
	auto_error err = NULL;

	ck_assert_int_lt(
		wpar_stanzas_parse(bad_files[_i].text, strlen(bad_files[_i].text), &list, &err), 0);
	ck_assert_str_eq(err->msg, bad_files[_i].why);
	ck_assert_uint_eq(list.n, 0);
}
END_TEST

START_TEST(names)
{
	ck_assert(wpar_subsystem_is_name("rpc.lockd"));
	ck_assert(wpar_subsystem_is_name("cor_dev-01"));
	ck_assert(!wpar_subsystem_is_name(""));
	ck_assert(!wpar_subsystem_is_name("-a"));
	ck_assert(!wpar_subsystem_is_name("a b"));
	ck_assert(!wpar_subsystem_is_name("a:b"));
	ck_assert(!wpar_subsystem_is_name("a\nb"));
	ck_assert(!wpar_subsystem_is_name("a2345678901234567890123456789012"));
}
END_TEST

static const struct {
	const char *text, *words; /* with '|' between; NULL: refused */
} strings[] = {
	{ "", "" },
	{ "  -d   -x ", "-d|-x" },
	{ "'a b' \"c d\"e", "a b|c de" },
	{ "a\\ b \"x\\\"y\" '\\'", "a b|x\"y|\\" },
	{ "''", "" },
	{ "\"open", NULL },
	{ "end\\", NULL },
};

START_TEST(arguments_are_cut_as_a_shell_does)
{
	auto_strv words = { 0 };
	auto_buf joined = { 0 };
	int r = wpar_split(strings[_i].text, &words);

	if (!strings[_i].words) {
		ck_assert_int_eq(r, -EINVAL);
		return;
	}
	ck_assert_int_eq(r, 0);
	par_buf_puts(&joined, "");
	for (size_t i = 0; i < words.n; i++)
		par_buf_printf(&joined, "%s%s", i ? "|" : "", words.v[i]);
	ck_assert_str_eq(joined.data, strings[_i].words);
}
END_TEST

START_TEST(the_table_is_aixs_to_the_character)
{
	auto_src_rows rows = { 0 };
	auto_buf table = { 0 };

	ck_assert_int_eq(wpar_src_rows_add(&rows, "syslogd", "ras", 5505276, "active"), 0);
	ck_assert_int_eq(wpar_src_rows_parse(&rows, "grpglsm\t\t0\tinoperative"), 0);
	ck_assert_int_eq(wpar_src_rows_parse(&rows, "grpglsm\t\t0"), -EBADMSG);
	ck_assert_int_eq(wpar_src_rows_parse(&rows, "grpglsm\t\tx\tactive"), -EBADMSG);
	wpar_src_table(&rows, &table);
	ck_assert_str_eq(table.data,
			 "Subsystem         Group            PID          Status \n"
			 " syslogd          ras              5505276      active\n"
			 " grpglsm                                        inoperative\n");
}
END_TEST

static void assert_json(const struct wpar_src_rows *rows, const char *wanted)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	ck_assert_int_eq(wpar_src_json(rows, f), 0);
	fclose(f);
	ck_assert_str_eq(text, wanted);
	free(text);
}

START_TEST(the_json_has_the_same)
{
	auto_src_rows rows = { 0 };

	assert_json(&rows, "[\n]\n");
	ck_assert_int_eq(wpar_src_rows_add(&rows, "syslogd", "ras", 5505276, "active"), 0);
	ck_assert_int_eq(wpar_src_rows_add(&rows, "grpglsm", NULL, 0, "inoperative"), 0);
	assert_json(&rows, "[\n  {\n    \"subsystem\":\"syslogd\",\n    \"group\":\"ras\",\n"
			   "    \"pid\":5505276,\n    \"status\":\"active\"\n  },\n"
			   "  {\n    \"subsystem\":\"grpglsm\",\n    \"group\":\"\",\n"
			   "    \"pid\":null,\n    \"status\":\"inoperative\"\n  }\n]\n");
}
END_TEST

static Suite *subsystem_suite(void)
{
	Suite *suite = suite_create("subsystem");
	TCase *file = tcase_create("file"), *texts = tcase_create("texts");

	tcase_add_checked_fixture(file, NULL, tear_down);
	tcase_add_test(file, a_file_is_read_and_written);
	tcase_add_loop_test(file, a_bad_file_is_refused_whole, 0, (int)PAR_ARRAY_SIZE(bad_files));
	tcase_add_test(texts, names);
	tcase_add_loop_test(texts, arguments_are_cut_as_a_shell_does, 0,
			    (int)PAR_ARRAY_SIZE(strings));
	tcase_add_test(texts, the_table_is_aixs_to_the_character);
	tcase_add_test(texts, the_json_has_the_same);
	suite_add_tcase(suite, file);
	suite_add_tcase(suite, texts);
	return suite;
}

PAR_TEST_MAIN(subsystem_suite)
