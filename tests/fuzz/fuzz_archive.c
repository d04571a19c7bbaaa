/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole image as wparctl-archive reads it: looked through, and unpacked into a folder.  No crash,
 * and nothing is made, changed or linked outside of that folder.  The first byte says in which form
 * the rest comes: as it is, or packed by gzip.
 */
#include "wparctl/archive/helper/extract.h"
#include "wparctl/archive/helper/scan.h"
#include "lpard/common/fs.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The helper has no more memory than that, and libarchive asks for what a header says. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=256";
}

static char around[] = "/dev/shm/fuzz_archive.XXXXXX";
static int outer = -1;

static void remove_all(void)
{
	par_fs_remove_tree(AT_FDCWD, around);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int fd;

	(void)argc;
	(void)argv;
	setlocale(LC_CTYPE, "C.UTF-8");
	umask(0);
	/* Lines about an image go to nobody. */
	if (!freopen("/dev/null", "w", stdout) || !mkdtemp(around))
		abort();
	atexit(remove_all);
	outer = open(around, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = openat(outer, "victim", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (outer < 0 || fd < 0 || write(fd, "untouched", 9) != 9)
		abort();
	close(fd);
	return 0;
}

static int input_of(const uint8_t *data, size_t size, bool pack)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	uLongf len = compressBound(size) + 64;
	uint8_t *packed = NULL;

	if (fd < 0)
		abort();
	if (pack) {
		z_stream z = { 0 };

		packed = malloc(len);
		if (!packed || deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, 0) != Z_OK)
			abort();
		z.next_in = (uint8_t *)data;
		z.avail_in = (uInt)size;
		z.next_out = packed;
		z.avail_out = (uInt)len;
		deflate(&z, Z_FINISH);
		size = len - z.avail_out;
		data = packed;
		deflateEnd(&z);
	}
	if (write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	free(packed);
	return fd;
}

static void run(int input, bool unpack, bool list)
{
	static struct extract a;

	a = (struct extract){ .top = -1, .root = -1, .parent = -1, .input = input };
	a.declared_kib = unpack ? 4096 : 0;
	a.room_kib = 4096;
	par_sha256_init(&a.digest);
	if (unpack) {
		if (mkdirat(outer, "top", 0700) < 0)
			abort();
		a.top = openat(outer, "top", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		wpar_extract_run(&a);
	} else {
		wpar_scan_run(&a, list);
	}
	wpar_extract_done(&a);
	if (a.top >= 0)
		close(a.top);
	if (unpack && par_fs_remove_tree(outer, "top") < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stat st;
	int input;

	if (size < 1 || size > 1 << 20)
		return 0;
	input = input_of(data + 1, size - 1, data[0] & 1);
	run(input, false, data[0] & 2);
	if (lseek(input, 0, SEEK_SET) != 0)
		abort();
	run(input, true, false);
	close(input);
	if (fstatat(outer, "victim", &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_size != 9 ||
	    st.st_nlink != 1 || (st.st_mode & 07777) != 0640)
		abort();
	return 0;
}
