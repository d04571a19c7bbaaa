/* SPDX-License-Identifier: Apache-2.0 */
/* check_save_limits.c - what no reader takes is not written: the last that may be, and one more */
#include "harness.h"
#include "wparctl/archive/helper/save.h"

#include <archive_entry.h>
#include <errno.h>
#include <string.h>

static struct save s;

static void begin(void)
{
	memset(&s, 0, sizeof(s));
}

/* @size: of a regular file; -1: a folder */
static int put(const char *name, int64_t size)
{
	struct archive_entry *e = archive_entry_new();
	int r;

	archive_entry_copy_pathname(e, name);
	archive_entry_set_filetype(e, size < 0 ? AE_IFDIR : AE_IFREG);
	archive_entry_set_size(e, size < 0 ? 0 : size);
	r = save_limits_member(&s, e);
	archive_entry_free(e);
	return r;
}

START_TEST(counted)
{
	begin();
	s.found = WPAR_ARCHIVE_MEMBERS - 2;
	s.found_sizes = WPAR_ARCHIVE_BYTES;
	ck_assert_int_eq(save_limits_count(&s), 0);
	s.found++;
	ck_assert_int_eq(save_limits_count(&s), -E2BIG);
	ck_assert_str_eq(s.why,
			 "it has 3999999 files, and a backup can have 4000000 members at most");
	s.found--;
	s.found_sizes++;
	ck_assert_int_eq(save_limits_count(&s), -EFBIG);
	ck_assert_str_eq(s.why, "its files have more than 4096 GiB, holes included, which is the "
				"most that a backup can have");
}
END_TEST

START_TEST(members)
{
	begin();
	s.sums.members = WPAR_ARCHIVE_MEMBERS - 1;
	ck_assert_int_eq(put("./x", 0), 0);
	s.sums.members++;
	ck_assert_int_eq(put("./x", 0), -E2BIG);
	ck_assert_str_eq(s.why,
			 "it has 4000001 files, and a backup can have 4000000 members at most");
}
END_TEST

START_TEST(bytes)
{
	begin();
	s.sums.bytes = WPAR_ARCHIVE_BYTES - 5;
	ck_assert_int_eq(put("./x", 5), 0);
	ck_assert_int_eq(put("./x", 6), -EFBIG);
	ck_assert_int_eq(put("./x/", -1), 0);
}
END_TEST

/* What it has said at its beginning is kept to. */
START_TEST(grown)
{
	begin();
	s.found = 10;
	s.found_sizes = 1000;
	ck_assert_int_eq(save_limits_count(&s), 0);
	s.sums.members = 1000000 + 39;
	s.sums.bytes = (UINT64_C(16) << 30) + 3999;
	ck_assert_int_eq(put("./x", 1), 0);
	ck_assert_int_eq(put("./x", 2), -EFBIG);
	ck_assert_str_eq(s.why,
			 "too much has changed while it was saved: it has more than four times "
			 "the bytes that it had; save it again when less is written");
	s.sums.members++;
	ck_assert_int_eq(put("./x", 0), -EFBIG);
	ck_assert_ptr_nonnull(strstr(s.why, "four times the files that it had"));
}
END_TEST

/* A reader is told no less than what is kept to here, and nothing beyond its own limits. */
START_TEST(declared)
{
	ck_assert_uint_eq(wpar_archive_most_members(0), 1000000);
	ck_assert_uint_eq(wpar_archive_most_members(750000), WPAR_ARCHIVE_MEMBERS);
	ck_assert_uint_eq(wpar_archive_most_members(UINT64_MAX / 4 + 1), WPAR_ARCHIVE_MEMBERS);
	ck_assert_uint_eq(wpar_archive_most_bytes(1), (UINT64_C(16) << 30) + 4);
	ck_assert_uint_eq(wpar_archive_most_bytes(WPAR_ARCHIVE_BYTES), WPAR_ARCHIVE_BYTES);
	ck_assert_uint_eq(wpar_archive_most_bytes(UINT64_MAX / 4 + 1), WPAR_ARCHIVE_BYTES);
}
END_TEST

/* An image that says how large it is: as much as some file system counts, and no more. */
START_TEST(larger)
{
	ck_assert(!wpar_archive_is_larger(4, 64 << 20));
	ck_assert(!wpar_archive_is_larger(4, (64 << 20) + 4 * 4096));
	ck_assert(wpar_archive_is_larger(4, (64 << 20) + 4 * 4096 + 1));
	ck_assert(!wpar_archive_is_larger(UINT64_MAX, WPAR_ARCHIVE_BYTES));
	ck_assert(wpar_archive_is_larger(UINT64_MAX, WPAR_ARCHIVE_BYTES + 1));
	ck_assert(!wpar_archive_is_larger(WPAR_ARCHIVE_BYTES / 4096, WPAR_ARCHIVE_BYTES));
}
END_TEST

START_TEST(folders)
{
	static char name[SAVE_NAME_MAX + 1];

	begin();
	memset(name, 'x', SAVE_NAME_MAX);
	s.limits.folder_bytes = WPAR_ARCHIVE_FOLDER_BYTES - 17;
	ck_assert_int_eq(put("a", -1), 0);
	ck_assert_int_eq(put(name, -1), -E2BIG);
	ck_assert_str_eq(s.why,
			 "the names of its folders have more than 256 MiB, which is the most "
			 "that a backup can have");
}
END_TEST

START_TEST(lists)
{
	struct archive_entry *e = archive_entry_new();

	begin();
	archive_entry_copy_pathname(e, "./d/");
	archive_entry_set_filetype(e, AE_IFDIR);
	archive_entry_xattr_add_entry(e, "user.x", "x", 1);
	s.limits.lists = WPAR_ARCHIVE_LISTS;
	ck_assert_int_eq(save_limits_member(&s, e), 0);
	archive_entry_xattr_add_entry(e, "system.posix_acl_default", "x", 1);
	s.limits.lists = WPAR_ARCHIVE_LISTS - 1;
	ck_assert_int_eq(save_limits_member(&s, e), 0);
	ck_assert_int_eq(save_limits_member(&s, e), -E2BIG);
	ck_assert_str_eq(s.why,
			 "more than 1000000 folders have a default access list, which is the "
			 "most that a backup can have");
	archive_entry_free(e);
}
END_TEST

START_TEST(removed)
{
	begin();
	s.limits.removed = WPAR_ARCHIVE_REMOVED - 1;
	ck_assert_int_eq(save_limits_removed(&s, "./x"), 0);
	ck_assert_int_eq(save_limits_removed(&s, "./x"), -E2BIG);
	begin();
	s.limits.removed_bytes = WPAR_ARCHIVE_REMOVED_BYTES - 4;
	ck_assert_int_eq(save_limits_removed(&s, "./x"), 0);
	ck_assert_int_eq(save_limits_removed(&s, "./x"), -E2BIG);
	ck_assert_str_eq(s.why,
			 "more than 1000000 files, or names of more than 64 MiB, have vanished "
			 "while it was saved; save it again when less is written");
}
END_TEST

static Suite *save_limits_suite(void)
{
	Suite *suite = suite_create("wparctl save_limits");
	TCase *tc = tcase_create("save_limits");

	tcase_add_test(tc, counted);
	tcase_add_test(tc, members);
	tcase_add_test(tc, bytes);
	tcase_add_test(tc, grown);
	tcase_add_test(tc, declared);
	tcase_add_test(tc, larger);
	tcase_add_test(tc, folders);
	tcase_add_test(tc, lists);
	tcase_add_test(tc, removed);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(save_limits_suite)
