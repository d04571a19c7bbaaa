/* SPDX-License-Identifier: Apache-2.0 */
/* check_image_files.c - digests of images and of the rounds before; nothing may be beside them */
#include "harness.h"
#include "wparctl/checkpoint/image_files.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/check-image-files-XXXXXX";
static int at;

static void put(const char *name, const char *text)
{
	autofd int fd = openat(at, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* Images after two rounds. */
static void set_up(void)
{
	snprintf(folder, sizeof(folder), "/tmp/check-image-files-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(at, 0);
	ck_assert_int_eq(mkdirat(at, "pre.1", 0700), 0);
	ck_assert_int_eq(mkdirat(at, "pre.2", 0700), 0);
	ck_assert_int_eq(symlinkat("pre.2", at, "parent"), 0);
	ck_assert_int_eq(symlinkat("../pre.1", at, "pre.2/parent"), 0);
	put("core-1.img", "core");
	put("pre.1/pages-1.img", "all");
	put("pre.2/pages-1.img", "some");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

/* Without openat2, which valgrind does not know. */
static void tear_down(void)
{
	close(at);
	ck_assert_int_eq(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void take(struct wpar_ckpt_manifest *m)
{
	m->rounds = 2;
	ck_assert_int_eq(wpar_image_files_add(at, folder, m, NULL), 0);
	ck_assert_uint_eq(m->n_files, 3);
}

static void fails(const struct wpar_ckpt_manifest *m, const char *with)
{
	auto_error err = NULL;

	ck_assert_int_lt(wpar_image_files_verify(at, folder, m, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	ck_assert_msg(strstr(err->msg, with), "%s", err->msg);
}

START_TEST(what_was_there_is_right)
{
	auto_ckpt_manifest m = { 0 };

	take(&m);
	ck_assert_int_eq(wpar_image_files_verify(at, folder, &m, NULL), 0);
}
END_TEST

START_TEST(what_was_changed_is_not)
{
	static const struct {
		const char *name, *text, *says;
	} cases[] = {
		{ "core-1.img", "corf", "core-1.img' is not as it was" },
		{ "pre.1/pages-1.img", "al", "pre.1/pages-1.img' is not as it was" },
		{ "pre.2/pages-1.img", "somewhat", "pre.2/pages-1.img' is not as it was" },
		{ "extra.img", "", "extra.img' is no file of the checkpoint" },
		{ "pre.1/extra.img", "", "pre.1/extra.img' is no file of the checkpoint" },
		{ "pre.1/parent", "", "pre.1/parent' is no file of the checkpoint" },
		{ "pre.3", "", "pre.3' is no file of the checkpoint" },
		{ "pre.2x", "", "pre.2x' is no file of the checkpoint" },
	};
	auto_ckpt_manifest m = { 0 };

	take(&m);
	put(cases[_i].name, cases[_i].text);
	fails(&m, cases[_i].says);
}
END_TEST

START_TEST(what_is_gone_is_missed)
{
	auto_ckpt_manifest m = { 0 };

	take(&m);
	ck_assert_int_eq(unlinkat(at, "pre.1/pages-1.img", 0), 0);
	fails(&m, "pre.1/pages-1.img', a file of the checkpoint, is not there");
	ck_assert_int_eq(unlinkat(at, "pre.1", AT_REMOVEDIR), 0);
	fails(&m, "pre.1/', of the checkpoint, is not there");
}
END_TEST

/* criu reads memory by these links. */
START_TEST(links_lead_nowhere_else)
{
	static const char *const links[] = { "parent", "pre.2/parent" };
	auto_ckpt_manifest m = { 0 };

	take(&m);
	ck_assert_int_eq(unlinkat(at, links[_i], 0), 0);
	fails(&m, "parent' does not lead to '");
	ck_assert_int_eq(symlinkat("/etc", at, links[_i]), 0);
	fails(&m, "parent' does not lead to '");
}
END_TEST

START_TEST(a_folder_of_a_round_is_no_link)
{
	auto_ckpt_manifest m = { 0 };

	take(&m);
	ck_assert_int_eq(renameat(at, "pre.1", at, "core-1.img.d"), 0);
	ck_assert_int_eq(symlinkat("core-1.img.d", at, "pre.1"), 0);
	fails(&m, "is no file of the checkpoint");
	ck_assert_int_eq(unlinkat(at, "core-1.img.d/pages-1.img", 0), 0);
	ck_assert_int_eq(unlinkat(at, "core-1.img.d", AT_REMOVEDIR), 0);
	fails(&m, "pre.1/', of the checkpoint, is not there");
}
END_TEST

static Suite *image_files_suite(void)
{
	Suite *s = suite_create("image_files");
	TCase *t = tcase_create("image_files");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, what_was_there_is_right);
	tcase_add_loop_test(t, what_was_changed_is_not, 0, 8);
	tcase_add_test(t, what_is_gone_is_missed);
	tcase_add_loop_test(t, links_lead_nowhere_else, 0, 2);
	tcase_add_test(t, a_folder_of_a_round_is_no_link);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(image_files_suite)
