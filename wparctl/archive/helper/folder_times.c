/* SPDX-License-Identifier: Apache-2.0 */
/* Folders and their times, in few bytes: see folder_times.h. */
#include "wparctl/archive/helper/folder_times.h"

#include <errno.h>
#include <string.h>

/* Of one folder; then come the @more bytes of its name that the one before has not. */
struct record {
	int64_t sec;
	int32_t nsec;
	uint16_t same, more;
};

static size_t same_bytes(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

size_t folder_times_cost(const char *before, const char *name)
{
	return sizeof(struct record) + strlen(name) - same_bytes(before, name);
}

int folder_times_add(struct folder_times *f, const char *name, const struct timespec *mtime)
{
	const size_t same = same_bytes(f->last, name), more = strlen(name) - same;
	const struct record rec = { .sec = mtime->tv_sec,
				    .nsec = (int32_t)mtime->tv_nsec,
				    .same = (uint16_t)same,
				    .more = (uint16_t)more };

	if (f->bytes.len + sizeof(rec) + more > WPAR_ARCHIVE_FOLDER_BYTES)
		return -E2BIG;
	if (par_buf_put(&f->bytes, &rec, sizeof(rec)) < 0 ||
	    par_buf_put(&f->bytes, name + same, more) < 0)
		return -ENOMEM;
	memcpy(f->last + same, name + same, more + 1);
	return 0;
}

void folder_times_each(const struct folder_times *f,
		       void (*one)(void *user, const char *name, const struct timespec *mtime),
		       void *user)
{
	char name[WPAR_ARCHIVE_NAME + 1];
	struct record rec;

	for (size_t at = 0; at < f->bytes.len; at += rec.more) {
		struct timespec mtime;

		memcpy(&rec, f->bytes.data + at, sizeof(rec));
		at += sizeof(rec);
		memcpy(name + rec.same, f->bytes.data + at, rec.more);
		name[rec.same + rec.more] = '\0';
		mtime = (struct timespec){ .tv_sec = rec.sec, .tv_nsec = rec.nsec };
		one(user, name, &mtime);
	}
}

void folder_times_done(struct folder_times *f)
{
	par_buf_done(&f->bytes);
	f->last[0] = '\0';
}
