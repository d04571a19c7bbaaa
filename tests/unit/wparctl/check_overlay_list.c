/* SPDX-License-Identifier: Apache-2.0 */
/* check_overlay_list.c - the rows of the overlay list, and which of them count for an old system */
#include "harness.h"
#include "wparctl/versioned/overlay_change.h"

#include <string.h>

static char debian[] = "debian", suse[] = "sles", level_10[] = "10.13", level_101[] = "101";

static const struct wpar_version of_10 = { .os_id = debian, .os_level = level_10 };
static const struct wpar_version of_101 = { .os_id = debian, .os_level = level_101 };
static const struct wpar_version of_suse = { .os_id = suse, .os_level = level_10 };

static void parse(const char *text, struct wpar_overlay *rows)
{
	auto_error err = NULL;

	ck_assert_msg(wpar_overlay_parse(text, strlen(text), rows, &err) == 0, "%s",
		      err ? err->msg : "");
}

/* All rows: ours, and behind them those of @text. */
static void load(const char *text, struct wpar_overlay *rows)
{
	ck_assert_int_eq(wpar_overlay_builtin(rows, NULL), 0);
	parse(text, rows);
}

static const char *program_of(const char *text, const struct wpar_version *v, const char *path)
{
	static char found[256];
	auto_overlay all = { 0 }, rows = { 0 };
	int n = 0;

	load(text, &all);
	ck_assert_int_eq(wpar_overlay_choose(&all, v, &rows, NULL), 0);
	for (size_t i = 0; i < rows.n; i++) {
		if (!wpar_overlay_same_path(rows.v[i].path, path))
			continue;
		snprintf(found, sizeof(found), "%s", rows.v[i].program);
		n++;
	}
	ck_assert_int_le(n, 1);
	return n ? found : NULL;
}

START_TEST(our_rows_fit_our_rules)
{
	auto_overlay rows = { 0 };

	ck_assert_int_eq(wpar_overlay_builtin(&rows, NULL), 0);
	ck_assert_uint_gt(rows.n, 20);
	for (size_t i = 0; i < rows.n; i++) {
		auto_error err = NULL;

		if (rows.v[i].from == WPAR_OVERLAY_ALWAYS)
			continue;
		ck_assert_msg(wpar_overlay_check(&rows.v[i], &err) == 0, "%s", err ? err->msg : "");
		ck_assert(*rows.v[i].reason);
		for (size_t j = 0; j < i; j++)
			ck_assert(!wpar_overlay_same_path(rows.v[i].path, rows.v[j].path));
	}
}
END_TEST

START_TEST(the_last_row_counts)
{
	static const char add[] = "file_overlay:\n\tpath = /bin/df\n\tprogram = /opt/df\n";
	static const char removed[] = "overlay:\n\taction = remove\n\tpath = \"/bin/df\"\n";
	static const char both[] = "file_overlay:\n\taction = remove\n\tpath = /usr/bin/df\n"
				   "file_overlay:\n\tpath = /usr/bin/df\n\tprogram = /x/df\n";

	ck_assert_str_eq(program_of("", &of_10, "/usr/bin/df"), "/usr/bin/df");
	ck_assert_str_eq(program_of(add, &of_10, "/usr/bin/df"), "/opt/df");
	ck_assert_ptr_null(program_of(removed, &of_10, "/usr/bin/df"));
	ck_assert_str_eq(program_of(both, &of_10, "/bin/df"), "/x/df");
	ck_assert_ptr_null(program_of("", &of_10, "/usr/bin/tar"));
}
END_TEST

START_TEST(rows_of_one_system)
{
	static const char os[] = "file_overlay:\n\tpath = /bin/tar\n\tos = debian\n";
	static const char level[] =
		"file_overlay:\n\tpath = /bin/tar\n\tos = debian\n\tlevel = 10\n";
	static const char gone[] =
		"file_overlay:\n\taction = remove\n\tpath = /bin/df\n\tlevel = 10.13\n";

	ck_assert_str_eq(program_of(os, &of_10, "/bin/tar"), "/bin/tar");
	ck_assert_ptr_null(program_of(os, &of_suse, "/bin/tar"));
	ck_assert_str_eq(program_of(level, &of_10, "/bin/tar"), "/bin/tar");
	ck_assert_ptr_null(program_of(level, &of_101, "/bin/tar"));
	ck_assert_ptr_null(program_of(gone, &of_10, "/bin/df"));
	ck_assert_ptr_null(program_of(gone, &of_suse, "/bin/df"));
	ck_assert_ptr_nonnull(program_of(gone, &of_101, "/bin/df"));
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "file_overlay:\n\tpath = bin/df\n", "must be absolute" },
		{ "file_overlay:\n\tpath = /usr/../bin/df\n", "without . and .." },
		{ "file_overlay:\n\tpath = /usr/bin/\n", "must be absolute" },
		{ "file_overlay:\n\tpath = /proc/version\n", "nothing of an image is replaced" },
		{ "file_overlay:\n\tpath = /etc/init\n", "nothing of an image is replaced" },
		{ "file_overlay:\n\tpath = /usr/lib/.lpar/bin/df\n", "nothing of an image" },
		{ "file_overlay:\n\tpath = /lib\n", "a folder of each system" },
		{ "file_overlay:\n\tpath = /usr/bin\n", "a folder of each system" },
		{ "file_overlay:\n\tpath = /bin/uname\n", "is wparctl's in every" },
		{ "file_overlay:\n\tpath = /opt/df\n", "has the name of '/usr/bin/df'" },
		{ "file_overlay:\n\tpath = /bin/a\n\tprogram = a\n", "or wparctl" },
		{ "file_overlay:\n\tpath = /bin/a\n\tprogram = wparctl\n",
		  "no command that wparctl is" },
		{ "file_overlay:\n\tpath = /bin/a\n\tos = \"a b\"\n", "must be words" },
		{ "file_overlay:\n\tpath = /bin/a\n\treason = \"\x1b\"\n", "one line" },
		{ "file_overlay:\n\tpath = /bin/a\n\tpath = /bin/b\n", "given twice" },
		{ "file_overlay:\n\tprogram = /bin/a\n", "has no path" },
		{ "file_overlay:\n\tpath = /bin/a\n\taction = keep\n", "add or remove" },
		{ "file_overlay:\n\tpath = /bin/a\n\towner = me\n", "no attribute" },
		{ "CuDv:\n\tpath = /bin/a\n", "must begin with file_overlay" },
		{ "file_overlay:\n\tpath = /opt/a\nfile_overlay:\n\tpath = /srv/a\n",
		  "have one name" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		auto_overlay rows = { 0 };
		auto_error err = NULL;

		ck_assert_msg(wpar_overlay_parse(bad[i].text, strlen(bad[i].text), &rows, &err) < 0,
			      "%s", bad[i].text);
		ck_assert_msg(strstr(err->msg, bad[i].why) != NULL, "%s: %s", bad[i].text,
			      err->msg);
	}
}
END_TEST

START_TEST(written_as_odmget_prints_it)
{
	auto_overlay rows = { 0 };
	auto_buf text = { 0 };

	parse("file_overlay:\n\tpath = /bin/tar\n\tprogram = /opt/tar\n\treason = \"new \\\"x\\\"\"\n",
	      &rows);
	ck_assert_int_eq(wpar_overlay_write("overlay", &rows.v[0], false, &text), 0);
	ck_assert_str_eq(text.data,
			 "\noverlay:\n\tpath = \"/bin/tar\"\n\tprogram = \"/opt/tar\"\n"
			 "\tos = \"*\"\n\tlevel = \"*\"\n\treason = \"new \\\"x\\\"\"\n");
}
END_TEST

START_TEST(a_row_is_taken_out)
{
	static const char text[] = "* mine\nfile_overlay:\n\tpath = /bin/a\n* of b\n"
				   "file_overlay:\n\tpath = /usr/bin/b\n\nfile_overlay:\n"
				   "\tpath = /bin/b\n\tos = debian\n";
	const struct wpar_overlay_row b = { .path = (char *)"/bin/b" };
	auto_overlay rows = { 0 };
	auto_buf left = { 0 };

	parse(text, &rows);
	ck_assert_int_eq(wpar_overlay_without(text, &rows, &b, &left), 1);
	ck_assert_str_eq(left.data, "* mine\nfile_overlay:\n\tpath = /bin/a\n* of b\n"
				    "file_overlay:\n\tpath = /bin/b\n\tos = debian\n");
}
END_TEST

static Suite *overlay_suite(void)
{
	Suite *suite = suite_create("wparctl overlay");
	TCase *tc = tcase_create("overlay");

	tcase_add_test(tc, our_rows_fit_our_rules);
	tcase_add_test(tc, the_last_row_counts);
	tcase_add_test(tc, rows_of_one_system);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, written_as_odmget_prints_it);
	tcase_add_test(tc, a_row_is_taken_out);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(overlay_suite)
