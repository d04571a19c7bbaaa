/* SPDX-License-Identifier: Apache-2.0 */
/* check_fs.c - files in trees that somebody else writes to */
#include "harness.h"
#include "lpard/common/fs.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char top[64];
static int fd;

static void set_up(void)
{
	strcpy(top, "/tmp/check_fs.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
}

static void tear_down(void)
{
	const char *name = strrchr(top, '/') + 1;
	autofd int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	close(fd);
	ck_assert_int_eq(par_fs_remove_tree(tmp, name), 0);
	ck_assert_int_lt(access(top, F_OK), 0);
}

static void put(const char *name, const char *text)
{
	ck_assert_int_eq(par_fs_replace(fd, name, text, strlen(text), 0644), 0);
}

START_TEST(links_do_not_lead_out)
{
	auto_buf b = { 0 };

	mkdirat(fd, "etc", 0755);
	put("etc/passwd", "inside");
	ck_assert_int_eq(symlinkat("/etc/passwd", fd, "absolute"), 0);
	ck_assert_int_eq(symlinkat("../../../../etc/passwd", fd, "dots"), 0);
	ck_assert_int_eq(symlinkat("/proc/self/exe", fd, "magic"), 0);
	ck_assert_int_eq(par_fs_read_in(fd, "absolute", 100, &b), 0);
	ck_assert_str_eq(b.data, "inside");
	par_buf_clear(&b);
	ck_assert_int_eq(par_fs_read_in(fd, "../dots", 100, &b), 0);
	ck_assert_str_eq(b.data, "inside");
	ck_assert_int_lt(par_fs_read_in(fd, "magic", 100, &b), 0);
	ck_assert_int_eq(par_fs_open_plain(fd, "absolute", O_PATH, 0), -ELOOP);
}
END_TEST

START_TEST(folders_are_made_inside)
{
	char outside[80];

	snprintf(outside, sizeof(outside), "%s-outside", top);
	ck_assert_int_eq(mkdir(outside, 0755), 0);
	mkdirat(fd, "run", 0755);
	ck_assert_int_eq(symlinkat("/run", fd, "link"), 0);
	ck_assert_int_eq(symlinkat(outside, fd, "out"), 0);
	ck_assert_int_eq(par_fs_open_folder(fd, "link"), -ENOTDIR);
	ck_assert_int_eq(par_fs_open_folder(fd, "none"), -ENOENT);
	ck_assert_int_eq(par_fs_mkdirs_in(fd, "/link/a/b"), 0);
	ck_assert_int_eq(par_fs_mkdirs_in(fd, "link/a/b"), 0);
	ck_assert_int_eq(faccessat(fd, "run/a/b", F_OK, 0), 0);
	ck_assert_int_eq(par_fs_mkdirs_in(fd, "/out/a"), -ENOENT);
	ck_assert_int_eq(rmdir(outside), 0); /* still empty */
	ck_assert_int_eq(par_fs_mkdirs_plain(fd, "/run/c/d"), 0);
	ck_assert_int_eq(faccessat(fd, "run/c/d", F_OK, 0), 0);
	ck_assert_int_eq(par_fs_mkdirs_plain(fd, "/link/e"), -ELOOP);
	ck_assert_int_ne(faccessat(fd, "run/e", F_OK, 0), 0);
}
END_TEST

START_TEST(only_regular_files_of_a_size_are_read)
{
	auto_buf b = { 0 };

	put("long", "0123456789");
	ck_assert_int_eq(par_fs_read_in(fd, "long", 9, &b), -EFBIG);
	par_buf_clear(&b);
	ck_assert_int_eq(par_fs_read_in(fd, "long", 10, &b), 0);
	ck_assert_int_eq(mkfifoat(fd, "fifo", 0600), 0);
	ck_assert_int_eq(par_fs_read_in(fd, "fifo", 10, &b), -EINVAL);
	mkdirat(fd, "dir", 0700);
	ck_assert_int_lt(par_fs_read_in(fd, "dir", 10, &b), 0);
}
END_TEST

/* What is obeyed is nobody else's to write. */
START_TEST(what_others_may_write_is_not_obeyed)
{
	auto_buf b = { 0 };
	char path[300], link[300];

	put("obeyed", "x");
	snprintf(path, sizeof(path), "%s/obeyed", top);
	snprintf(link, sizeof(link), "%s/to-obeyed", top);
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(par_fs_read_own(path, 10, &b), 0);
	ck_assert_str_eq(b.data, "x");
	ck_assert_int_eq(chmod(path, 0664), 0);
	ck_assert_int_eq(par_fs_read_own(path, 10, &b), -EPERM);
	ck_assert_int_eq(chmod(path, 0646), 0);
	ck_assert_int_eq(par_fs_read_own(path, 10, &b), -EPERM);
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_int_eq(symlink("obeyed", link), 0);
	ck_assert_int_eq(par_fs_read_own(link, 10, &b), -ELOOP);
	ck_assert_int_eq(mkfifoat(fd, "fifo-obeyed", 0600), 0);
	snprintf(path, sizeof(path), "%s/fifo-obeyed", top);
	ck_assert_int_eq(par_fs_read_own(path, 10, &b), -EINVAL);
	snprintf(path, sizeof(path), "%s/none", top);
	ck_assert_int_eq(par_fs_read_own(path, 10, &b), -ENOENT);
}
END_TEST

START_TEST(files_of_the_kernel_are_not_read_in_foreign_trees)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_buf b = { 0 };

	ck_assert_int_eq(par_fs_read("/proc/version", 4096, &b), 0);
	ck_assert_int_eq(par_fs_read_in(root, "/proc/version", 4096, &b), -EINVAL);
	ck_assert_int_eq(par_fs_read_in(root, "/proc/kmsg", 4096, &b), -EINVAL);
}
END_TEST

START_TEST(a_tree_goes_and_what_its_links_show_stays)
{
	struct stat st;

	mkdirat(fd, "keep", 0755);
	put("keep/file", "x");
	mkdirat(fd, "tree", 0755);
	mkdirat(fd, "tree/a", 0700);
	mkdirat(fd, "tree/a/b", 0700);
	put("tree/a/b/file", "x");
	put("tree/file", "x");
	ck_assert_int_eq(symlinkat("../keep", fd, "tree/link"), 0);
	ck_assert_int_eq(par_fs_remove_tree(fd, "tree"), 0);
	ck_assert_int_lt(fstatat(fd, "tree", &st, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_int_eq(fstatat(fd, "keep/file", &st, 0), 0);
	ck_assert_int_eq(par_fs_remove_tree(fd, "tree"), 0);
}
END_TEST

START_TEST(a_failed_replacement_leaves_the_old)
{
	auto_buf b = { 0 };

	put("file", "old");
	put("file", "new");
	ck_assert_int_eq(par_fs_read_in(fd, "file", 10, &b), 0);
	ck_assert_str_eq(b.data, "new");
	mkdirat(fd, "dir", 0700);
	ck_assert_int_lt(par_fs_replace(fd, "dir", "x", 1, 0644), 0);
	ck_assert_int_lt(par_fs_replace(fd, "none/file", "x", 1, 0644), 0);
	ck_assert_int_eq(unlinkat(fd, "dir", AT_REMOVEDIR), 0);
}
END_TEST

START_TEST(a_replacement_leaves_nothing_behind)
{
	auto_buf b = { 0 };
	struct dirent *e;
	DIR *dir;
	int names = 0;

	put("file", "old");
	put("file", "new");
	ck_assert_int_eq(par_fs_replace_volatile(fd, "file", "third", 5, 0644), 0);
	ck_assert_int_eq(par_fs_read_in(fd, "file", 10, &b), 0);
	ck_assert_str_eq(b.data, "third");
	mkdirat(fd, "dir", 0700);
	ck_assert_int_lt(par_fs_replace(fd, "dir", "x", 1, 0644), 0);
	ck_assert_int_eq(unlinkat(fd, "dir", AT_REMOVEDIR), 0);
	par_fs_sync_folder_of(top);
	par_fs_sync_folder_of("no/such/folder");
	dir = opendir(top);
	ck_assert_ptr_nonnull(dir);
	while ((e = readdir(dir)))
		names += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(dir);
	ck_assert_int_eq(names, 1);
}
END_TEST

static void leave(unsigned int number)
{
	char name[64];

	snprintf(name, sizeof(name), ".left.new.%08x", number);
	put(name, "of a killed program");
}

/* Those of killed programs, however many, and no other's. */
START_TEST(what_killed_replacements_left_is_cleared)
{
	static const char *const others[] = { ".left.new.1", ".left2.new.00000000",
					      "left.new.00000000" };
	const unsigned int left[] = { 1, 12, 8, 100 };

	for (unsigned int number = 0; number < left[_i]; number++)
		leave(number == 8 ? 0xdeadbeef : number);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(others); i++)
		put(others[i], "x");
	put("left", "new");
	par_fs_replace_clear(fd, "left");
	for (unsigned int number = 0; number < left[_i]; number++) {
		char name[64];

		snprintf(name, sizeof(name), ".left.new.%08x", number == 8 ? 0xdeadbeef : number);
		ck_assert_msg(faccessat(fd, name, F_OK, 0) < 0, "%s", name);
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(others); i++)
		ck_assert_int_eq(unlinkat(fd, others[i], 0), 0);
	ck_assert_int_eq(unlinkat(fd, "left", 0), 0);
}
END_TEST

/* A pipe that is full for a while: all bytes arrive in their order. */
START_TEST(write_all_waits)
{
	char data[200000], got[4096];
	size_t at = 0;
	int ends[2];
	pid_t pid;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i / 251 + i);
	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	pid = fork();
	if (pid == 0)
		_exit(par_fs_write_all(ends[1], data, sizeof(data)) == 0 ? 0 : 1);
	close(ends[1]);
	while (at < sizeof(data)) {
		ssize_t n = read(ends[0], got, sizeof(got));

		if (n < 0 && errno == EAGAIN) {
			usleep(1000);
			continue;
		}
		ck_assert_int_gt(n, 0);
		ck_assert_mem_eq(got, data + at, (size_t)n);
		at += (size_t)n;
	}
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(par_fs_write_all(-1, "x", 1), -EBADF);
}
END_TEST

static Suite *fs_suite(void)
{
	Suite *suite = suite_create("fs");
	TCase *tc = tcase_create("trees");

	tcase_set_tags(tc, "no-valgrind"); /* openat2 */
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, links_do_not_lead_out);
	tcase_add_test(tc, folders_are_made_inside);
	tcase_add_test(tc, only_regular_files_of_a_size_are_read);
	tcase_add_test(tc, what_others_may_write_is_not_obeyed);
	tcase_add_test(tc, files_of_the_kernel_are_not_read_in_foreign_trees);
	tcase_add_test(tc, a_tree_goes_and_what_its_links_show_stays);
	tcase_add_test(tc, a_failed_replacement_leaves_the_old);
	tcase_add_test(tc, a_replacement_leaves_nothing_behind);
	tcase_add_loop_test(tc, what_killed_replacements_left_is_cleared, 0, 4);
	tcase_add_test(tc, write_all_waits);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(fs_suite)
