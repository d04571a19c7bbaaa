/* SPDX-License-Identifier: Apache-2.0 */
/* check_ahead.c - an archive that is read ahead: the same bytes and digests as without threads */
#include "harness.h"
#include "lpard/common/fs.h"
#include "wparctl/archive/helper/ahead.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#define SIZE (5 * 1000 * 1000 + 7)

static unsigned char bytes[SIZE];

/* What files had in them, in the order of their ends. */
static struct par_buf ends;

static int take_end(void *user, const char *word, const char *digest, uint64_t size,
		    const char *name)
{
	(void)user;
	par_buf_printf(&ends, "%s %s %llu %s\n", word, digest, (unsigned long long)size, name);
	return 0;
}

static void make_bytes(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < SIZE; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (unsigned char)(i % 3 ? x >> 24 : i >> 10);
	}
}

static int file_of(const void *data, size_t len)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(par_fs_write_all(fd, data, len), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Files of 1 byte and more in what was read, and now and then a hole, or bytes from elsewhere. */
static void note_files(struct extract *a, const unsigned char *data, size_t len, size_t *at)
{
	for (size_t n = 0; len > 0; data += n, len -= n) {
		const size_t size = 1 + *at * 7919 % 90000;
		char name[32];

		n = size < len ? size : len;
		snprintf(name, sizeof(name), "./%zu", *at);
		wpar_contents_put(a, data, n);
		if (*at % 5 == 0)
			wpar_contents_put_hole(a, *at);
		if (*at % 7 == 0) {
			char else_where[] = "not of the archive";

			wpar_contents_put(a, else_where, sizeof(else_where));
			memset(else_where, 0, sizeof(else_where));
		}
		ck_assert_int_eq(wpar_contents_end(a, n, name), 0);
		(*at)++;
	}
}

/* Reads all; the text is what came out: bytes, digest of the archive, digests of files. */
static char *read_archive(int fd, bool threads)
{
	static struct extract a;
	struct par_sha256 all;
	struct par_contents contents;
	char plain[PAR_SHA256_TEXT], raw[PAR_SHA256_TEXT];
	size_t total = 0, files = 0;
	const void *data;
	ssize_t n;

	a = (struct extract){ .top = -1, .root = -1, .parent = -1, .input = fd };
	a.threads = threads;
	a.contents = &contents;
	a.contents_end = take_end;
	par_buf_clear(&ends);
	par_sha256_init(&all);
	par_contents_begin(&contents, PAR_CONTENTS_EXTENTS);
	par_sha256_init(&a.digest);
	while ((n = wpar_extract_read(NULL, &a, &data)) > 0) {
		ck_assert(!threads || a.ahead);
		par_sha256_put(&all, data, (size_t)n);
		total += (size_t)n;
		/* Their sizes must not depend on how much comes at once. */
		if (files == 0)
			note_files(&a, data, 100000, &files);
	}
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(wpar_extract_read(NULL, &a, &data), 0);
	ck_assert_int_eq(wpar_contents_wait(&a), 0);
	ck_assert_int_eq(wpar_extract_drain(&a), 0);
	wpar_extract_read_done(&a);
	par_sha256_finish(&all, plain);
	par_sha256_finish(&a.digest, raw);
	return par_strdup_printf("%zu %s %s\n%s", total, plain, raw, ends.data);
}

static void compare(int fd)
{
	autofree char *with = NULL, *without = read_archive(fd, false);

	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	with = read_archive(fd, true);
	ck_assert_str_eq(with, without);
	close(fd);
}

START_TEST(plain_bytes)
{
	make_bytes();
	compare(file_of(bytes, SIZE));
}
END_TEST

START_TEST(packed_in_frames)
{
	const size_t room = ZSTD_compressBound(SIZE) + 1000;
	autofree char *packed = malloc(room);
	size_t len, more;

	make_bytes();
	len = ZSTD_compress(packed, room, bytes, SIZE / 2, 1);
	more = ZSTD_compress(packed + len, room - len, bytes + SIZE / 2, SIZE - SIZE / 2, 1);
	compare(file_of(packed, len + more));
}
END_TEST

START_TEST(many_small_files_of_one_chunk)
{
	static struct extract a;
	struct par_contents contents;
	const void *data;
	size_t lines = 0;
	int fd;

	make_bytes();
	fd = file_of(bytes, SIZE);
	a = (struct extract){ .input = fd, .threads = true, .contents = &contents };
	a.contents_end = take_end;
	par_buf_clear(&ends);
	par_contents_begin(&contents, PAR_CONTENTS_EXTENTS);
	par_sha256_init(&a.digest);
	ck_assert_int_gt(wpar_extract_read(NULL, &a, &data), 10000);
	for (size_t i = 0; i < 10000; i++) {
		wpar_contents_put(&a, (const unsigned char *)data + i, 1);
		ck_assert_int_eq(wpar_contents_end(&a, 1, "./x"), 0);
	}
	ck_assert_int_eq(wpar_contents_wait(&a), 0);
	for (const char *p = ends.data; *p; p++)
		lines += *p == '\n';
	ck_assert_uint_eq(lines, 10000);
	wpar_extract_read_done(&a);
	close(fd);
}
END_TEST

/* Enough is known: whoever writes to the pipe is not waited for. */
START_TEST(a_pipe_that_is_silent_is_left)
{
	static struct extract a;
	const void *data;
	int ends_of_pipe[2];

	make_bytes();
	ck_assert_int_eq(pipe2(ends_of_pipe, O_CLOEXEC), 0);
	ck_assert_int_ge(fcntl(ends_of_pipe[1], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	ck_assert_int_eq(par_fs_write_all(ends_of_pipe[1], bytes, 300 * 1024), 0);
	a = (struct extract){ .input = ends_of_pipe[0], .threads = true };
	par_sha256_init(&a.digest);
	ck_assert_int_eq(wpar_extract_read(NULL, &a, &data), 256 * 1024);
	wpar_extract_read_done(&a);
	close(ends_of_pipe[0]);
	close(ends_of_pipe[1]);
}
END_TEST

static Suite *ahead_suite(void)
{
	Suite *s = suite_create("wparctl ahead");
	TCase *tc = tcase_create("ahead");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, plain_bytes);
	tcase_add_test(tc, packed_in_frames);
	tcase_add_test(tc, many_small_files_of_one_chunk);
	tcase_add_test(tc, a_pipe_that_is_silent_is_left);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(ahead_suite)
