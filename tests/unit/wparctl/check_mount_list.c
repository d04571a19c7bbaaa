/* SPDX-License-Identifier: Apache-2.0 */
/* check_mount_list.c - what a mount is, asked of the kernel and read from mountinfo: the same */
#include "harness.h"
#include "lpard/common/fs.h"
#include "wparctl/filesystem/mount_list.h"
#include "wparctl/filesystem/mount_list_priv.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const char text[] = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
			   "122 21 0:5 /some/folder /mnt ro shared:7 master:2 - tmpfs none rw\n"
			   "23 21 0:6 /cut\n"
			   "24 21 0:6 / /x rw\n";

START_TEST(a_line_is_found_by_its_number)
{
	struct wpar_mount_seen m;

	ck_assert_int_eq(wpar_mount_see_in(text, 21, &m), 0);
	ck_assert_str_eq(m.root, "/");
	ck_assert_str_eq(m.point, "/");
	ck_assert_str_eq(m.fstype, "ext4");
	ck_assert_int_eq(wpar_mount_see_in(text, 122, &m), 0);
	ck_assert_str_eq(m.root, "/some/folder");
	ck_assert_str_eq(m.point, "/mnt");
	ck_assert_str_eq(m.fstype, "tmpfs");
	ck_assert_int_eq(wpar_mount_see_in(text, 12, &m), -ENOENT);
	ck_assert_int_eq(wpar_mount_see_in(text, 23, &m), -EINVAL);
	ck_assert_int_eq(wpar_mount_see_in(text, 24, &m), -EINVAL);
	ck_assert_int_eq(wpar_mount_see_in("", 1, &m), -ENOENT);
}
END_TEST

START_TEST(the_kernel_says_what_mountinfo_says)
{
	static const char *const paths[] = { "/", "/proc", "/sys", "/dev" };
	auto_buf mountinfo = { 0 };

	ck_assert_int_eq(par_fs_read("/proc/self/mountinfo", 64 << 20, &mountinfo), 0);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(paths); i++) {
		autofd int fd = open(paths[i], O_PATH | O_CLOEXEC);
		struct wpar_mount_seen asked, read;
		struct statx st;

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st), 0);
		ck_assert_int_eq(wpar_mount_see(fd, &asked), 0);
		ck_assert_int_eq(wpar_mount_see_in(mountinfo.data, st.stx_mnt_id, &read), 0);
		ck_assert_str_eq(asked.root, read.root);
		ck_assert_str_eq(asked.point, read.point);
		ck_assert_str_eq(asked.fstype, read.fstype);
	}
}
END_TEST

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The mount points below @above, in the order of their names, a line each. */
static char *points_below(char *mountinfo, const char *above)
{
	auto_strv points = { 0 };
	auto_buf b = { 0 };
	char *save = NULL;

	for (char *l = strtok_r(mountinfo, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char point[4096];

		ck_assert_int_eq(sscanf(l, "%*u %*u %*s %*s %4095s", point), 1);
		if (par_starts_with(point, above) && point[strlen(above)] == '/')
			ck_assert_int_eq(par_strv_add(&points, point), 0);
	}
	if (points.n > 1)
		qsort(points.v, points.n, sizeof(*points.v), by_text);
	for (size_t i = 0; i < points.n; i++)
		par_buf_printf(&b, "%s\n", points.v[i]);
	par_buf_puts(&b, "");
	return par_buf_steal(&b);
}

START_TEST(below_a_directory_is_what_mountinfo_has_there)
{
	auto_buf all = { 0 }, below = { 0 };
	autofree char *want = NULL, *have = NULL;

	ck_assert_int_eq(par_fs_read("/proc/self/mountinfo", 64 << 20, &all), 0);
	ck_assert_int_eq(wpar_mounts_below("/sys", &below), 0);
	want = points_below(all.data, "/sys");
	have = points_below(below.data, "/sys");
	ck_assert_str_eq(have, want);
}
END_TEST

static Suite *mount_list_suite(void)
{
	Suite *suite = suite_create("wparctl mount_list");
	TCase *tc = tcase_create("mount_list");

	tcase_add_test(tc, a_line_is_found_by_its_number);
	tcase_add_test(tc, the_kernel_says_what_mountinfo_says);
	tcase_add_test(tc, below_a_directory_is_what_mountinfo_has_there);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(mount_list_suite)
