/* SPDX-License-Identifier: Apache-2.0 */
/* check_tree_size.c - how much of a disk a tree takes */
#include "harness.h"
#include "lpard/common/fs.h"
#include "lpard/common/tree_size.h"

#include <string.h>

static char root[] = "/tmp/check_tree_size.XXXXXX";

START_TEST(a_file_with_two_names_counts_once)
{
	char bytes[65536];
	uint64_t empty, one;
	int dir, tmp;

	ck_assert_ptr_nonnull(mkdtemp(root));
	dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memset(bytes, 'x', sizeof(bytes));
	empty = par_tree_bytes(root);
	ck_assert_int_eq(par_fs_replace(dir, "a", bytes, sizeof(bytes), 0600), 0);
	one = par_tree_bytes(root);
	ck_assert_uint_ge(one, empty + sizeof(bytes));
	ck_assert_int_eq(linkat(dir, "a", dir, "b", 0), 0);
	ck_assert_uint_eq(par_tree_bytes(root), one);
	ck_assert_uint_eq(par_tree_bytes("/nonexistent"), 0);
	close(dir);
	tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(par_fs_remove_tree(tmp, root + strlen("/tmp/")), 0);
	close(tmp);
}
END_TEST

static Suite *tree_size_suite(void)
{
	Suite *s = suite_create("tree_size");
	TCase *t = tcase_create("tree_size");

	tcase_set_tags(t, "no-valgrind"); /* it does not know openat2 */
	tcase_add_test(t, a_file_with_two_names_counts_once);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(tree_size_suite)
