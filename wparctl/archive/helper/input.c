/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive's bytes: read once, digested on the way to libarchive, which may read what is named
 * here.  gzip is unpacked here and not by libarchive, which does not look at its checksum.
 */
#include "wparctl/archive/helper/extract.h"

#include <archive.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static unsigned char chunk[256 * 1024];
static unsigned char plain[256 * 1024]; /* of gzip */

int wpar_extract_fail(struct extract *a, int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->why, sizeof(a->why), fmt, ap);
	va_end(ap);
	return -errnum;
}

static ssize_t read_chunk(struct extract *a)
{
	ssize_t n;

	do {
		n = read(a->input, chunk, sizeof(chunk));
	} while (n < 0 && errno == EINTR);
	if (n > 0 && !a->again) {
		par_sha256_put(&a->digest, chunk, (size_t)n);
		a->read_bytes += (uint64_t)n;
		if (a->progress)
			a->progress(a);
	}
	return n;
}

static ssize_t fail_read(struct archive *ar, int errnum, const char *why)
{
	archive_set_error(ar, errnum, "%s", why);
	return -1;
}

/*
 * The next bytes of gzip's contents.  Members may follow each other; anything else behind the last
 * one is passed over, as gzip does with padding.
 */
static ssize_t inflate_chunk(struct extract *a, struct archive *ar)
{
	z_stream *z = a->gzip;
	ssize_t n;
	int r;

	z->next_out = plain;
	z->avail_out = sizeof(plain);
	while (z->avail_out == sizeof(plain)) {
		if (z->avail_in == 0) {
			n = read_chunk(a);
			if (n < 0)
				return fail_read(ar, errno, strerror(errno));
			if (n == 0)
				return a->gzip_done
					       ? 0
					       : fail_read(ar, EBADMSG, "truncated gzip input");
			z->next_in = chunk;
			z->avail_in = (unsigned int)n;
		}
		if (a->gzip_done) {
			if (*z->next_in != 0x1f) {
				z->avail_in = 0;
				continue;
			}
			inflateReset(z);
			a->gzip_done = false;
		}
		r = inflate(z, Z_NO_FLUSH);
		if (r == Z_STREAM_END)
			a->gzip_done = true;
		else if (r != Z_OK && r != Z_BUF_ERROR)
			return fail_read(ar, EBADMSG, "gzip input is damaged");
	}
	return (ssize_t)(sizeof(plain) - z->avail_out);
}

ssize_t wpar_extract_read(struct archive *ar, void *user, const void **buffer)
{
	static z_stream stream;
	struct extract *a = user;
	ssize_t n;

	if (a->gzip) {
		*buffer = plain;
		return inflate_chunk(a, ar);
	}
	n = read_chunk(a);
	if (n < 0)
		return fail_read(ar, errno, strerror(errno));
	*buffer = chunk;
	if (a->begun || n < 2 || chunk[0] != 0x1f || chunk[1] != 0x8b) {
		a->begun = true;
		return n;
	}
	a->begun = true;
	/* The first bytes say gzip (15 bits of window, 16: its header and checksum). */
	if (inflateInit2(&stream, 15 + 16) != Z_OK)
		return fail_read(ar, ENOMEM, "out of memory");
	stream.next_in = chunk;
	stream.avail_in = (unsigned int)n;
	a->gzip = &stream;
	*buffer = plain;
	return inflate_chunk(a, ar);
}

void wpar_extract_read_done(struct extract *a)
{
	if (a->gzip)
		inflateEnd(a->gzip);
	a->gzip = NULL;
	a->gzip_done = a->begun = false;
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
	ssize_t n;

	while ((n = read_chunk(a)) > 0)
		;
	return n < 0 ? wpar_extract_fail(a, errno, "could not read it: %s", strerror(errno)) : 0;
}

int wpar_extract_fail_archive(struct extract *a, struct archive *ar)
{
	const char *text = archive_error_string(ar);
	char clean[200];
	size_t n = 0;

	/* The text may have bytes of the archive in it. */
	for (; text && *text && n < sizeof(clean) - 1; text++)
		clean[n++] = *text >= ' ' && *text < 0x7f ? *text : '?';
	clean[n] = '\0';
	return wpar_extract_fail(a, EBADMSG, "%s", n ? clean : "it is damaged");
}

struct archive *wpar_extract_open(void)
{
	struct archive *ar = archive_read_new();

	if (!ar)
		return NULL;
	/* Only what is done in this process: other filters would run programs.  gzip: input.c. */
	archive_read_support_format_tar(ar);
	archive_read_support_format_cpio(ar);
	archive_read_support_format_raw(ar); /* what is none of these */
	archive_read_support_filter_xz(ar);
	archive_read_support_filter_zstd(ar);
	archive_read_support_filter_bzip2(ar);
	return ar;
}
