/* SPDX-License-Identifier: Apache-2.0 */
/* check_shipped.c - the services of a new WPAR, by what its /usr has */
#include "harness.h"
#include "wparctl/filesystem/shipped.h"
#include "wparctl/srcmstr/subsystem_file.h"

#include "lpard/common/fs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool has_all(const char *program, void *user)
{
	(void)user;
	(void)program;
	return true;
}

static bool has_cron(const char *program, void *user)
{
	(void)user;
	return strcmp(program, "/usr/sbin/cron") == 0;
}

static bool has_none(const char *program, void *user)
{
	(void)user;
	(void)program;
	return false;
}

START_TEST(all_of_them)
{
	auto_buf subsystems = { 0 }, inittab = { 0 };
	auto_subsystems list = { 0 };

	ck_assert_int_eq(wpar_shipped_plan(has_all, NULL, &subsystems, &inittab), 0);
	ck_assert_int_eq(wpar_stanzas_parse(subsystems.data, subsystems.len, &list, NULL), 0);
	ck_assert_uint_eq(list.n, 4);
	ck_assert_str_eq(list.v[0].name, "syslogd");
	ck_assert_str_eq(list.v[3].path, "/usr/sbin/sshd");
	ck_assert_str_eq(list.v[3].group, "ssh");
	ck_assert(list.v[3].respawn);
	ck_assert_str_eq(inittab.data, "syslogd:2:once:/usr/bin/startsrc -s syslogd\n"
				       "inetd:2:once:/usr/bin/startsrc -s inetd\n"
				       "cron:2:once:/usr/bin/startsrc -s cron\n"
				       "rcsshd:2:wait:/etc/rc.sshd\n"
				       "sshd:2:once:/usr/bin/startsrc -s sshd\n");
}
END_TEST

START_TEST(what_is_there)
{
	auto_buf subsystems = { 0 }, inittab = { 0 };

	ck_assert_int_eq(wpar_shipped_plan(has_cron, NULL, &subsystems, &inittab), 0);
	ck_assert_str_eq(inittab.data, "cron:2:once:/usr/bin/startsrc -s cron\n");
}
END_TEST

START_TEST(nothing)
{
	auto_buf subsystems = { 0 }, inittab = { 0 };

	ck_assert_int_eq(wpar_shipped_plan(has_none, NULL, &subsystems, &inittab), 0);
	ck_assert_uint_eq(subsystems.len, 0);
	ck_assert_uint_eq(inittab.len, 0);
}
END_TEST

/* The folders of an image's root and of its WPAR's changes, opened. */
struct image {
	char path[32];
	int root, upper;
};

static struct image image_make(void)
{
	struct image i = { .path = "/tmp/check-shipped-XXXXXX" };

	ck_assert_ptr_nonnull(mkdtemp(i.path));
	i.root = open(i.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mkdirat(i.root, "upper", 0755), 0);
	ck_assert_int_eq(mkdirat(i.root, "root", 0755), 0);
	i.upper = openat(i.root, "upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(i.root);
	snprintf(i.path + strlen(i.path), 6, "/root");
	i.root = open(i.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	i.path[strlen(i.path) - 5] = '\0';
	return i;
}

static void image_add(const struct image *i, const char *path, mode_t mode)
{
	autofree char *copy = strdup(path);
	int fd;

	*strrchr(copy, '/') = '\0';
	ck_assert_int_eq(par_fs_mkdirs_in(i->root, copy), 0);
	fd = openat(i->root, path + 1, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static bool upper_has(const struct image *i, const char *path)
{
	return faccessat(i->upper, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void image_end(struct image *i)
{
	int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	close(i->root);
	close(i->upper);
	ck_assert_int_eq(par_fs_remove_tree(tmp, i->path + strlen("/tmp/")), 0);
	close(tmp);
}

START_TEST(those_of_an_image)
{
	struct image i = image_make();
	auto_buf inittab = { 0 }, subsystems = { 0 };
	char path[64];
	struct stat st;

	image_add(&i, "/usr/sbin/cron", 0755);
	image_add(&i, "/usr/sbin/sshd", 0755);
	image_add(&i, "/usr/sbin/inetd", 0644); /* is no program */
	image_add(&i, "/etc/ssh/sshd_config", 0600);
	ck_assert_int_eq(fchmodat(i.root, "etc/ssh", 0711, 0), 0);
	/* A link that leads out of the image is followed within it, and finds nothing. */
	ck_assert_int_eq(symlinkat("../../../../../../../bin/true", i.root, "usr/sbin/syslogd"), 0);
	ck_assert_int_eq(wpar_shipped_install_image(i.upper, i.root, true), 0);
	snprintf(path, sizeof(path), "%s/upper/etc/inittab", i.path);
	ck_assert_int_eq(par_fs_read(path, 4096, &inittab), 0);
	ck_assert_ptr_nonnull(
		strstr(inittab.data, "\nsrcmstr:23456789:respawn:/usr/sbin/srcmstr\n"));
	ck_assert_ptr_nonnull(strstr(inittab.data, "\ncron:2:once:/usr/bin/startsrc -s cron\n"));
	ck_assert_ptr_nonnull(strstr(inittab.data, "\nsshd:2:once:/usr/bin/startsrc -s sshd\n"));
	ck_assert_ptr_null(strstr(inittab.data, "inetd"));
	ck_assert_ptr_null(strstr(inittab.data, "syslogd"));
	snprintf(path, sizeof(path), "%s/upper/etc/objrepos/SRCsubsys", i.path);
	ck_assert_int_eq(par_fs_read(path, 4096, &subsystems), 0);
	ck_assert_ptr_nonnull(strstr(subsystems.data, "/usr/sbin/cron"));
	ck_assert(upper_has(&i, "etc/rc.sshd"));
	ck_assert(!upper_has(&i, "etc/ssh/sshd_config")); /* the image's holds */
	ck_assert(!upper_has(&i, "etc/inetd.conf"));
	ck_assert_int_eq(fstatat(i.upper, "etc/ssh", &st, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0711);
	image_end(&i);
}
END_TEST

START_TEST(an_image_that_says_itself)
{
	struct image i = image_make();

	image_add(&i, "/usr/sbin/cron", 0755);
	image_add(&i, "/etc/inittab", 0644);
	ck_assert_int_eq(wpar_shipped_install_image(i.upper, i.root, true), 0);
	ck_assert(!upper_has(&i, "etc/inittab"));
	ck_assert(!upper_has(&i, "etc/objrepos"));
	image_end(&i);
}
END_TEST

START_TEST(an_image_minimal)
{
	struct image i = image_make();

	image_add(&i, "/usr/sbin/cron", 0755);
	image_add(&i, "/etc/passwd", 0644);
	ck_assert_int_eq(wpar_shipped_install_image(i.upper, i.root, false), 0);
	ck_assert(upper_has(&i, "etc/inittab")); /* for the SRC */
	ck_assert(!upper_has(&i, "etc/objrepos"));
	image_end(&i);
}
END_TEST

/* Nothing is written where a link of the image's would lead. */
START_TEST(an_image_with_links)
{
	struct image i = image_make();

	image_add(&i, "/usr/sbin/sshd", 0755);
	ck_assert_int_eq(symlinkat("/tmp", i.root, "etc"), 0);
	ck_assert_int_eq(wpar_shipped_install_image(i.upper, i.root, true), 0);
	ck_assert(!upper_has(&i, "etc"));
	image_end(&i);

	i = image_make();
	image_add(&i, "/usr/sbin/sshd", 0755);
	ck_assert_int_eq(mkdirat(i.root, "etc", 0755), 0);
	ck_assert_int_eq(symlinkat("/tmp", i.root, "etc/ssh"), 0);
	ck_assert_int_eq(wpar_shipped_install_image(i.upper, i.root, true), 0);
	ck_assert(upper_has(&i, "etc/rc.sshd"));
	ck_assert(!upper_has(&i, "etc/ssh"));
	image_end(&i);
}
END_TEST

static Suite *shipped_suite(void)
{
	Suite *suite = suite_create("shipped");
	TCase *tc = tcase_create("plan");

	tcase_add_test(tc, all_of_them);
	tcase_add_test(tc, what_is_there);
	tcase_add_test(tc, nothing);
	suite_add_tcase(suite, tc);
	tc = tcase_create("image");
	/* Paths in an image are found by openat2(2), which valgrind does not know. */
	tcase_set_tags(tc, "no-valgrind");
	tcase_add_test(tc, those_of_an_image);
	tcase_add_test(tc, an_image_that_says_itself);
	tcase_add_test(tc, an_image_minimal);
	tcase_add_test(tc, an_image_with_links);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(shipped_suite)
