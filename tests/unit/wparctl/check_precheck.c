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
	add(&s, (struct wpar_ckpt_process){
			.pid = 103, .parent = 60, .clogin = true, .command = "bash" });
	add(&s, (struct wpar_ckpt_process){ .pid = 104, .parent = 103, .command = "vi" });
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 2);
	ck_assert_str_eq(found.v[0], "process 103 (bash) came in by clogin and is no child of the "
				     "first process: it would be lost; end that session, or have "
				     "chkptwpar -F end it");
	ck_assert(par_starts_with(found.v[1], "process 104 (vi) came in by clogin"));
	ck_assert_int_eq(wpar_precheck_stranger(&s, 0)->pid, 103);
	ck_assert_ptr_null(wpar_precheck_stranger(&s, 1));
}
END_TEST

START_TEST(nor_does_who_was_brought_in)
{
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	add(&s, (struct wpar_ckpt_process){ .pid = 103, .parent = 60, .command = "sleep" });
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 1);
	ck_assert_str_eq(found.v[0], "process 103 (sleep) came in from outside and is no child of "
				     "the first process: it would be lost; end it");
	ck_assert(!wpar_precheck_stranger(&s, 0)->clogin);
}
END_TEST

START_TEST(who_has_namespaces_or_a_group_of_its_own)
{
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	add(&s,
	    (struct wpar_ckpt_process){ .pid = 103, .parent = 101, .other = "another network" });
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 1);
	ck_assert_str_eq(found.v[0], "process 103 (sh) has another network than the first process, "
				     "which could not be made again; end it");
}
END_TEST

/* Of a session only that is said: what it has open is lost with it. */
START_TEST(what_a_session_has_open)
{
	const struct wpar_ckpt_open ring = { .pid = 103,
					     .what = "a ring of io_uring",
					     .remedy = "end the process" };
	const struct wpar_ckpt_open queue = { .what = "the POSIX message queue /q",
					      .remedy = "remove it" };
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	add(&s, (struct wpar_ckpt_process){ .pid = 103, .parent = 60, .clogin = true });
	ck_assert_int_eq(wpar_ckpt_add_open(&s, &ring), 0);
	ck_assert_int_eq(wpar_ckpt_add_open(&s, &queue), 0);
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 2);
	ck_assert_str_eq(found.v[1], "the POSIX message queue /q is there; remove it");
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

START_TEST(who_has_lost_its_first_thread)
{
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	add(&s, (struct wpar_ckpt_process){ .pid = 103, .parent = 100, .headless = true });
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 1);
	ck_assert_str_eq(found.v[0],
			 "process 103 (sh) has ended its first thread and not all others, which "
			 "criu cannot take along; end it");
}
END_TEST

START_TEST(a_session_that_cannot_be_made_again)
{
	static const struct wpar_ckpt_task tasks[] = {
		{ .outer = 100, .outer_parent = 50, .pid = 1, .group = 1, .session = 1 },
		{ .outer = 101, .outer_parent = 100, .pid = 2, .group = 2, .session = 2 },
		{ .outer = 102,
		  .outer_parent = 101,
		  .pid = 4,
		  .group = 3,
		  .session = 3,
		  .command = "x" },
	};
	auto_ckpt_snapshot s = { 0 };
	auto_strv found = { 0 };

	begin(&s);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(tasks); i++)
		ck_assert_int_eq(wpar_ckpt_add_task(&s, &tasks[i]), 0);
	ck_assert_int_eq(wpar_precheck(&s, &found), 0);
	ck_assert_uint_eq(found.n, 1);
	ck_assert_str_eq(found.v[0],
			 "process 102 (x) is in a session (3, as inside) that its parent has not, "
			 "so criu could not give it that again; end it");
}
END_TEST

START_TEST(what_passes_by_itself)
{
	struct wpar_ckpt_open events = {
		.pid = 101, .what = "events", .remedy = "wait", .passes = true
	};
	auto_ckpt_snapshot s = { 0 };

	begin(&s);
	ck_assert(!wpar_precheck_passes(&s));
	ck_assert_int_eq(wpar_ckpt_add_open(&s, &events), 0);
	ck_assert(wpar_precheck_passes(&s));
	/* With something that does not it is nothing to wait for. */
	events.passes = false;
	ck_assert_int_eq(wpar_ckpt_add_open(&s, &events), 0);
	ck_assert(!wpar_precheck_passes(&s));
}
END_TEST

static Suite *precheck_suite(void)
{
	Suite *s = suite_create("precheck");
	TCase *t = tcase_create("precheck");

	tcase_add_test(t, the_tree_of_pid_1_comes_along);
	tcase_add_test(t, a_session_does_not);
	tcase_add_test(t, nor_does_who_was_brought_in);
	tcase_add_test(t, who_has_namespaces_or_a_group_of_its_own);
	tcase_add_test(t, what_a_session_has_open);
	tcase_add_test(t, a_circle_ends);
	tcase_add_test(t, neither_does_one_that_is_traced_or_has_other_clocks);
	tcase_add_test(t, open_files_and_mounts_are_named);
	tcase_add_test(t, who_has_lost_its_first_thread);
	tcase_add_test(t, a_session_that_cannot_be_made_again);
	tcase_add_test(t, what_passes_by_itself);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(precheck_suite)
