/* SPDX-License-Identifier: Apache-2.0 */
/* check_precheck.c - what would not come along is named, and nothing else */
#include "harness.h"
#include "wparctl/checkpoint/precheck.h"

#include <string.h>

static void add(struct wpar_ckpt_snapshot *s, struct wpar_ckpt_process p)
{
	if (!*p.command)
		strcpy(p.command, "sh");
	ck_assert_int_eq(wpar_ckpt_add_process(s, &p), 0);
}

/* PID 1, a daemon of it, and the daemon's child, in any order. */
static void begin(struct wpar_ckpt_snapshot *s)
{
	s->init = 100;
	add(s, (struct wpar_ckpt_process){ .pid = 102, .parent = 101 });
	add(s, (struct wpar_ckpt_process){ .pid = 100, .parent = 50 });
	add(s, (struct wpar_ckpt_process){ .pid = 101, .parent = 100 });
}

START_TEST(the_tree_of_pid_1_comes_along)
{
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 0);
}
END_TEST

START_TEST(a_session_does_not)
{
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	add(&s, (struct wpar_ckpt_process){ .pid = 103, .parent = 60, .command = "bash" });
	add(&s, (struct wpar_ckpt_process){ .pid = 104, .parent = 103, .command = "vi" });
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 2);
	ck_assert_str_eq(found.v[0], "process 103 (bash) came in by clogin and is no child of the "
				     "first process: it would be lost; end that session");
	ck_assert(par_starts_with(found.v[1], "process 104 (vi)"));
}
END_TEST

START_TEST(a_circle_ends)
{
	auto_ckpt_snapshot s = { .init = 1 };
	auto_strv found = { 0 };

	add(&s, (struct wpar_ckpt_process){ .pid = 7, .parent = 8 });
	add(&s, (struct wpar_ckpt_process){ .pid = 8, .parent = 7 });
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 2);
}
END_TEST

START_TEST(neither_does_one_that_is_traced_or_has_other_clocks)
{
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	add(&s, (struct wpar_ckpt_process){
			.pid = 103, .parent = 100, .tracer = 101, .command = "cat" });
	add(&s, (struct wpar_ckpt_process){
			.pid = 104, .parent = 100, .other_time = true, .command = "old" });
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 2);
	ck_assert_str_eq(found.v[0],
			 "process 103 (cat) is traced by process 101 (as by strace or gdb), which "
			 "criu needs to do itself; end the tracing");
	ck_assert_str_eq(
		found.v[1],
		"process 104 (old) has the clocks of the LPAR and not those of the workload "
		"partition, so it could not be restored; start it again by clogin");
}
END_TEST

START_TEST(open_files_and_mounts_are_named)
{
	const struct wpar_ckpt_open o = { .pid = 101,
					  .what = "the POSIX message queue /q",
					  .remedy = "end the process" };
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	ck_assert_int_eq(wpar_ckpt_add_open(&s, &o), 0);
	ck_assert_int_eq(par_strv_add(&s.strangers, "/data (ext4)"), 0);
	ck_assert_int_eq(par_strv_add(&s.gone, "/proc/version"), 0);
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 3);
	ck_assert_str_eq(found.v[0],
			 "process 101 (sh) has the POSIX message queue /q; end the process");
	ck_assert_str_eq(
		found.v[1],
		"what is mounted at /proc/version was removed or replaced in the LPAR since, "
		"so that it could not be mounted again; stop and start the workload "
		"partition");
	ck_assert_str_eq(found.v[2], "/data (ext4) is mounted there, and is not in the "
				     "specification: nothing would mount it again; unmount it, or "
				     "give it with chwpar -M");
}
END_TEST

static Suite *precheck_suite(void)
{
	Suite *s = suite_create("precheck");
	TCase *t = tcase_create("precheck");

	tcase_add_test(t, the_tree_of_pid_1_comes_along);
	tcase_add_test(t, a_session_does_not);
	tcase_add_test(t, a_circle_ends);
	tcase_add_test(t, neither_does_one_that_is_traced_or_has_other_clocks);
	tcase_add_test(t, open_files_and_mounts_are_named);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(precheck_suite)
