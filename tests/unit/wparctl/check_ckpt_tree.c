/* SPDX-License-Identifier: Apache-2.0 */
/* check_ckpt_tree.c - which trees of processes criu makes again, as it was seen to do with each of
 * these */
#include "harness.h"
#include "lpard/common/str.h"
#include "wparctl/checkpoint/ckpt_tree.h"

#include <stdlib.h>
#include <string.h>

#define OUTER	1000 /* what the LPAR adds to the numbers of these */
#define FITS	WPAR_CKPT_TREE_FITS
#define SESSION WPAR_CKPT_TREE_SESSION
#define GROUP	WPAR_CKPT_TREE_GROUP
#define OUTSIDE WPAR_CKPT_TREE_OUTSIDE

struct row {
	pid_t pid, parent, group, session;
	enum wpar_ckpt_tree wanted;
};

/* The first row is PID 1; a group of 0 is the process's session. */
static void expect(const struct row *rows, size_t n)
{
	struct wpar_ckpt_task *tasks = calloc(n, sizeof(*tasks));
	enum wpar_ckpt_tree *found = calloc(n, sizeof(*found));

	for (size_t i = 0; i < n; i++)
		tasks[i] = (struct wpar_ckpt_task){
			.outer = OUTER + rows[i].pid,
			.outer_parent = rows[i].parent ? OUTER + rows[i].parent : 1,
			.pid = rows[i].pid,
			.group = rows[i].group ? rows[i].group : rows[i].session,
			.session = rows[i].session
		};
	ck_assert_int_eq(wpar_ckpt_tree_check(tasks, n, OUTER + 1, found), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(found[i] == rows[i].wanted, "process %d: %d", (int)rows[i].pid,
			      (int)found[i]);
	free(tasks);
	free(found);
}

#define EXPECT(...)                                                               \
	do {                                                                      \
		const struct row rows_[] = { { 1, 0, 1, 1, FITS }, __VA_ARGS__ }; \
		expect(rows_, PAR_ARRAY_SIZE(rows_));                             \
	} while (0)

START_TEST(what_daemons_do)
{
	/* A daemon with its children, one in the session of PID 1, one with groups. */
	EXPECT({ 2, 1, 0, 2, FITS }, { 3, 2, 0, 2, FITS }, { 4, 1, 0, 1, FITS },
	       { 5, 2, 5, 2, FITS }, { 6, 5, 5, 2, FITS });
	/* Forked twice: the leader has ended, PID 1 has both of its children. */
	EXPECT({ 3, 1, 0, 2, FITS }, { 4, 1, 0, 2, FITS }, { 5, 4, 0, 2, FITS });
	/* The same, and the leader is there. */
	EXPECT({ 2, 1, 0, 2, FITS }, { 4, 1, 0, 2, FITS });
	/* The same: a child has made a session of its own, after it had a child. */
	EXPECT({ 2, 1, 0, 2, FITS }, { 4, 1, 0, 2, FITS }, { 5, 4, 0, 5, FITS },
	       { 6, 5, 0, 2, FITS });
	/* A child of before setsid(). */
	EXPECT({ 2, 1, 0, 2, FITS }, { 3, 2, 0, 1, FITS }, { 4, 3, 0, 4, FITS });
}
END_TEST

START_TEST(a_session_that_another_than_pid_1_has_taken_over)
{
	/* A subreaper has the child of a leader that has ended. */
	EXPECT({ 2, 1, 0, 2, FITS }, { 4, 2, 0, 3, SESSION }, { 5, 4, 0, 3, FITS });
	/* zdtm's session02 */
	EXPECT({ 5, 1, 0, 5, FITS }, { 6, 5, 0, 6, FITS }, { 8, 6, 0, 7, SESSION },
	       { 15, 6, 0, 12, SESSION }, { 10, 5, 0, 10, FITS }, { 11, 10, 0, 7, SESSION },
	       { 13, 10, 0, 12, SESSION });
}
END_TEST

START_TEST(two_sessions_before_its_own)
{
	/* 4 can have been born in one of them only. */
	EXPECT({ 2, 1, 0, 2, FITS }, { 3, 2, 0, 3, FITS }, { 4, 3, 0, 4, FITS },
	       { 5, 4, 0, 2, FITS }, { 6, 4, 0, 3, SESSION });
	/* A parent that has no session of its own was never in another one. */
	EXPECT({ 2, 1, 0, 2, FITS }, { 3, 2, 0, 3, FITS }, { 4, 3, 0, 3, FITS },
	       { 5, 4, 0, 2, SESSION });
}
END_TEST

START_TEST(a_group_that_its_maker_has_left)
{
	EXPECT({ 2, 1, 0, 2, FITS }, { 3, 2, 2, 2, FITS }, { 4, 3, 3, 2, GROUP });
	/* Its maker has ended. */
	EXPECT({ 2, 1, 0, 2, FITS }, { 4, 2, 3, 2, FITS });
}
END_TEST

START_TEST(of_outside)
{
	EXPECT({ 2, 1, 0, 0, OUTSIDE }, { 3, 2, 0, 3, FITS });
}
END_TEST

START_TEST(who_is_no_descendant_is_left_out)
{
	const struct wpar_ckpt_task tasks[] = {
		{ .outer = 1001, .outer_parent = 1, .pid = 1, .group = 1, .session = 1 },
		{ .outer = 1007, .outer_parent = 40, .pid = 7, .group = 0, .session = 0 },
	};
	enum wpar_ckpt_tree found[2];

	ck_assert_int_eq(wpar_ckpt_tree_check(tasks, 2, 1001, found), 0);
	ck_assert_int_eq(found[1], FITS);
	ck_assert_int_eq(wpar_ckpt_tree_check(tasks, 2, 4711, found), 0);
}
END_TEST

/* What was read one after the other may show what never was. */
START_TEST(circles_and_doubles)
{
	EXPECT({ 2, 3, 0, 2, FITS }, { 3, 2, 0, 2, FITS });
	EXPECT({ 2, 1, 0, 2, FITS }, { 2, 1, 0, 2, FITS }, { 3, 2, 0, 2, FITS });
}
END_TEST

static Suite *ckpt_tree_suite(void)
{
	Suite *s = suite_create("ckpt_tree");
	TCase *t = tcase_create("ckpt_tree");

	tcase_add_test(t, what_daemons_do);
	tcase_add_test(t, a_session_that_another_than_pid_1_has_taken_over);
	tcase_add_test(t, two_sessions_before_its_own);
	tcase_add_test(t, a_group_that_its_maker_has_left);
	tcase_add_test(t, of_outside);
	tcase_add_test(t, who_is_no_descendant_is_left_out);
	tcase_add_test(t, circles_and_doubles);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(ckpt_tree_suite)
