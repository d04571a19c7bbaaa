/* SPDX-License-Identifier: Apache-2.0 */
/* check_nfs.c - whose an export is when it is given up, and which mark of a directory that is being
 * filled counts */
#include "harness.h"
#include "wparctl/filesystem/nfs.h"
#include "wparctl/filesystem/nfs_fill.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UUID "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

START_TEST(an_export_that_others_have_is_not_shut_down)
{
	static const char one[] =
		"1 0 254:0 / / rw - ext4 /dev/vda rw\n"
		"2 1 0:57 / /wpars/a rw - nfs4 s:/x rw,addr=10.0.0.1\n"
		"3 2 0:57 /home /wpars/a/home rw shared:7 - nfs4 s:/x rw,addr=10.0.0.1\n"
		"4 1 0:58 / /wpars/ab rw - nfs4 s:/y rw,addr=10.0.0.1\n";
	static const char two[] = "5 1 0:57 / /wpars/b rw - nfs4 s:/x rw,addr=10.0.0.1\n";
	static const char lpars[] = "5 1 0:57 / /mnt rw - nfs4 s:/x rw,addr=10.0.0.1\n";
	static const struct {
		const char *more, *device, *directory;
		bool alone;
	} rows[] = {
		{ "", "0:57", "/wpars/a", true },	{ "", "0:58", "/wpars/ab", true },
		{ "", "0:58", "/wpars/a", false },	{ two, "0:57", "/wpars/a", false },
		{ lpars, "0:57", "/wpars/a", false },	{ two, "0:58", "/wpars/ab", true },
		{ "", "0:57", "/wpars/a/home", false },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		autofree char *text = par_strdup_printf("%s%s", one, rows[i].more);

		ck_assert_msg(wpar_nfs_is_alone(text, rows[i].device, rows[i].directory) ==
				      rows[i].alone,
			      "row %zu", i);
	}
}
END_TEST

static void put_mark(int folder, const char *text)
{
	autofd int fd = -1;

	unlinkat(folder, ".wpar.making", 0);
	fd = openat(folder, ".wpar.making", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

START_TEST(only_its_own_mark_counts)
{
	struct wpar_spec s = { .name = (char *)"b", .uuid = (char *)UUID };
	char path[] = "/tmp/check_nfs.XXXXXX";
	autofd int folder = -1;

	ck_assert_ptr_nonnull(mkdtemp(path));
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert(!wpar_nfs_has_mark(folder, &s, getuid()));
	put_mark(folder, "b " UUID "\n");
	ck_assert(wpar_nfs_has_mark(folder, &s, getuid()));
	/* One of a WPAR's root. */
	ck_assert(!wpar_nfs_has_mark(folder, &s, getuid() + 1));
	s.name = (char *)"c";
	ck_assert(!wpar_nfs_has_mark(folder, &s, getuid()));
	s.name = (char *)"b";
	s.uuid = (char *)"00000000-4f89-41d3-9a0c-0305e82c3301";
	ck_assert(!wpar_nfs_has_mark(folder, &s, getuid()));
	s.uuid = (char *)UUID;
	put_mark(folder, "b");
	ck_assert(!wpar_nfs_has_mark(folder, &s, getuid()));
	put_mark(folder, "b " UUID "\n");
	ck_assert_int_eq(renameat(folder, ".wpar.making", folder, "other"), 0);
	ck_assert_int_eq(symlinkat("other", folder, ".wpar.making"), 0);
	ck_assert(!wpar_nfs_has_mark(folder, &s, getuid()));
	unlinkat(folder, ".wpar.making", 0);
	ck_assert_int_eq(linkat(folder, "other", folder, ".wpar.making", 0), 0);
	ck_assert(!wpar_nfs_has_mark(folder, &s, getuid()));
	unlinkat(folder, ".wpar.making", 0);
	unlinkat(folder, "other", 0);
	rmdir(path);
}
END_TEST

static Suite *nfs_suite(void)
{
	Suite *s = suite_create("nfs");
	TCase *c = tcase_create("nfs"), *mark = tcase_create("mark");

	tcase_add_test(c, an_export_that_others_have_is_not_shut_down);
	suite_add_tcase(s, c);
	tcase_set_tags(mark, "no-valgrind"); /* valgrind does not know openat2 */
	tcase_add_test(mark, only_its_own_mark_counts);
	suite_add_tcase(s, mark);
	return s;
}

PAR_TEST_MAIN(nfs_suite)
