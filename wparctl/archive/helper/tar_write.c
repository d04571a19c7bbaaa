/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every member has an extended header with all that a reader needs, so that no field is too short
 * for a value; the old header behind it has what fits.
 */
#include "wparctl/archive/helper/tar_write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 512

static void flush_buffer(struct tar_write *t)
{
	size_t done = 0;

	while (!t->failed && done < t->len) {
		ssize_t n = write(t->fd, t->buffer + done, t->len - done);

		if (n < 0 && errno != EINTR)
			t->failed = errno;
		done += n > 0 ? (size_t)n : 0;
	}
	t->len = 0;
}

static void put_bytes(struct tar_write *t, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		const size_t room = sizeof(t->buffer) - t->len, n = len < room ? len : room;

		memcpy(t->buffer + t->len, p, n);
		t->len += n;
		p += n;
		len -= n;
		if (t->len == sizeof(t->buffer))
			flush_buffer(t);
	}
}

static void pad(struct tar_write *t, uint64_t len)
{
	static const uint8_t zeros[BLOCK];

	if (len % BLOCK)
		put_bytes(t, zeros, BLOCK - len % BLOCK);
}

/* "LENGTH KEY=VALUE\n", where the length counts its own digits. */
void wpar_tar_record(struct tar_write *t, const char *key, const void *value, size_t len)
{
	const size_t rest = 1 + strlen(key) + 1 + len + 1;
	size_t all = rest + 1, digits;
	char *p;

	for (digits = 1; snprintf(NULL, 0, "%zu", rest + digits) > (int)digits; digits++)
		;
	all = rest + digits;
	if (t->n_records + all + 1 > t->cap_records) {
		const size_t cap = (t->n_records + all + 1) * 2;

		p = realloc(t->records, cap);
		if (!p) {
			t->failed = ENOMEM;
			return;
		}
		t->records = p;
		t->cap_records = cap;
	}
	p = t->records + t->n_records;
	p += sprintf(p, "%zu %s=", all, key);
	memcpy(p, value, len);
	p[len] = '\n';
	t->n_records += all;
}

void wpar_tar_number(struct tar_write *t, const char *key, uint64_t value)
{
	char text[24];

	wpar_tar_record(t, key, text, (size_t)snprintf(text, sizeof(text), "%" PRIu64, value));
}

/* Of a time before 1970, too, the fraction is what libarchive, which reads it, adds. */
static void put_time(struct tar_write *t, const struct timespec *time)
{
	char text[40];
	const int n =
		snprintf(text, sizeof(text), "%lld.%09ld", (long long)time->tv_sec, time->tv_nsec);

	wpar_tar_record(t, "mtime", text, (size_t)n);
}

static void put_octal(uint8_t *at, size_t len, uint64_t value)
{
	char text[24];

	if (snprintf(text, sizeof(text), "%0*" PRIo64, (int)len - 1, value) < (int)len)
		memcpy(at, text, len);
}

static void put_header(struct tar_write *t, char type, const char *name, const char *target,
		       const struct stat *st, uint64_t size)
{
	uint8_t h[BLOCK] = { 0 };
	unsigned int sum = 0;

	memcpy(h, name, strnlen(name, 100));
	put_octal(h + 100, 8, st->st_mode & 07777);
	put_octal(h + 108, 8, st->st_uid);
	put_octal(h + 116, 8, st->st_gid);
	put_octal(h + 124, 12, size);
	put_octal(h + 136, 12, 0);
	memset(h + 148, ' ', 8);
	h[156] = (uint8_t)type;
	if (target)
		memcpy(h + 157, target, strnlen(target, 100));
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	put_bytes(t, h, BLOCK);
}

void wpar_tar_member(struct tar_write *t, char type, const char *name, const char *target,
		     const struct stat *st, uint64_t size)
{
	const struct stat plain = { .st_mode = 0644 };

	wpar_tar_record(t, "path", name, strlen(name));
	if (target)
		wpar_tar_record(t, "linkpath", target, strlen(target));
	wpar_tar_number(t, "uid", st->st_uid);
	wpar_tar_number(t, "gid", st->st_gid);
	wpar_tar_number(t, "size", size);
	put_time(t, &st->st_mtim);
	/* The bytes of names are what they are. */
	put_header(t, 'x', "./PaxHeaders/member", NULL, &plain, t->n_records + 21);
	put_bytes(t, "21 hdrcharset=BINARY\n", 21);
	if (t->n_records)
		put_bytes(t, t->records, t->n_records);
	pad(t, t->n_records + 21);
	t->n_records = 0;
	put_header(t, type, name, target, st, size);
	t->bytes = 0;
}

void wpar_tar_put(struct tar_write *t, const void *data, size_t len)
{
	put_bytes(t, data, len);
	t->bytes += len;
}

void wpar_tar_end_member(struct tar_write *t)
{
	pad(t, t->bytes);
}

int wpar_tar_end(struct tar_write *t)
{
	static const uint8_t zeros[2 * BLOCK];

	put_bytes(t, zeros, sizeof(zeros));
	flush_buffer(t);
	free(t->records);
	t->records = NULL;
	return -t->failed;
}
