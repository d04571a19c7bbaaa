/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive's bytes: read once, digested on the way, and unpacked.  gzip and zstd are unpacked
 * here and not by libarchive, which does not look at gzip's checksum; so it can be done ahead, too.
 */
#include "wparctl/archive/helper/extract.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define RAW_SIZE   (256 * 1024)
#define MAGIC_SIZE 4 /* bytes that say how an archive is packed */
#define CUT_OFF	   "it ends too early, so it is not whole: its "

enum packing { PACKED_NOT, PACKED_GZIP, PACKED_ZSTD };

/* What is between the archive's bytes and what they are unpacked. */
struct input {
	enum packing packing;
	z_stream gzip;
	ZSTD_DStream *zstd;
	bool at_end;	/* of a gzip member, a zstd frame: it may be the last */
	size_t at, len; /* of @raw: what is used, and what was read */
	unsigned char raw[RAW_SIZE];
};

static ssize_t fail_input(struct extract *a, int errnum, const char *why)
{
	a->input_errnum = errnum;
	a->input_why = why;
	return -1;
}

ssize_t wpar_input_read_raw(struct extract *a, unsigned char *to, size_t size)
{
	ssize_t n;

	do {
		n = read(a->input, to, size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail_input(a, errno, strerror(errno));
	if (!a->again) {
		if (!a->undigested)
			par_sha256_put(&a->digest, to, (size_t)n);
		a->raw_bytes += (uint64_t)n;
	}
	return n;
}

/* More into the empty @raw: the bytes, 0 or -1 */
static ssize_t fill_raw(struct extract *a, struct input *in)
{
	ssize_t n = wpar_input_read_raw(a, in->raw, RAW_SIZE);

	in->at = 0;
	in->len = n > 0 ? (size_t)n : 0;
	return n;
}

/* The first bytes say how it is packed. */
static ssize_t begin_input(struct extract *a)
{
	static const unsigned char zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	struct input *in = calloc(1, sizeof(*in));
	ssize_t n = 1;

	if (!in)
		return fail_input(a, ENOMEM, "out of memory");
	a->unpacking = in;
	while (n > 0 && in->len < MAGIC_SIZE) {
		n = wpar_input_read_raw(a, in->raw + in->len, RAW_SIZE - in->len);
		in->len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return n;
	if (in->len >= 2 && in->raw[0] == 0x1f && in->raw[1] == 0x8b) {
		/* 15 bits of window, 16: gzip's header and checksum */
		if (inflateInit2(&in->gzip, 15 + 16) != Z_OK)
			return fail_input(a, ENOMEM, "out of memory");
		in->packing = PACKED_GZIP;
	} else if (in->len >= sizeof(zstd) && memcmp(in->raw, zstd, sizeof(zstd)) == 0) {
		in->zstd = ZSTD_createDStream();
		if (!in->zstd)
			return fail_input(a, ENOMEM, "out of memory");
		in->packing = PACKED_ZSTD;
	}
	return 0;
}

/*
 * The next bytes of gzip's contents.  Members may follow each other; anything else behind the last
 * one is passed over, as gzip does with padding.
 */
static ssize_t read_gzip(struct extract *a, struct input *in, unsigned char *to, size_t size)
{
	z_stream *z = &in->gzip;
	int r;

	z->next_out = to;
	z->avail_out = (unsigned int)size;
	while (z->avail_out == size) {
		ssize_t n = in->at < in->len ? 1 : fill_raw(a, in);

		if (n < 0)
			return n;
		if (n == 0)
			return in->at_end
				       ? 0
				       : fail_input(a, EBADMSG, CUT_OFF "gzip data were cut off");
		if (in->at_end && in->raw[in->at] != 0x1f) {
			in->at = in->len;
			continue;
		}
		if (in->at_end)
			inflateReset(z);
		z->next_in = in->raw + in->at;
		z->avail_in = (unsigned int)(in->len - in->at);
		r = inflate(z, Z_NO_FLUSH);
		in->at = in->len - z->avail_in;
		in->at_end = r == Z_STREAM_END;
		if (r != Z_STREAM_END && r != Z_OK && r != Z_BUF_ERROR)
			return fail_input(a, EBADMSG, "its gzip data are damaged");
	}
	return (ssize_t)(size - z->avail_out);
}

/* The next bytes of zstd's contents: frames follow each other, to the end of the archive. */
static ssize_t read_zstd(struct extract *a, struct input *in, unsigned char *to, size_t size)
{
	ZSTD_outBuffer out = { to, size, 0 };

	while (out.pos == 0) {
		/* It may have more than was asked for, without anything to read. */
		ssize_t n = in->at < in->len ? 1 : fill_raw(a, in);
		ZSTD_inBuffer raw = { in->raw, in->len, in->at };
		size_t r;

		if (n < 0)
			return n;
		if (n == 0 && in->at_end)
			return 0;
		r = ZSTD_decompressStream(in->zstd, &out, &raw);
		in->at = raw.pos;
		in->at_end = r == 0;
		if (ZSTD_isError(r))
			return fail_input(a, EBADMSG, "its zstd data are damaged");
		if (n == 0 && out.pos == 0)
			return fail_input(a, EBADMSG, CUT_OFF "zstd data were cut off");
	}
	return (ssize_t)out.pos;
}

static ssize_t read_plain(struct extract *a, struct input *in, unsigned char *to, size_t size)
{
	const size_t left = in->len - in->at;

	if (left == 0)
		return wpar_input_read_raw(a, to, size);
	size = size < left ? size : left;
	memcpy(to, in->raw + in->at, size);
	in->at += size;
	return (ssize_t)size;
}

ssize_t wpar_input_read(struct extract *a, unsigned char *to, size_t size)
{
	ssize_t n = a->unpacking ? 0 : begin_input(a);
	struct input *in = a->unpacking;

	if (n < 0)
		return n;
	switch (in->packing) {
	case PACKED_GZIP:
		return read_gzip(a, in, to, size);
	case PACKED_ZSTD:
		return read_zstd(a, in, to, size);
	case PACKED_NOT:
		break;
	}
	return read_plain(a, in, to, size);
}

bool wpar_input_is_packed(const struct extract *a)
{
	return a->unpacking && a->unpacking->packing != PACKED_NOT;
}

void wpar_input_done(struct extract *a)
{
	struct input *in = a->unpacking;

	if (!in)
		return;
	if (in->packing == PACKED_GZIP)
		inflateEnd(&in->gzip);
	ZSTD_freeDStream(in->zstd);
	free(in);
	a->unpacking = NULL;
}
