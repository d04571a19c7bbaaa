/* SPDX-License-Identifier: Apache-2.0 */
/* The archive's bytes: read once, digested on the way to libarchive. */
#include "wparctl/versioned/archive/extract.h"

#include <archive.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned char chunk[256 * 1024];

int extract_fail(struct extract *a, int errnum, const char *fmt, ...)
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
	if (n > 0) {
		par_sha256_put(&a->digest, chunk, (size_t)n);
		a->read_bytes += (uint64_t)n;
		if (a->progress)
			a->progress(a);
	}
	return n;
}

ssize_t extract_read(struct archive *ar, void *user, const void **buffer)
{
	ssize_t n = read_chunk(user);

	if (n < 0)
		archive_set_error(ar, errno, "could not read it: %s", strerror(errno));
	*buffer = chunk;
	return n;
}

int extract_drain(struct extract *a)
{
	ssize_t n;

	while ((n = read_chunk(a)) > 0)
		;
	return n < 0 ? extract_fail(a, errno, "could not read it: %s", strerror(errno)) : 0;
}
