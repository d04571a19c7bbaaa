/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a file, into the archive.  It may change while it is read: what its header has said of
 * its size and its holes is kept to, and its digest is of what the archive has.
 */
#include "wparctl/archive/helper/save.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (1 << 18)

static unsigned char chunk[CHUNK];
static const unsigned char zeros[CHUNK];

int save_contents_data(struct save *s, struct par_contents *sum, const unsigned char *data,
		       size_t len)
{
	int r = save_tar_data(&s->tar, data, len);

	par_contents_data(sum, data, len);
	return r < 0 ? save_fail(s, -r, "%s", strerror(-r)) : 0;
}

/* Of a file that has become shorter. */
static int put_zeros(struct save *s, struct par_contents *sum, off_t len)
{
	int r = 0;

	while (r == 0 && len > 0) {
		const size_t n = len < CHUNK ? (size_t)len : CHUNK;

		r = save_contents_data(s, sum, zeros, n);
		len -= (off_t)n;
	}
	return r;
}

static int fail_read(struct save *s, const char *name, int r)
{
	return save_fail(s, -r, "%s cannot be read: %s", name, strerror(-r));
}

/* @len bytes of @c's descriptor, from @at on */
static int put_extent(struct save *s, const struct save_contents *c, struct par_contents *sum,
		      off_t at, off_t len)
{
	int r = 0;

	while (r == 0 && len > 0) {
		ssize_t got = pread(c->fd, chunk, len < CHUNK ? (size_t)len : CHUNK, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_read(s, c->name, -errno);
		if (got == 0)
			return put_zeros(s, sum, len);
		r = save_contents_data(s, sum, chunk, (size_t)got);
		at += got;
		len -= got;
	}
	return r;
}

int save_contents_put(struct save *s, const struct save_contents *c)
{
	const struct save_extents *x = c->extents;
	struct par_contents sum;
	off_t end = 0, packed = c->at;
	int r = 0;

	par_contents_begin(&sum, PAR_CONTENTS_EXTENTS);
	for (size_t i = 0; i < x->n; i++) {
		const off_t begin = x->v[i].begin, len = x->v[i].end - begin;

		par_contents_hole(&sum, (uint64_t)(begin - end));
		r = put_extent(s, c, &sum, c->packed ? packed : c->at + begin, len);
		if (r < 0)
			return r;
		packed += len;
		end = begin + len;
	}
	par_contents_hole(&sum, (uint64_t)(c->size - end));
	r = save_sums_file(&s->sums, &sum, (uint64_t)c->size, c->name);
	return r < 0 ? save_fail(s, -r, "the list of checksums cannot be written: %s", strerror(-r))
		     : 0;
}
