/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the archive's bytes (bytes.c), read ahead where that is wanted (ahead.c), and libarchive,
 * which may read what is named here.
 */
#include "wparctl/archive/helper/ahead.h"

#include <archive.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_SIZE  (256 * 1024)
#define BEHIND_MOST (64 << 20) /* bytes behind the end of a backup: more than a tape's block */

/* A name in it may have any byte: what is no plain ASCII becomes \ooo, as in a list of checksums.
 */
__attribute__((format(printf, 2, 0))) static void put_why(struct extract *a, const char *fmt,
							  va_list ap)
{
	char text[sizeof(a->why)];
	size_t len = 0;

	vsnprintf(text, sizeof(text), fmt, ap);
	for (const char *p = text; *p && len + 5 < sizeof(a->why); p++) {
		if (*p >= ' ' && *p <= '~')
			a->why[len++] = *p;
		else
			len += (size_t)sprintf(a->why + len, "\\%03o", (unsigned char)*p);
	}
	a->why[len] = '\0';
}

int wpar_extract_fail(struct extract *a, int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_why(a, fmt, ap);
	va_end(ap);
	a->refused = false;
	return -errnum;
}

int wpar_extract_refuse(struct extract *a, int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_why(a, fmt, ap);
	va_end(ap);
	a->refused = true;
	return -errnum;
}

ssize_t wpar_extract_read(struct archive *ar, void *user, const void **buffer)
{
	static unsigned char here[CHUNK_SIZE]; /* where nothing is read ahead */
	struct extract *a = user;
	ssize_t n;

	if (a->threads && !a->ahead && !a->unpacking)
		a->ahead = wpar_ahead_new(a);
	if (a->ahead) {
		n = wpar_ahead_read(a->ahead, buffer);
	} else {
		*buffer = here;
		n = wpar_input_read(a, here, sizeof(here));
		a->read_bytes = a->raw_bytes;
	}
	a->ended = n == 0;
	a->failed = n < 0;
	if (n < 0)
		archive_set_error(ar, a->input_errnum, "%s", a->input_why);
	else if (a->progress && !a->again)
		a->progress(a);
	return n;
}

void wpar_extract_read_done(struct extract *a)
{
	wpar_ahead_stop(a->ahead);
	a->ahead = NULL;
	wpar_input_done(a);
}

int wpar_extract_rewind(struct extract *a, uint64_t offset)
{
	wpar_extract_read_done(a);
	a->again = true;
	if (lseek(a->input, (off_t)offset, SEEK_SET) < 0)
		return wpar_extract_fail(a, errno, "an archive of layers must be a file: %s",
					 strerror(errno));
	return 0;
}

int wpar_extract_drain(struct extract *a)
{
	static unsigned char rest[CHUNK_SIZE];
	uint64_t behind = 0;
	ssize_t n;

	wpar_ahead_stop(a->ahead);
	a->ahead = NULL;
	while ((n = wpar_input_read_raw(a, rest, sizeof(rest))) > 0) {
		a->read_bytes = a->raw_bytes;
		behind += (uint64_t)n;
		if (a->is_backup && behind > BEHIND_MOST)
			return wpar_extract_fail(a, EFBIG,
						 "what comes behind its end does not end");
		if (a->progress)
			a->progress(a);
	}
	return n < 0 ? wpar_extract_fail(a, a->input_errnum, "could not read it: %s", a->input_why)
		     : 0;
}

/* Which words of libarchive's say what: of tar, cpio and each filter. */
static bool says(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (strcasestr(text, *words))
			return true;
	}
	return false;
}

static bool says_cut_off(const char *text)
{
	static const char *const words[] = { "truncated", "no progress", "premature",
					     "unexpected end", NULL };

	return says(text, words);
}

static bool says_no_memory(const char *text)
{
	static const char *const words[] = { "memory", "allocate", NULL };

	return says(text, words);
}

/* Of a filter that is libarchive's: those of the others are in bytes.c. */
static int fail_packed(struct extract *a, const char *packing, const char *text)
{
	if (says_cut_off(text))
		return wpar_extract_fail(a, EBADMSG,
					 "it ends too early, so it is not whole: its %s data were "
					 "cut off",
					 packing);
	if (says_no_memory(text))
		return wpar_extract_fail(a, ENOMEM, "there is no memory to unpack its %s data",
					 packing);
	return wpar_extract_fail(a, EBADMSG, "its %s data are damaged", packing);
}

/* NULL: no filter of libarchive's */
static const char *packing_of(struct archive *ar)
{
	switch (archive_filter_code(ar, 0)) {
	case ARCHIVE_FILTER_XZ:
		return "xz";
	case ARCHIVE_FILTER_BZIP2:
		return "bzip2";
	default:
		return NULL;
	}
}

/* What libarchive says of an archive may have bytes of it, and is said in other words. */
static const char *format_error(const char *text)
{
	static const struct {
		const char *word, *means;
	} rows[] = {
		{ "sparse", "the map of holes of a member is damaged" },
		{ "size", "a member has a size that cannot be" },
		{ "pax", "the extended header of a member is damaged" },
		{ "tar", "the header of a member is damaged" },
		{ "cpio", "the header of a member is damaged" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		if (strcasestr(text, rows[i].word))
			return rows[i].means;
	}
	return "it is damaged";
}

int wpar_extract_fail_archive(struct extract *a, struct archive *ar)
{
	const char *text = archive_error_string(ar);

	if (!a->raw_bytes)
		return wpar_extract_fail(a, EBADMSG, "it is empty");
	if (a->failed)
		return wpar_extract_fail(
			a, a->input_errnum, "%s%s",
			a->input_errnum == EBADMSG ? "" : "it cannot be read: ", a->input_why);
	if (!text) /* so it is before a member */
		return wpar_extract_fail(a, EBADMSG, "%s",
					 a->ended ? "it ends too early, so it is not whole"
						  : "it is damaged");
	if (strcasestr(text, "lzma"))
		return fail_packed(a, "xz", text);
	if (strcasestr(text, "bzip"))
		return fail_packed(a, "bzip2", text);
	/* Where contents are passed over it does not tell what the filter has said. */
	if (says_cut_off(text) && packing_of(ar) && !a->ended)
		return fail_packed(a, packing_of(ar), "");
	if (says_cut_off(text))
		return wpar_extract_fail(a, EBADMSG, "it ends too early, so it is not whole");
	if (says_no_memory(text))
		return wpar_extract_fail(a, ENOMEM, "there is no memory to read it");
	return wpar_extract_fail(a, EBADMSG, "%s", format_error(text));
}

struct archive *wpar_extract_open(void)
{
	struct archive *ar = archive_read_new();

	if (!ar)
		return NULL;
	/* Only what is done in this process: other filters would run programs.  gzip: bytes.c. */
	archive_read_support_format_tar(ar);
	archive_read_support_format_cpio(ar);
	archive_read_support_format_raw(ar); /* what is none of these */
	archive_read_support_filter_xz(ar);
	archive_read_support_filter_zstd(ar);
	archive_read_support_filter_bzip2(ar);
	return ar;
}
