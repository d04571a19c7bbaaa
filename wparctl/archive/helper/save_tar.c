/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of a tar archive in the format pax: a header of 512 bytes, before it the records of what
 * has no room there, and sparse files as GNU's format 1.0.  libarchive's writer would bring all its
 * formats, and their libraries, into the program.
 */
#include "wparctl/archive/helper/save_tar.h"

#include "lpard/common/text.h"
#include "wparctl/archive/helper/agreed.h"
#include "wparctl/archive/helper/xattr_name.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/sysmacros.h>

#define BLOCK	512
#define MAX_OCT UINT64_C(077777777777) /* of a field of 12 bytes */
#define MAX_ID	UINT64_C(07777777)     /* of 8 */

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], kind, link[100],
		magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155],
		pad[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

static const char zeros[BLOCK];

/* ---- Records ---- */

/* "LENGTH KEY=VALUE\n", where the length has its own digits in it. */
static void put_record(struct par_buf *b, const char *key, const void *value, size_t len)
{
	const size_t rest = strlen(key) + len + 3; /* blank, equals sign, line end */
	size_t all = rest + 1;
	char digits[24];

	while (rest + (size_t)snprintf(digits, sizeof(digits), "%zu", all) != all)
		all = rest + strlen(digits);
	par_buf_printf(b, "%zu %s=", all, key);
	par_buf_put(b, value, len);
	par_buf_putc(b, '\n');
}

static void put_number(struct par_buf *b, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	put_record(b, key, text, strlen(text));
}

/* Names in records are UTF-8 unless it is said that they are not. */
static void put_names(struct par_buf *b, const char *path, const char *link)
{
	const bool long_path = strlen(path) > 100, long_link = link && strlen(link) > 100;

	if ((long_path && !par_text_is_utf8(path)) || (long_link && !par_text_is_utf8(link)))
		put_record(b, "hdrcharset", "BINARY", strlen("BINARY"));
	if (long_path)
		put_record(b, "path", path, strlen(path));
	if (long_link)
		put_record(b, "linkpath", link, strlen(link));
}

static void put_time(struct par_buf *b, struct archive_entry *e)
{
	const int64_t s = archive_entry_mtime(e);
	const long ns = archive_entry_mtime_nsec(e);
	char text[48];

	if (ns == 0 && s >= 0 && (uint64_t)s <= MAX_OCT)
		return;
	/* Before 1970 as libarchive has it: the second below, and what is to be added. */
	snprintf(text, sizeof(text), "%" PRId64 ".%09ld", s, ns);
	put_record(b, "mtime", text, strlen(text));
}

static void put_attributes(struct par_buf *b, struct archive_entry *e)
{
	const char *name;
	const void *value;
	size_t len;

	archive_entry_xattr_reset(e);
	while (archive_entry_xattr_next(e, &name, &value, &len) == ARCHIVE_OK) {
		auto_buf key = { 0 };

		par_buf_puts(&key, "SCHILY.xattr.");
		xattr_name_put(&key, name);
		if (key.failed)
			b->failed = true;
		else
			put_record(b, key.data, value, len);
	}
}

/* ---- Sparse files ---- */

/* The map that the contents of a sparse file begin with; empty: it is none. */
static void make_map(struct par_buf *map, struct archive_entry *e)
{
	const int n = archive_entry_sparse_reset(e);
	la_int64_t at, len;

	if (n == 0)
		return;
	par_buf_printf(map, "%d\n", n);
	while (archive_entry_sparse_next(e, &at, &len) == ARCHIVE_OK)
		par_buf_printf(map, "%" PRId64 "\n%" PRId64 "\n", (int64_t)at, (int64_t)len);
	if (map->len % BLOCK)
		par_buf_put(map, zeros, BLOCK - map->len % BLOCK);
}

static uint64_t stored_size(struct archive_entry *e, const struct par_buf *map)
{
	la_int64_t at, len;
	uint64_t sum = map->len;

	if (map->len == 0)
		return (uint64_t)archive_entry_size(e);
	archive_entry_sparse_reset(e);
	while (archive_entry_sparse_next(e, &at, &len) == ARCHIVE_OK)
		sum += (uint64_t)len;
	return sum;
}

/* ---- Headers ---- */

static void octal(char *field, size_t size, uint64_t value)
{
	for (size_t i = size - 1; i-- > 0; value >>= 3)
		field[i] = (char)('0' + (value & 7));
}

static void copy_name(char *field, size_t size, const char *name)
{
	const size_t n = strlen(name);

	memcpy(field, name, n < size ? n : size);
}

static void finish_header(struct header *h)
{
	const unsigned char *bytes = (const unsigned char *)h;
	unsigned int sum = 0;

	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	memset(h->sum, ' ', sizeof(h->sum));
	for (size_t i = 0; i < BLOCK; i++)
		sum += bytes[i];
	octal(h->sum, 7, sum);
	h->sum[6] = '\0';
}

static char kind_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e))
		return '1';
	switch (archive_entry_filetype(e)) {
	case AE_IFDIR:
		return '5';
	case AE_IFLNK:
		return '2';
	case AE_IFIFO:
		return '6';
	case AE_IFCHR:
		return '3';
	case AE_IFBLK:
		return '4';
	default:
		return '0';
	}
}

static void make_header(struct header *h, struct archive_entry *e, const char *name, uint64_t size)
{
	const char *link =
		archive_entry_hardlink(e) ? archive_entry_hardlink(e) : archive_entry_symlink(e);
	const int64_t s = archive_entry_mtime(e);

	copy_name(h->name, sizeof(h->name), name);
	octal(h->mode, sizeof(h->mode), archive_entry_perm(e) & 07777);
	octal(h->uid, sizeof(h->uid), (uint64_t)archive_entry_uid(e) & MAX_ID);
	octal(h->gid, sizeof(h->gid), (uint64_t)archive_entry_gid(e) & MAX_ID);
	octal(h->size, sizeof(h->size), size <= MAX_OCT ? size : 0);
	octal(h->mtime, sizeof(h->mtime), s >= 0 && (uint64_t)s <= MAX_OCT ? (uint64_t)s : 0);
	h->kind = kind_of(e);
	if (link)
		copy_name(h->link, sizeof(h->link), link);
	octal(h->major, sizeof(h->major), (uint64_t)archive_entry_rdevmajor(e) & MAX_ID);
	octal(h->minor, sizeof(h->minor), (uint64_t)archive_entry_rdevminor(e) & MAX_ID);
	finish_header(h);
}

/* What a reader that does not know the format calls the file; the true name is a record. */
static void sparse_name(char ret[100], const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(ret, 100, "./GNUSparseFile.0/%.80s", slash ? slash + 1 : path);
}

static void put_records(struct par_buf *b, struct archive_entry *e, uint64_t size, bool sparse)
{
	const char *path = archive_entry_pathname(e);
	const char *link =
		archive_entry_hardlink(e) ? archive_entry_hardlink(e) : archive_entry_symlink(e);

	if (sparse && !par_text_is_utf8(path))
		put_record(b, "hdrcharset", "BINARY", strlen("BINARY"));
	put_names(b, sparse ? "" : path, link);
	put_time(b, e);
	if ((uint64_t)archive_entry_uid(e) > MAX_ID)
		put_number(b, "uid", (uint64_t)archive_entry_uid(e));
	if ((uint64_t)archive_entry_gid(e) > MAX_ID)
		put_number(b, "gid", (uint64_t)archive_entry_gid(e));
	if (size > MAX_OCT)
		put_number(b, "size", size);
	if (sparse) {
		put_record(b, "GNU.sparse.major", "1", 1);
		put_record(b, "GNU.sparse.minor", "0", 1);
		put_record(b, "GNU.sparse.name", path, strlen(path));
		put_number(b, "GNU.sparse.realsize", (uint64_t)archive_entry_size(e));
	}
	put_attributes(b, e);
}

static int put_padded(struct save_tar *t, const void *data, size_t len)
{
	int r = t->put(t->user, data, len);

	return r < 0 || len % BLOCK == 0 ? r : t->put(t->user, zeros, BLOCK - len % BLOCK);
}

/* The records are a member of their own, before the one that they belong to. */
static int put_extended(struct save_tar *t, const struct par_buf *records)
{
	struct header h = { .kind = 'x' };
	int r;

	copy_name(h.name, sizeof(h.name), "./PaxHeaders/member");
	octal(h.mode, sizeof(h.mode), 0644);
	octal(h.uid, sizeof(h.uid), 0);
	octal(h.gid, sizeof(h.gid), 0);
	octal(h.size, sizeof(h.size), records->len);
	octal(h.mtime, sizeof(h.mtime), 0);
	finish_header(&h);
	r = t->put(t->user, &h, sizeof(h));
	return r < 0 ? r : put_padded(t, records->data, records->len);
}

int save_tar_header(struct save_tar *t, struct archive_entry *e)
{
	auto_buf map = { 0 };
	struct header h = { 0 };
	char name[100];
	uint64_t size;
	int r;

	make_map(&map, e);
	size = stored_size(e, &map);
	par_buf_clear(&t->records);
	put_records(&t->records, e, size, map.len > 0);
	if (map.failed || t->records.failed)
		return -ENOMEM;
	if (t->records.len > WPAR_ARCHIVE_RECORDS)
		return -E2BIG;
	if (map.len > 0)
		sparse_name(name, archive_entry_pathname(e));
	make_header(&h, e, map.len > 0 ? name : archive_entry_pathname(e), size);
	r = t->records.len > 0 ? put_extended(t, &t->records) : 0;
	if (r < 0)
		return r;
	t->stored = size;
	r = t->put(t->user, &h, sizeof(h));
	return r < 0 || map.len == 0 ? r : t->put(t->user, map.data, map.len);
}

int save_tar_data(struct save_tar *t, const void *data, size_t len)
{
	return t->put(t->user, data, len);
}

int save_tar_data_end(struct save_tar *t)
{
	return t->stored % BLOCK ? t->put(t->user, zeros, BLOCK - t->stored % BLOCK) : 0;
}

int save_tar_end(struct save_tar *t)
{
	int r = t->put(t->user, zeros, BLOCK);

	par_buf_done(&t->records);
	return r < 0 ? r : t->put(t->user, zeros, BLOCK);
}
