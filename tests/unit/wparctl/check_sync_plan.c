/* SPDX-License-Identifier: Apache-2.0 */
/* check_sync_plan.c - what syncwpar does with a file, by what it was, is, and shall be; and the
 * text of lists of files */
#include "harness.h"
#include "wparctl/filesystem/sync_plan.h"

#include <string.h>

/*
 * A list from words: "PATH" alone is a directory; "PATH=N" a file with N as its content and time,
 * "PATH>TARGET" a link.
 */
static void make(struct wpar_inventory *l, const char *text)
{
	auto_strv words = { 0 };

	ck_assert_int_eq(par_strv_split(&words, text, ' '), 0);
	for (size_t i = 0; i < words.n && *text; i++) {
		const char *word = words.v[i], *sign = strpbrk(word, "=>");
		struct wpar_entry e = { .mode = S_IFDIR | 0755 };

		e.path = sign ? strndup(word, (size_t)(sign - word)) : strdup(word);
		if (sign && *sign == '>') {
			e.mode = S_IFLNK | 0777;
			e.target = strdup(sign + 1);
		} else if (sign) {
			e.mode = S_IFREG | 0644;
			e.size = 10;
			e.mtime_ns = atoi(sign + 1);
		}
		ck_assert_int_eq(wpar_inventory_add(l, &e), 0);
	}
	wpar_inventory_sort(l);
}

static bool is_not_mnt(const char *path, void *user)
{
	(void)user;
	return !par_starts_with(path, "mnt");
}

/* What the plan prints, a blank between its lines; then " | " and what is noted as given. */
static char *plan(const char *before, const char *now, const char *after, bool additional)
{
	auto_inventory b = { 0 }, n = { 0 }, a = { 0 }, given = { 0 };
	auto_sync_plan p = { 0 };
	const struct wpar_sync_lists lists = {
		.before = &b, .after = &a, .now = &n, .is_own = is_not_mnt, .additional = additional
	};
	struct par_buf out = { 0 };

	make(&b, before);
	make(&n, now);
	make(&a, after);
	ck_assert_int_eq(wpar_sync_plan_build(&lists, &p), 0);
	ck_assert_int_eq(wpar_sync_plan_print(&p, false, &out), 0);
	for (size_t i = 0; i < out.len; i++) {
		if (out.data[i] == '\n')
			out.data[i] = i + 1 < out.len ? ';' : ' ';
	}
	ck_assert_int_eq(wpar_sync_plan_given(&p, &a, &given), 0);
	par_buf_puts(&out, "|");
	for (size_t i = 0; i < given.n; i++)
		par_buf_printf(&out, " %s=%d", given.v[i].path, (int)given.v[i].mtime_ns);
	return par_buf_steal(&out);
}

/* A restored WPAR has no list of before, and no folder /root: what could not be added was not
 * given. */
START_TEST(what_could_not_be_added)
{
	auto_inventory b = { 0 }, n = { 0 }, a = { 0 }, given = { 0 };
	auto_sync_plan p = { 0 };
	const struct wpar_sync_lists lists = { .before = &b, .after = &a, .now = &n };

	make(&a, "f=1 g=1");
	ck_assert_int_eq(wpar_sync_plan_build(&lists, &p), 0);
	ck_assert_uint_eq(p.n, 2);
	p.v[0].again = true;
	ck_assert_int_eq(wpar_sync_plan_given(&p, &a, &given), 0);
	ck_assert_uint_eq(given.n, 1);
	ck_assert_str_eq(given.v[0].path, "g");
}
END_TEST

START_TEST(the_rule)
{
	static const struct {
		const char *before, *now, *after;
		bool additional;
		const char *is;
	} rows[] = {
		{ "f=1", "f=1", "f=1", false, "| f=1" },
		{ "", "", "f=1", false, "add /f | f=1" },
		{ "f=1", "f=1", "f=2", false, "replace /f | f=2" },
		{ "f=1", "f=1", "", false, "remove /f |" },
		/* The WPAR's change, and none in the LPAR. */
		{ "f=1", "f=3", "f=1", false, "| f=1" },
		{ "f=1", "", "f=1", false, "| f=1" },
		{ "f=1", "f=3", "f=2", false, "keep /f: changed in the workload partition | f=2" },
		{ "f=1", "", "f=2", false, "keep /f: removed in the workload partition | f=2" },
		{ "f=1", "f=3", "", false,
		  "keep /f: gone from the global environment, changed in the workload partition |" },
		{ "f=1", "", "", false, "|" },
		/* A command that was killed has done it already, or the WPAR has. */
		{ "f=1", "f=2", "f=2", false, "| f=2" },
		{ "", "f=1", "f=1", false, "| f=1" },
		{ "", "f=3", "f=1", false,
		  "keep /f: the workload partition has made its own | f=1" },
		{ "", "d", "d d/f=1", false, "add /d/f | d=0 d/f=1" },
		/* Kinds. */
		{ "f=1", "f=1", "f>x", false, "replace /f | f=0" },
		{ "l>x", "l>x", "l>y", false, "replace /l | l=0" },
		{ "l>x", "l>z", "l>y", false, "keep /l: changed in the workload partition | l=0" },
		{ "d d/f=1", "d d/f=1", "d=1", false, "replace /d;remove /d/f | d=1" },
		/* A folder's own come at once behind it. */
		{ "d d-e=1 d/f=1", "d d-e=1 d/f=1", "", false,
		  "remove /d;remove /d/f;remove /d-e |" },
		/* The WPAR has removed the folder, or made a link of it. */
		{ "d d/f=1", "", "d d/f=1 d/g=1 d/h d/h/i=1", false,
		  "keep /d/g: its folder is not there in the workload partition;"
		  "keep /d/h: its folder is not there in the workload partition;"
		  "keep /d/h/i: its folder is not there in the workload partition "
		  "| d=0 d/f=1 d/g=1 d/h=0 d/h/i=1" },
		{ "d", "d>x", "d d/g=1 e=1", false,
		  "keep /d/g: its folder is not there in the workload partition;add /e "
		  "| d=0 d/g=1 e=1" },
		{ "", "", "d d/g=1", false, "add /d;add /d/g | d=0 d/g=1" },
		/* Where something else is mounted. */
		{ "mnt mnt/f=1", "mnt mnt/f=1", "", false, "|" },
		/* -a: what is left is noted as it was, for the next time. */
		{ "f=1 g=1 h=5", "f=1 g=1 h=5", "g=2 h=4", true,
		  "leave /f;replace /g;leave /h | f=1 g=2 h=5" },
		{ "f=1 z=1", "f=1 z=1", "", true, "leave /f;leave /z | f=1 z=1" },
		{ "f=2", "f=3", "f=1", true, "keep /f: changed in the workload partition | f=1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *is = plan(rows[i].before, rows[i].now, rows[i].after, rows[i].additional);

		ck_assert_str_eq(is, rows[i].is);
		free(is);
	}
}
END_TEST

START_TEST(what_is_the_same)
{
	struct wpar_entry a = { .mode = S_IFREG | 0644, .size = 1, .mtime_ns = 1 }, b = a;
	struct wpar_entry fifo = { .mode = S_IFIFO | 0644 };
	char one[] = "1", two[] = "2";

	ck_assert(wpar_entry_same(&a, &b));
	b.mtime_ns = 2;
	ck_assert(!wpar_entry_same(&a, &b));
	a.digest = one;
	ck_assert(!wpar_entry_same(&a, &b));
	b.digest = one;
	ck_assert(wpar_entry_same(&a, &b));
	b.digest = two;
	ck_assert(!wpar_entry_same(&a, &b));
	b = a;
	b.uid = 1;
	ck_assert(!wpar_entry_same(&a, &b));
	b = a;
	b.mode = S_IFREG | 04644;
	ck_assert(!wpar_entry_same(&a, &b));
	/* Nothing that is no file, folder or link is ever what the LPAR gave. */
	ck_assert(!wpar_entry_same(&fifo, &fifo));
}
END_TEST

START_TEST(ids_that_no_wpar_has)
{
	const struct stat st = { .st_mode = S_IFREG | 06755, .st_uid = 70000, .st_gid = 5 };
	struct wpar_entry e;

	ck_assert_int_eq(wpar_entry_of("f", &st, NULL, 65536, &e), 0);
	ck_assert_uint_eq(e.uid, 0);
	ck_assert_uint_eq(e.gid, 0);
	ck_assert_uint_eq(e.mode, S_IFREG | 0755);
	wpar_entry_done(&e);
	ck_assert_int_eq(wpar_entry_of("f", &st, NULL, 0, &e), 0);
	ck_assert_uint_eq(e.uid, 70000);
	ck_assert_uint_eq(e.mode, S_IFREG | 06755);
	wpar_entry_done(&e);
}
END_TEST

#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

START_TEST(text_and_back)
{
	static const char text[] =
		"120777 0 0 0 0 - a\\040b\\012 \\055\n"
		"40755 1 2 0 0 - - d\n"
		"100644 1 2 18446744073709551615 -5 " DIGEST " - d/\\134x\377\\040y\n"
		"120777 0 0 0 0 - \\055 l\n";
	auto_inventory l = { 0 };
	auto_buf out = { 0 };

	ck_assert_int_eq(wpar_inventory_parse(text, &l), 0);
	ck_assert_uint_eq(l.n, 4);
	ck_assert_str_eq(l.v[0].target, "a b\n");
	ck_assert_str_eq(l.v[2].path, "d/\\x\377 y");
	ck_assert_str_eq(l.v[3].target, "-");
	ck_assert_ptr_eq(wpar_inventory_find(&l, "d"), &l.v[1]);
	ck_assert_ptr_null(wpar_inventory_find(&l, "dd"));
	ck_assert_int_eq(wpar_inventory_write(&l, &out), 0);
	ck_assert_str_eq(out.data, text);
}
END_TEST

START_TEST(bad_text)
{
	static const char *const texts[] = {
		"40755 0 0 0 0 - - d",			      /* cut off */
		"40755 0 0 0 0 - -\n",			      /* too few */
		"40755 0 0 0 0 - - d e\n",		      /* too many */
		"40758 0 0 0 0 - - d\n",		      /* no octal number */
		"40755 0 0 0x 0 - - d\n",		      /* no number */
		"40755 0 0 0 0 - - /d\n",		      /* absolute */
		"40755 0 0 0 0 - - d/../e\n",		      /* leads up */
		"40755 0 0 0 0 - - d/\n",		      /* no name */
		"40755 0 0 0 0 - - d\\0\n",		      /* half an escape */
		"40755 0 0 0 0 - - d\\000\n",		      /* a NUL */
		"40755 0 0 0 0 - - e\n40755 0 0 0 0 - - d\n", /* not sorted */
		"40755 0 0 0 0 - - d\n40755 0 0 0 0 - - d\n", /* twice */
		"120777 0 0 0 0 - - l\n",		      /* a link to nothing */
		"100644 0 0 0 0 - x f\n",		      /* a file with a target */
		"100644 0 0 0 0 abc - f\n",		      /* no digest */
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		auto_inventory l = { 0 };

		ck_assert_msg(wpar_inventory_parse(texts[i], &l) == -EBADMSG, "%s", texts[i]);
		ck_assert_uint_eq(l.n, 0);
	}
}
END_TEST

static Suite *sync_plan_suite(void)
{
	Suite *s = suite_create("sync_plan");
	TCase *tc = tcase_create("sync_plan");

	tcase_add_test(tc, what_could_not_be_added);
	tcase_add_test(tc, the_rule);
	tcase_add_test(tc, what_is_the_same);
	tcase_add_test(tc, ids_that_no_wpar_has);
	tcase_add_test(tc, text_and_back);
	tcase_add_test(tc, bad_text);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(sync_plan_suite)
