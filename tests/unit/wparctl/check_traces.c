/* SPDX-License-Identifier: Apache-2.0 */
/* check_traces.c - of which WPARs there may be more than a specification and files */
#include "harness.h"
#include "lpard/common/fs.h"
#include "wparctl/runtime/life/traces.h"
#include "wparctl/spec/spec.h"

#include <string.h>

static char root[] = "/tmp/check_traces.XXXXXX";

static void set_up(void)
{
	snprintf(root, sizeof(root), "/tmp/check_traces.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	setenv("WPARS_ROOT", root, 1);
}

static void tear_down(void)
{
	char command[128];

	/* Not by openat2, which valgrind does not know. */
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}

static void make(const char *name, bool folder)
{
	autofree char *run = wpar_path(WPAR_RUN_DIR), *path = wpar_path(WPAR_RUN_DIR "/%s", name);

	ck_assert_int_eq(par_fs_mkdirs(run, 0755), 0);
	if (folder)
		ck_assert_int_eq(mkdir(path, 0755), 0);
	else
		ck_assert_int_eq(par_fs_replace(AT_FDCWD, path, "", 0, 0600), 0);
}

START_TEST(a_lock_a_folder_or_a_file_is_a_trace)
{
	auto_traces t = { 0 };

	make("locked.lock", false);
	make("running", true);
	make("application.cf", false);
	make(".registry", false);
	wpar_traces_take(&t);
	ck_assert(t.known);
	ck_assert(wpar_traces_may_be(&t, "locked"));
	ck_assert(wpar_traces_may_be(&t, "running"));
	ck_assert(wpar_traces_may_be(&t, "application"));
	ck_assert(!wpar_traces_may_be(&t, "lock"));
	ck_assert(!wpar_traces_may_be(&t, "locke"));
	ck_assert(!wpar_traces_may_be(&t, "locked2"));
	ck_assert(!wpar_traces_may_be(&t, ""));
}
END_TEST

START_TEST(a_machine_that_has_just_started_has_none)
{
	auto_traces t = { 0 };

	wpar_traces_take(&t);
	ck_assert(t.known);
	ck_assert(!wpar_traces_may_be(&t, "dev01"));
}
END_TEST

/* Then the kernel is asked of each. */
START_TEST(what_cannot_be_read_leaves_all_possible)
{
	autofree char *above = wpar_path("/run");
	auto_traces t = { 0 };

	ck_assert_int_eq(par_fs_replace(AT_FDCWD, above, "", 0, 0600), 0);
	wpar_traces_take(&t);
	ck_assert(!t.known);
	ck_assert(wpar_traces_may_be(&t, "dev01"));
}
END_TEST

static Suite *traces_suite(void)
{
	Suite *suite = suite_create("wparctl traces");
	TCase *tc = tcase_create("traces");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_lock_a_folder_or_a_file_is_a_trace);
	tcase_add_test(tc, a_machine_that_has_just_started_has_none);
	tcase_add_test(tc, what_cannot_be_read_leaves_all_possible);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(traces_suite)
