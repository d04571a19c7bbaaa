/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a tree: nothing of it depends on who copies, nor on what the copier's mask takes away.
 */
#include "wparctl/filesystem/copy.h"

#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONG = 200000 };

static char top[32];
static int from, to;

static int make_folder(int at, const char *name, mode_t mode)
{
	ck_assert_int_eq(mkdirat(at, name, 0700), 0);
	ck_assert_int_eq(fchmodat(at, name, mode, 0), 0);
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void make_file(int at, const char *name, size_t size, mode_t mode)
{
	const struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 2000, .tv_nsec = 5 } };
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	for (size_t i = 0; i < size; i++)
		ck_assert_int_eq(write(fd, i % 7 ? "x" : "y", 1), 1);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(futimens(fd, times), 0);
	close(fd);
}

static void begin(void)
{
	int at;

	snprintf(top, sizeof(top), "/tmp/check_copy.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	at = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	from = make_folder(at, "from", 0755);
	to = make_folder(at, "to", 0755);
	close(at);
}

static void end(void)
{
	char command[128];

	close(from);
	close(to);
	snprintf(command, sizeof(command), "chmod -R u+rwx %s && rm -r %s", top, top);
	ck_assert_int_eq(system(command), 0);
}

static void same(int a, int b, const char *path)
{
	char x[4096] = "", y[4096] = "";
	struct stat s, t;

	ck_assert_int_eq(fstatat(a, path, &s, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_msg(fstatat(b, path, &t, AT_SYMLINK_NOFOLLOW) == 0, "%s is missing", path);
	ck_assert_msg(s.st_mode == t.st_mode, "%s has mode %o, not %o", path, t.st_mode, s.st_mode);
	ck_assert_uint_eq(s.st_uid, t.st_uid);
	ck_assert_uint_eq(s.st_gid, t.st_gid);
	if (S_ISREG(s.st_mode)) {
		ck_assert_int_eq(s.st_size, t.st_size);
		ck_assert_int_eq(s.st_mtim.tv_sec, t.st_mtim.tv_sec);
		ck_assert_int_eq(s.st_mtim.tv_nsec, t.st_mtim.tv_nsec);
	}
	if (!S_ISLNK(s.st_mode))
		return;
	ck_assert_int_gt(readlinkat(a, path, x, sizeof(x) - 1), 0);
	ck_assert_int_gt(readlinkat(b, path, y, sizeof(y) - 1), 0);
	ck_assert_str_eq(x, y);
}

/* What is made in a folder that gives its group has that group, and gives it, too. */
static void make_shared(void)
{
	int mail = make_folder(from, "mail", 0775);
	int own = make_folder(mail, "own", 0755);

	if (geteuid() == 0)
		ck_assert_int_eq(fchown(mail, (uid_t)-1, 4712), 0);
	ck_assert_int_eq(fchmod(mail, 02775), 0);
	close(own);
	close(mail);
}

static void make_tree(void)
{
	int sub = make_folder(from, "sub", 02775), deep = make_folder(sub, "deep", 01777);

	make_file(from, "empty", 0, 0644);
	make_file(from, "group", 10, 0664);
	make_file(from, "closed", 10, 0);
	make_file(from, "setuid", 10, 06755);
	make_file(sub, "long", LONG, 0600);
	make_file(deep, "leaf", 65536, 0444);
	ck_assert_int_eq(symlinkat("../nowhere", deep, "link"), 0);
	ck_assert_int_eq(mkfifoat(sub, "fifo", 0600), 0);
	close(deep);
	close(sub);
	make_shared();
}

static const char *const paths[] = {
	"empty",    "group",	"closed",   "setuid",	     "sub",	      "mail",
	"mail/own", "sub/long", "sub/deep", "sub/deep/leaf", "sub/deep/link",
};

static void check_tree(void)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(paths); i++) {
		if (geteuid() == 0 || strcmp(paths[i], "closed") != 0)
			same(from, to, paths[i]);
	}
	ck_assert_int_lt(faccessat(to, "sub/fifo", F_OK, 0), 0);
}

static void leave_closed(void)
{
	/* Only root reads it. */
	if (geteuid() != 0)
		ck_assert_int_eq(unlinkat(from, "closed", 0), 0);
}

START_TEST(whole_tree)
{
	char command[128];
	mode_t before = umask(077);

	begin();
	make_tree();
	leave_closed();
	ck_assert_int_eq(wpar_copy_tree(from, to, NULL), 0);
	umask(before);
	check_tree();
	snprintf(command, sizeof(command), "cmp -s %s/from/sub/long %s/to/sub/long", top, top);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(wpar_copy_tree(from, to, NULL), -EEXIST);
	end();
}
END_TEST

START_TEST(into_a_folder_that_gives_its_group)
{
	begin();
	make_tree();
	leave_closed();
	/* To another group only root may. */
	ck_assert_int_eq(fchown(to, (uid_t)-1, geteuid() == 0 ? 4711 : getegid()), 0);
	ck_assert_int_eq(fchmod(to, 02777), 0);
	ck_assert_int_eq(wpar_copy_tree(from, to, NULL), 0);
	check_tree();
	end();
}
END_TEST

static bool no_deep(const char *path, unsigned int mode, void *user)
{
	*(unsigned int *)user |= mode;
	return strcmp(path, "sub/deep") != 0 && strcmp(path, "setuid") != 0;
}

START_TEST(what_is_wanted)
{
	unsigned int modes = 0;
	const struct wpar_copy_opts opts = { .want = no_deep, .user = &modes };

	begin();
	make_tree();
	leave_closed();
	ck_assert_int_eq(wpar_copy_tree(from, to, &opts), 0);
	same(from, to, "sub/long");
	ck_assert_int_lt(faccessat(to, "setuid", F_OK, 0), 0);
	ck_assert_int_lt(faccessat(to, "sub/deep", F_OK, 0), 0);
	/* It was asked with the whole mode, not with the kind only. */
	ck_assert_uint_eq(modes & 06755, 06755);
	end();
}
END_TEST

START_TEST(folders_only)
{
	const struct wpar_copy_opts opts = { .dirs_only = true };

	begin();
	make_tree();
	ck_assert_int_eq(wpar_copy_tree(from, to, &opts), 0);
	same(from, to, "sub/deep");
	ck_assert_int_lt(faccessat(to, "empty", F_OK, 0), 0);
	ck_assert_int_lt(faccessat(to, "sub/deep/link", F_OK, AT_SYMLINK_NOFOLLOW), 0);
	end();
}
END_TEST

START_TEST(one_file)
{
	const struct wpar_copy_opts opts = { 0 };

	begin();
	make_tree();
	ck_assert_int_eq(wpar_copy_one(from, "setuid", to, "setuid", &opts), 0);
	same(from, to, "setuid");
	ck_assert_int_eq(wpar_copy_one(from, "setuid", to, "setuid", &opts), -EEXIST);
	ck_assert_int_eq(wpar_copy_one(from, "sub", to, "sub", &opts), -EINVAL);
	ck_assert_int_eq(wpar_copy_one(from, "nothing", to, "nothing", &opts), -ENOENT);
	end();
}
END_TEST

static Suite *copy_suite(void)
{
	Suite *s = suite_create("wparctl copy");
	TCase *t = tcase_create("copy");

	tcase_add_test(t, whole_tree);
	tcase_add_test(t, into_a_folder_that_gives_its_group);
	tcase_add_test(t, what_is_wanted);
	tcase_add_test(t, folders_only);
	tcase_add_test(t, one_file);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(copy_suite)
