/* SPDX-License-Identifier: Apache-2.0 */
/* check_watches.c - watched files: what fdinfo says of them, and the names that a walk finds */
#include "harness.h"
#include "wparctl/checkpoint/watches.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

START_TEST(what_fdinfo_says)
{
	static const char text[] =
		"pos:\t0\nflags:\t04000\nmnt_id:\t15\nino:\t1057\n"
		"inotify wd:2 ino:8602f sdev:3a mask:100 ignored_mask:0 fhandle-bytes:8\n"
		"inotify wd:1 ino:7 sdev:100003 mask:fc6 ignored_mask:0 fhandle-bytes:8\n";
	auto_watches w = { 0 };

	ck_assert_int_eq(wpar_watches_read(&w, 7, text, makedev(0, 0x3a)), 0);
	ck_assert_uint_eq(w.n, 1);
	ck_assert_uint_eq(w.v[0].inode, 0x8602f);
	ck_assert_int_eq(w.v[0].pid, 7);
	/* By another process too, and one of another device */
	ck_assert_int_eq(wpar_watches_read(&w, 8, text, makedev(0, 0x3a)), 0);
	ck_assert_uint_eq(w.n, 1);
	ck_assert_int_eq(wpar_watches_read(&w, 8, text, makedev(1, 3)), 0);
	ck_assert_uint_eq(w.n, 2);
	ck_assert_uint_eq(w.v[1].inode, 7);
	ck_assert_int_eq(wpar_watches_read(&w, 8, "inotify wd:1 ino:x", makedev(0, 1)), 0);
	ck_assert_uint_eq(w.n, 2);
}
END_TEST

static uint64_t number_of(int root, const char *name)
{
	struct stat st;

	ck_assert_int_eq(fstatat(root, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_ino;
}

START_TEST(names_of_them)
{
	char path[] = "/tmp/check_watches.XXXXXX";
	struct wpar_watch v[4] = { 0 };
	struct wpar_watches w = { .v = v, .n = 3 };
	auto_strv names = { 0 };
	int root;

	ck_assert_ptr_nonnull(mkdtemp(path));
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mkdirat(root, "a", 0700), 0);
	ck_assert_int_eq(mkdirat(root, "a/b", 0700), 0);
	close(openat(root, "a/b/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	/* Not followed: else it would be gone through for ever. */
	ck_assert_int_eq(symlinkat("..", root, "a/up"), 0);
	v[0].inode = number_of(root, "a/b/file");
	v[1].inode = number_of(root, ".");
	v[2].inode = 1; /* of nothing there */
	ck_assert_int_eq(wpar_watches_name(&w, root, &names), 0);
	ck_assert_uint_eq(names.n, 2);
	ck_assert_int_ge(par_strv_find(&names, "/"), 0);
	ck_assert_int_ge(par_strv_find(&names, "/a/b/file"), 0);
	ck_assert(v[0].named && v[1].named && !v[2].named);
	unlinkat(root, "a/b/file", 0);
	unlinkat(root, "a/up", 0);
	unlinkat(root, "a/b", AT_REMOVEDIR);
	unlinkat(root, "a", AT_REMOVEDIR);
	rmdir(path);
	close(root);
}
END_TEST

static Suite *watches_suite(void)
{
	Suite *s = suite_create("watches");
	TCase *t = tcase_create("watches");

	tcase_add_test(t, what_fdinfo_says);
	tcase_add_test(t, names_of_them);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(watches_suite)
