/* SPDX-License-Identifier: Apache-2.0 */
/* The list of checksums: see checksums.h. */
#include "wparctl/archive/helper/checksums.h"

#include "lpard/common/fs.h"
#include "wparctl/archive/helper/entry_text.h"

#include <archive.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE (5 * MAX_NAME + 128) /* a name may have four times its bytes */

/* The kinds of lines, in their order. */
enum part { NONE, HEAD, FILES, REMOVED, ENTRIES, FROZEN, MEMBERS, BYTES, END };

static const char *const words[] = {
	[HEAD] = "savewpar-checksums",
	[FILES] = "file",
	[REMOVED] = "removed",
	[ENTRIES] = "entries",
	[FROZEN] = "frozen",
	[MEMBERS] = "members",
	[BYTES] = "bytes",
	[END] = "end",
};

static void digest_line(const char *line, uint8_t ret[SHA256_DIGEST_SIZE])
{
	struct par_sha256 sum;

	par_sha256_init(&sum);
	par_sha256_put(&sum, line, strlen(line));
	par_sha256_finish_raw(&sum, ret);
}

int wpar_checksums_expect(struct checksums *c, const char *line)
{
	if (c->n_expected == c->cap_expected) {
		size_t cap = c->cap_expected ? c->cap_expected * 2 : 1024;
		uint8_t(*v)[SHA256_DIGEST_SIZE] = reallocarray(c->expected, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		c->expected = v;
		c->cap_expected = cap;
	}
	digest_line(line, c->expected[c->n_expected++]);
	return 0;
}

static int fail_list(struct extract *a)
{
	return wpar_extract_fail(a, EBADMSG, "its list of checksums cannot be read");
}

static int fail_files(struct extract *a)
{
	return wpar_extract_fail(a, EBADMSG, "its list of checksums is not that of its files");
}

static int compare_file(struct extract *a, struct checksums *c, const char *line)
{
	const char *name = strrchr(line, ' ');
	uint8_t digest[SHA256_DIGEST_SIZE];

	if (c->n_files == c->n_expected || !name)
		return fail_files(a);
	digest_line(line, digest);
	if (memcmp(digest, c->expected[c->n_files++], sizeof(digest)) != 0)
		return wpar_extract_fail(a, EBADMSG,
					 "the file %.300s is not what its list of checksums says",
					 name + 1);
	return 0;
}

static int add_removed(struct extract *a, struct checksums *c, char *name)
{
	if (!*name || !wpar_entry_take_name(name))
		return fail_list(a);
	c->removed_bytes += strlen(name) + 1;
	if (c->removed.n == WPAR_ARCHIVE_REMOVED || c->removed_bytes > WPAR_ARCHIVE_REMOVED_BYTES)
		return wpar_extract_fail(a, E2BIG, "it has too many names that were removed");
	return par_strv_add(&c->removed, name) < 0 ? wpar_extract_fail(a, ENOMEM, "out of memory")
						   : 0;
}

static int compare_number(struct extract *a, const char *text, uint64_t is)
{
	uint64_t v;

	if (par_parse_u64(text, UINT64_MAX, &v) < 0)
		return fail_list(a);
	return v == is ? 0
		       : wpar_extract_fail(a, EBADMSG,
					   "the totals of its list of checksums do not fit");
}

static int compare_format(struct extract *a, const struct checksums *c, const char *text)
{
	uint64_t v;

	return par_parse_u64(text, UINT64_MAX, &v) == 0 && v == c->format
		       ? 0
		       : wpar_extract_fail(a, EBADMSG,
					   "its list of checksums is of another format");
}

static int take_rest(struct extract *a, struct checksums *c, enum part part, char *rest,
		     const char *entries, uint64_t members)
{
	switch (part) {
	case HEAD:
		return compare_format(a, c, rest);
	case REMOVED:
		return add_removed(a, c, rest);
	case ENTRIES:
		if (c->n_files != c->n_expected)
			return fail_files(a);
		return strcmp(rest, entries) == 0
			       ? 0
			       : wpar_extract_fail(
					 a, EBADMSG,
					 "the names, owners, modes or attributes of its "
					 "members are not what its list of checksums says");
	case FROZEN:
		return par_parse_u64(rest, UINT64_MAX, &c->frozen_ms) < 0 ? fail_list(a) : 0;
	case MEMBERS:
		return compare_number(a, rest, members);
	case BYTES:
		return compare_number(a, rest, c->bytes);
	case END:
		c->ended = true;
		return *rest ? fail_list(a) : 0;
	case NONE:
	case FILES:
		break;
	}
	return fail_list(a);
}

/* May a line of the kind @next follow one of the kind @last?  Files and removed names may repeat.
 */
static bool may_follow(enum part last, enum part next)
{
	if (next == FILES || next == REMOVED)
		return last == HEAD || last == FILES || last == next;
	return next == (last == HEAD || last == FILES || last == REMOVED ? ENTRIES : last + 1);
}

static enum part part_of(const char *line, size_t len)
{
	enum part part = HEAD;

	if (len == strlen("sparse") && strncmp(line, "sparse", len) == 0)
		return FILES;
	while (part <= END && (strlen(words[part]) != len || strncmp(line, words[part], len) != 0))
		part++;
	return part;
}

int wpar_checksums_line(struct extract *a, struct checksums *c, char *line, const char *entries,
			uint64_t members)
{
	const size_t len = strcspn(line, " ");
	const enum part part = part_of(line, len);

	if (part > END || c->ended || !may_follow((enum part)c->part, part))
		return fail_list(a);
	c->part = (int)part;
	if (part == FILES)
		return compare_file(a, c, line);
	return take_rest(a, c, part, line[len] ? line + len + 1 : line + len, entries, members);
}

static int take_bytes(struct extract *a, struct checksums *c, struct par_buf *line,
		      const char *data, size_t len, const char *entries, uint64_t members)
{
	while (len > 0) {
		const char *end = memchr(data, '\n', len);
		const size_t n = end ? (size_t)(end - data) : len;
		int r;

		if (line->len + n > MAX_LINE || memchr(data, '\0', n))
			return fail_list(a);
		if (par_buf_put(line, data, n) < 0)
			return wpar_extract_fail(a, ENOMEM, "out of memory");
		if (!end)
			return 0;
		r = line->len ? wpar_checksums_line(a, c, line->data, entries, members)
			      : fail_list(a);
		if (r < 0)
			return r;
		par_buf_clear(line);
		data += n + 1;
		len -= n + 1;
	}
	return 0;
}

int wpar_checksums_read(struct extract *a, struct archive *ar, struct checksums *c,
			const char *entries, uint64_t members)
{
	auto_buf line = { 0 };
	char data[16384];
	la_ssize_t n;
	int r;

	while ((n = archive_read_data(ar, data, sizeof(data))) > 0) {
		r = a->aside == 0 ? 0 : par_fs_write_all(a->aside, data, (size_t)n);
		if (r < 0)
			return wpar_extract_fail(a, -r, "could not write its list of checksums: %s",
						 strerror(-r));
		r = take_bytes(a, c, &line, data, (size_t)n, entries, members);
		if (r < 0)
			return r;
	}
	if (n < 0)
		return wpar_extract_fail_archive(a, ar);
	return c->ended && line.len == 0
		       ? 0
		       : wpar_extract_fail(a, EBADMSG,
					   "it is not complete: its list of checksums has no end");
}
