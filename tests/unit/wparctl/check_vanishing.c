/* SPDX-License-Identifier: Apache-2.0 */
/* check_vanishing.c - what vanishes from a tree while it is copied or listed */
#include "harness.h"
#include "wparctl/filesystem/copy.h"
#include "wparctl/filesystem/inventory.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* from: a, b.tmp, c.d/x, link; to: empty */
static int from, to;

static void make_file(int at, const char *name)
{
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static int make_folder(int at, const char *name)
{
	int fd;

	ck_assert_int_eq(mkdirat(at, name, 0755), 0);
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static char folder[] = "/tmp/check_vanishing.XXXXXX";

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* Not by par_fs_remove_tree(): valgrind does not know openat2(). */
static void remove_trees(void)
{
	close(from);
	close(to);
	ck_assert_int_eq(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void make_trees(void)
{
	int top, below;

	ck_assert_ptr_nonnull(mkdtemp(strcpy(folder, "/tmp/check_vanishing.XXXXXX")));
	top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(top, 0);
	from = make_folder(top, "from");
	to = make_folder(top, "to");
	make_file(from, "a");
	make_file(from, "b.tmp");
	below = make_folder(from, "c.d");
	make_file(below, "x");
	close(below);
	ck_assert_int_eq(symlinkat("a", from, "link"), 0);
	close(top);
}

/* Somebody removes all but a, at the worst moment: after it was found. */
static bool remove_it(const char *path, unsigned int mode, void *user)
{
	(void)user;
	if (strcmp(path, "a") == 0)
		return true;
	if (S_ISDIR(mode))
		unlinkat(from, "c.d/x", 0);
	unlinkat(from, path, S_ISDIR(mode) ? AT_REMOVEDIR : 0);
	return true;
}

static bool is_there(int at, const char *name)
{
	return faccessat(at, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

START_TEST(a_copy_leaves_it_out)
{
	const struct wpar_copy_opts live = { .want = remove_it };

	make_trees();
	ck_assert_int_eq(wpar_copy_tree(from, to, &live), 0);
	ck_assert(is_there(to, "a"));
	ck_assert(!is_there(to, "b.tmp"));
	ck_assert(!is_there(to, "c.d"));
	ck_assert(!is_there(to, "link"));
}
END_TEST

START_TEST(a_list_leaves_it_out)
{
	const struct wpar_inventory_opts live = { .want = remove_it,
						  .digests = true,
						  .live = true };
	const struct wpar_inventory_opts ours = { .want = remove_it, .digests = true };
	auto_inventory l = { 0 }, none = { 0 };

	make_trees();
	ck_assert_int_eq(wpar_inventory_scan(from, "", &live, &l), 0);
	ck_assert_ptr_nonnull(wpar_inventory_find(&l, "a"));
	ck_assert_ptr_null(wpar_inventory_find(&l, "b.tmp"));
	remove_trees();
	make_trees();
	ck_assert_int_eq(wpar_inventory_scan(from, "", &ours, &none), -ENOENT);
}
END_TEST

static Suite *vanishing_suite(void)
{
	Suite *s = suite_create("vanishing");
	TCase *tc = tcase_create("vanishing");

	tcase_add_checked_fixture(tc, NULL, remove_trees);
	tcase_add_test(tc, a_copy_leaves_it_out);
	tcase_add_test(tc, a_list_leaves_it_out);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(vanishing_suite)
