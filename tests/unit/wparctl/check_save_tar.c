/* SPDX-License-Identifier: Apache-2.0 */
/* check_save_tar.c - the writer of archives: bytes that are known, and what libarchive reads of
 * them */
#include "harness.h"
#include "lpard/common/cleanup.h"
#include "wparctl/archive/helper/save_tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define BLOCK 512

static int collect(void *user, const void *data, size_t len)
{
	struct par_buf *b = user;

	par_buf_put(b, data, len);
	return b->failed ? -ENOMEM : 0;
}

static struct archive_entry *new_entry(const char *name, mode_t type, int64_t size)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_copy_pathname(e, name);
	archive_entry_set_filetype(e, type);
	archive_entry_set_perm(e, 04751);
	archive_entry_set_uid(e, 7);
	archive_entry_set_gid(e, 8);
	archive_entry_set_mtime(e, 1000000000, 0);
	archive_entry_set_size(e, size);
	return e;
}

/* One member, and the end; takes @e. */
static void write_one(struct par_buf *out, struct archive_entry *e, const char *data, size_t len)
{
	struct save_tar t = { .put = collect, .user = out };

	ck_assert_int_eq(save_tar_header(&t, e), 0);
	ck_assert(len == 0 || save_tar_data(&t, data, len) == 0);
	ck_assert_int_eq(save_tar_data_end(&t), 0);
	ck_assert_int_eq(save_tar_end(&t), 0);
	ck_assert_uint_eq(out->len % BLOCK, 0);
	archive_entry_free(e);
}

/* What libarchive reads: the first member, which is the only one.  @data: its contents */
static struct archive *read_one(const struct par_buf *out, struct archive_entry **ret,
				struct par_buf *data)
{
	struct archive *a = archive_read_new();
	struct archive_entry *end;
	const void *block;
	size_t len;
	la_int64_t at;
	int r;

	archive_read_support_format_tar(a);
	ck_assert_int_eq(archive_read_open_memory(a, out->data, out->len), ARCHIVE_OK);
	ck_assert_msg(archive_read_next_header(a, ret) == ARCHIVE_OK, "%s",
		      archive_error_string(a));
	while ((r = archive_read_data_block(a, &block, &len, &at)) == ARCHIVE_OK) {
		while (data->len < (size_t)at)
			par_buf_putc(data, '\0');
		par_buf_put(data, block, len);
	}
	ck_assert_int_eq(r, ARCHIVE_EOF);
	while (data->len < (size_t)archive_entry_size(*ret))
		par_buf_putc(data, '\0');
	*ret = archive_entry_clone(*ret);
	ck_assert_int_eq(archive_read_next_header(a, &end), ARCHIVE_EOF);
	return a;
}

static void read_done(struct archive *a, struct archive_entry *e)
{
	archive_entry_free(e);
	archive_read_free(a);
}

static void is_at(const struct par_buf *out, size_t at, const char *bytes, size_t len)
{
	ck_assert_uint_ge(out->len, at + len);
	ck_assert_msg(memcmp(out->data + at, bytes, len) == 0, "at %zu there is '%.*s'", at,
		      (int)len, out->data + at);
}

#define IS_AT(out, at, text) is_at(out, at, text, sizeof(text) - 1)

/* By the standard: name, mode, uid, gid, size, mtime, checksum, kind, magic. */
START_TEST(plain_member_byte_by_byte)
{
	auto_buf out = { 0 }, data = { 0 };
	struct archive_entry *e;
	struct archive *a;

	write_one(&out, new_entry("./etc/motd", AE_IFREG, 6), "hello\n", 6);
	ck_assert_uint_eq(out.len, 4 * BLOCK);
	IS_AT(&out, 0, "./etc/motd\0\0");
	IS_AT(&out, 100,
	      "0004751\0"
	      "0000007\0"
	      "0000010\0"
	      "00000000006\0"
	      "07346545000\0"
	      "011054\0 "
	      "0\0");
	IS_AT(&out, 257,
	      "ustar\0"
	      "00");
	IS_AT(&out, BLOCK, "hello\n\0\0");
	for (size_t i = 2 * BLOCK; i < out.len; i++)
		ck_assert_int_eq(out.data[i], 0);
	a = read_one(&out, &e, &data);
	ck_assert_str_eq(archive_entry_pathname(e), "./etc/motd");
	ck_assert_uint_eq(archive_entry_perm(e), 04751);
	ck_assert_int_eq(archive_entry_uid(e), 7);
	ck_assert_int_eq(archive_entry_gid(e), 8);
	ck_assert_int_eq(archive_entry_mtime(e), 1000000000);
	ck_assert(data.len == 6 && memcmp(data.data, "hello\n", 6) == 0);
	read_done(a, e);
}
END_TEST

/* A name of 100 bytes has room in the header; one more is a record, whose length has its own
 * digits. */
START_TEST(long_names)
{
	for (size_t len = 99; len < 102; len++) {
		auto_buf out = { 0 }, data = { 0 };
		struct archive_entry *e;
		struct archive *a;
		char name[128];

		memset(name, 'n', len);
		name[len] = '\0';
		write_one(&out, new_entry(name, AE_IFREG, 0), NULL, 0);
		if (len <= 100) {
			is_at(&out, 0, name, len);
			ck_assert_uint_eq(out.len, 3 * BLOCK);
		} else {
			IS_AT(&out, 0, "./PaxHeaders/member\0");
			ck_assert_int_eq(out.data[156], 'x');
			IS_AT(&out, BLOCK, "111 path=nnn");
			ck_assert_int_eq(out.data[BLOCK + 110], '\n');
			ck_assert_int_eq(out.data[BLOCK + 111], 0);
		}
		a = read_one(&out, &e, &data);
		ck_assert_str_eq(archive_entry_pathname(e), name);
		read_done(a, e);
	}
}
END_TEST

/* From 9 to 10 and from 99 to 100 the length gets a digit more, which it counts. */
START_TEST(lengths_of_records)
{
	for (size_t len = 0; len < 1200; len++) {
		auto_buf out = { 0 }, data = { 0 };
		struct archive_entry *e = new_entry("./f", AE_IFREG, 0);
		struct archive *a;
		const char *name;
		const void *value;
		char bytes[1200];
		size_t n;

		memset(bytes, 'v', len);
		archive_entry_xattr_add_entry(e, "user.a", bytes, len);
		write_one(&out, e, NULL, 0);
		a = read_one(&out, &e, &data);
		ck_assert_int_eq(archive_entry_xattr_reset(e), 1);
		ck_assert_int_eq(archive_entry_xattr_next(e, &name, &value, &n), ARCHIVE_OK);
		ck_assert_msg(n == len, "%zu bytes became %zu", len, n);
		read_done(a, e);
	}
}
END_TEST

/* Bytes that are no UTF-8, in a long name and in the target of a link. */
START_TEST(names_of_any_bytes)
{
	char name[200], target[300];
	auto_buf out = { 0 }, data = { 0 };
	struct archive_entry *e;
	struct archive *a;

	memset(name, 0xe4, sizeof(name) - 1);
	name[0] = '.';
	name[1] = '/';
	name[sizeof(name) - 1] = '\0';
	memset(target, 0xff, sizeof(target) - 1);
	target[sizeof(target) - 1] = '\0';
	e = new_entry(name, AE_IFLNK, 0);
	archive_entry_copy_symlink(e, target);
	write_one(&out, e, NULL, 0);
	IS_AT(&out, BLOCK, "21 hdrcharset=BINARY\n");
	a = read_one(&out, &e, &data);
	ck_assert_str_eq(archive_entry_pathname(e), name);
	ck_assert_str_eq(archive_entry_symlink(e), target);
	read_done(a, e);
}
END_TEST

START_TEST(attributes_of_any_bytes)
{
	static const char value[] = "a\0b\n=\xff";
	auto_buf out = { 0 }, data = { 0 };
	struct archive_entry *e = new_entry("./f", AE_IFREG, 0);
	const void *read_value;
	const char *name;
	struct archive *a;
	size_t n;

	archive_entry_xattr_add_entry(e, "user.note", value, sizeof(value) - 1);
	archive_entry_xattr_add_entry(e, "security.capability", "12345678901234567890", 20);
	write_one(&out, e, NULL, 0);
	a = read_one(&out, &e, &data);
	ck_assert_int_eq(archive_entry_xattr_reset(e), 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(archive_entry_xattr_next(e, &name, &read_value, &n), ARCHIVE_OK);
		if (strcmp(name, "user.note") == 0)
			ck_assert(n == sizeof(value) - 1 && memcmp(read_value, value, n) == 0);
		else
			ck_assert(strcmp(name, "security.capability") == 0 && n == 20);
	}
	read_done(a, e);
}
END_TEST

/* GNU's format 1.0: the map is the first block of the contents, and the size is that with the
 * holes. */
START_TEST(sparse_file)
{
	auto_buf out = { 0 }, data = { 0 };
	struct archive_entry *e = new_entry("./dir/sparse", AE_IFREG, 100000);
	struct archive *a;

	archive_entry_sparse_add_entry(e, 512, 3);
	archive_entry_sparse_add_entry(e, 70000, 4);
	archive_entry_sparse_add_entry(e, 100000, 0);
	write_one(&out, e, "abcdefg", 7);
	IS_AT(&out, BLOCK,
	      "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n32 GNU.sparse.name=./dir/sparse\n"
	      "30 GNU.sparse.realsize=100000\n");
	IS_AT(&out, 2 * BLOCK, "./GNUSparseFile.0/sparse\0");
	IS_AT(&out, 2 * BLOCK + 124, "00000001007\0"); /* the map's block, and 7 bytes */
	IS_AT(&out, 3 * BLOCK, "3\n512\n3\n70000\n4\n100000\n0\n\0");
	IS_AT(&out, 4 * BLOCK, "abcdefg\0");
	a = read_one(&out, &e, &data);
	ck_assert_str_eq(archive_entry_pathname(e), "./dir/sparse");
	ck_assert_int_eq(archive_entry_size(e), 100000);
	ck_assert_uint_eq(data.len, 100000);
	for (size_t i = 0; i < data.len; i++) {
		const char want = i >= 512 && i < 515	    ? (char)('a' + (i - 512))
				  : i >= 70000 && i < 70004 ? (char)('d' + (i - 70000))
							    : '\0';

		ck_assert_int_eq(data.data[i], want);
	}
	read_done(a, e);
}
END_TEST

/* What has no room in octal digits: ids, sizes and times; a time before 1970, too. */
START_TEST(large_numbers)
{
	static const struct {
		int64_t seconds;
		long ns;
	} times[] = { { 1, 5 }, { -2, 250000000 }, { INT64_C(10413792000), 999999999 } };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(times); i++) {
		auto_buf out = { 0 }, data = { 0 };
		struct archive_entry *e = new_entry("./f", AE_IFDIR, 0);
		struct archive *a;

		archive_entry_set_uid(e, 4294967294);
		archive_entry_set_gid(e, 07777777 + 1);
		archive_entry_set_mtime(e, times[i].seconds, times[i].ns);
		write_one(&out, e, NULL, 0);
		a = read_one(&out, &e, &data);
		ck_assert_int_eq(archive_entry_uid(e), 4294967294);
		ck_assert_int_eq(archive_entry_gid(e), 07777777 + 1);
		ck_assert_int_eq(archive_entry_mtime(e), times[i].seconds);
		ck_assert_int_eq(archive_entry_mtime_nsec(e), times[i].ns);
		read_done(a, e);
	}
}
END_TEST

START_TEST(a_size_beyond_the_field)
{
	struct save_tar t = { .put = collect };
	struct archive_entry *e = new_entry("./big", AE_IFREG, INT64_C(1) << 33);
	auto_buf out = { 0 };

	t.user = &out;
	ck_assert_int_eq(save_tar_header(&t, e), 0);
	IS_AT(&out, BLOCK, "19 size=8589934592\n");
	IS_AT(&out, 2 * BLOCK + 124, "00000000000\0");
	ck_assert_uint_eq(t.stored, UINT64_C(1) << 33);
	par_buf_done(&t.records);
	archive_entry_free(e);
}
END_TEST

START_TEST(other_kinds)
{
	static const struct {
		mode_t type;
		char kind;
	} rows[] = { { AE_IFDIR, '5' }, { AE_IFIFO, '6' }, { AE_IFCHR, '3' }, { AE_IFBLK, '4' } };
	auto_buf link = { 0 }, data = { 0 };
	struct archive_entry *e;
	struct archive *a;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		auto_buf out = { 0 }, none = { 0 };

		e = new_entry("./x", rows[i].type, 0);
		archive_entry_set_rdevmajor(e, 259);
		archive_entry_set_rdevminor(e, 3);
		write_one(&out, e, NULL, 0);
		ck_assert_int_eq(out.data[156], rows[i].kind);
		a = read_one(&out, &e, &none);
		ck_assert_uint_eq(archive_entry_filetype(e), rows[i].type);
		if (rows[i].type == AE_IFCHR || rows[i].type == AE_IFBLK) {
			ck_assert_uint_eq(archive_entry_rdevmajor(e), 259);
			ck_assert_uint_eq(archive_entry_rdevminor(e), 3);
		}
		read_done(a, e);
	}
	e = new_entry("./second", AE_IFREG, 0);
	archive_entry_copy_hardlink(e, "./first");
	write_one(&link, e, NULL, 0);
	ck_assert_int_eq(link.data[156], '1');
	a = read_one(&link, &e, &data);
	ck_assert_str_eq(archive_entry_hardlink(e), "./first");
	read_done(a, e);
}
END_TEST

static int refuse(void *user, const void *data, size_t len)
{
	int *left = user;

	(void)data;
	(void)len;
	return (*left)-- > 0 ? 0 : -ENOSPC;
}

/* Whichever write fails, its error is what is returned. */
START_TEST(a_full_disk)
{
	for (int writes = 0; writes < 4; writes++) {
		int left = writes;
		struct save_tar t = { .put = refuse, .user = &left };
		struct archive_entry *e = new_entry("./f", AE_IFREG, 10);

		archive_entry_xattr_add_entry(e, "user.a", "b", 1);
		ck_assert_int_eq(save_tar_header(&t, e), writes < 4 ? -ENOSPC : 0);
		par_buf_done(&t.records);
		archive_entry_free(e);
	}
}
END_TEST

/* libarchive reads no more than that of what stands before a member. */
START_TEST(attributes_without_end)
{
	static char value[65536];

	for (int n = 15; n <= 17; n++) {
		struct archive_entry *e = new_entry("./f", AE_IFREG, 0);
		auto_buf out = { 0 };
		struct save_tar t = { .put = collect, .user = &out };
		int r;

		for (int i = 0; i < n; i++) {
			char name[] = "user.a";

			name[5] = (char)('a' + i);
			archive_entry_xattr_add_entry(e, name, value, sizeof(value));
		}
		r = save_tar_header(&t, e);
		ck_assert_int_eq(r, n < 16 ? 0 : -E2BIG);
		ck_assert_uint_eq(out.len > 0, n < 16);
		if (r == 0) {
			auto_buf data = { 0 };
			struct archive_entry *got;
			struct archive *a;

			ck_assert_int_eq(save_tar_end(&t), 0);
			a = read_one(&out, &got, &data);
			ck_assert_int_eq(archive_entry_xattr_count(got), n);
			read_done(a, got);
		}
		par_buf_done(&t.records);
		archive_entry_free(e);
	}
}
END_TEST

static Suite *save_tar_suite(void)
{
	Suite *suite = suite_create("wparctl save_tar");
	TCase *tc = tcase_create("save_tar");

	tcase_add_test(tc, plain_member_byte_by_byte);
	tcase_add_test(tc, long_names);
	tcase_add_test(tc, lengths_of_records);
	tcase_add_test(tc, names_of_any_bytes);
	tcase_add_test(tc, attributes_of_any_bytes);
	tcase_add_test(tc, sparse_file);
	tcase_add_test(tc, large_numbers);
	tcase_add_test(tc, a_size_beyond_the_field);
	tcase_add_test(tc, other_kinds);
	tcase_add_test(tc, a_full_disk);
	tcase_add_test(tc, attributes_without_end);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(save_tar_suite)
