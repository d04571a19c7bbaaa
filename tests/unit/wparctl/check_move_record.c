/* SPDX-License-Identifier: Apache-2.0 */
/* check_move_record.c - what an LPAR remembers of a move, and whom it keeps out */
#include "harness.h"
#include "wparctl/runtime/life/move_record.h"

#include "lpard/common/fs.h"

#include <string.h>

static char root[] = "/tmp/check_move_record.XXXXXX";

static void make_root(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	setenv("WPARS_ROOT", root, 1);
	unsetenv("WPAR_MOVE");
}

static void remove_root(void)
{
	autofd int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(par_fs_remove_tree(tmp, root + strlen("/tmp/")), 0);
	snprintf(root, sizeof(root), "/tmp/check_move_record.XXXXXX");
}

static struct wpar_move_record a_record(enum par_move_phase phase)
{
	return (struct wpar_move_record){ .id = (char *)"1-2",
					  .peer = (char *)"sys/lpar02",
					  .phase = phase,
					  .active = true,
					  .since_ms = 7 };
}

START_TEST(it_is_read_as_it_was_written)
{
	const struct wpar_move_record w = a_record((enum par_move_phase)_i);
	auto_move_record r = { 0 };

	ck_assert_int_eq(wpar_move_record_read("dev01", &r, NULL), 0);
	ck_assert_int_eq(wpar_move_record_write("dev01", &w, NULL), 0);
	ck_assert_int_eq(wpar_move_record_read("dev01", &r, NULL), 1);
	ck_assert_int_eq(r.phase, _i);
	ck_assert_str_eq(r.id, "1-2");
	ck_assert_str_eq(r.peer, "sys/lpar02");
	ck_assert(r.active && r.since_ms == 7);
	ck_assert_int_eq(wpar_move_record_remove("dev01", NULL), 0);
	ck_assert_int_eq(wpar_move_record_remove("dev01", NULL), 0);
	ck_assert_int_eq(wpar_move_record_read("dev01", &r, NULL), 0);
}
END_TEST

START_TEST(others_are_kept_out_until_it_is_taken)
{
	const struct wpar_move_record w = a_record((enum par_move_phase)_i);
	auto_error err = NULL;

	ck_assert_int_eq(wpar_move_admits("dev01", NULL), 0);
	ck_assert_int_eq(wpar_move_record_write("dev01", &w, NULL), 0);
	if (_i == PAR_MOVE_TAKEN) {
		ck_assert_int_eq(wpar_move_admits("dev01", NULL), 0);
		ck_assert(!wpar_move_is_under_way("dev01"));
		return;
	}
	ck_assert_int_lt(wpar_move_admits("dev01", &err), 0);
	ck_assert_int_eq(err->id, PAR_E_BUSY);
	ck_assert_ptr_nonnull(strstr(par_error_text(err), "sys/lpar02"));
	ck_assert(wpar_move_is_under_way("dev01"));
	ck_assert_int_eq(wpar_move_admits("dev02", NULL), 0);
	setenv("WPAR_MOVE", "1-3", 1);
	ck_assert_int_lt(wpar_move_admits("dev01", NULL), 0);
	setenv("WPAR_MOVE", "1-2", 1);
	ck_assert_int_eq(wpar_move_admits("dev01", NULL), 0);
}
END_TEST

START_TEST(one_that_cannot_be_read_keeps_out)
{
	static const char *const bad[] = {
		"",
		"id=a\n",
		"id=a\nphase=gone\npeer=b\nactive=1\nsince_ms=1\n",
		"id=a\nphase=begun\npeer=b\nactive=2\nsince_ms=1\n",
		"id=a\nphase=begun\npeer=b\nactive=1\nsince_ms=1\nmore=1\n",
		"id=\nphase=begun\npeer=b\nactive=1\nsince_ms=1\n",
	};
	autofree char *folder = par_strdup_printf("%s/var/lib/wpars/moves", root);
	autofree char *path = par_strdup_printf("%s/dev01", folder);
	auto_error err = NULL;

	ck_assert_int_eq(par_fs_mkdirs(folder, 0700), 0);
	ck_assert_int_eq(par_fs_replace(AT_FDCWD, path, bad[_i], strlen(bad[_i]), 0600), 0);
	ck_assert_int_lt(wpar_move_admits("dev01", &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	ck_assert(wpar_move_is_under_way("dev01"));
}
END_TEST

static Suite *move_record_suite(void)
{
	Suite *s = suite_create("move_record");
	TCase *t = tcase_create("move_record");

	tcase_set_tags(t, "no-valgrind"); /* it does not know openat2 */
	tcase_add_checked_fixture(t, make_root, remove_root);
	tcase_add_loop_test(t, it_is_read_as_it_was_written, 0, PAR_MOVE_REFUSED + 1);
	tcase_add_loop_test(t, others_are_kept_out_until_it_is_taken, 0, PAR_MOVE_REFUSED + 1);
	tcase_add_loop_test(t, one_that_cannot_be_read_keeps_out, 0, 6);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(move_record_suite)
