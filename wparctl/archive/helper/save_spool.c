/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the archive gets while the WPAR stands still, in a file without a name: see save.h.  Nothing
 * is digested, compressed or said then; contents are copied by the kernel, large ones cloned where
 * the file system can, so that it stands still for as long as it takes to copy them.
 *
 * The file is a sequence of records, each with a head, a name, the extents or a text, and what is
 * the archive's: its own bytes, or a file's contents.
 */
#include "wparctl/archive/helper/save.h"

#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#define BUFFER	    (1 << 16)
#define CHUNK	    (1 << 18)
#define SMALL	    (1 << 14) /* contents that are not worth a system call more */
#define CLONE_ALIGN (1 << 20) /* of blocks of every size */
/* Before a clone the kernel writes what of the file has changed to the disk: the copy is faster. */
#define CLONE_LEAST (256 << 20)

enum kind { BYTES, COPY, CLONE, SAID };

struct record {
	uint32_t kind, name_len;
	uint64_t more; /* COPY, CLONE: extents; SAID: bytes of the text, one more for its end */
	uint64_t size; /* BYTES: how many; COPY, CLONE: of the file, holes included */
	uint64_t at;   /* where in the spool these are */
	char word[8];
};

struct save_spool {
	int fd, error;	  /* a negative errno: what was put since then is not there */
	uint64_t flushed; /* what is in the file */
	size_t len;	  /* and what follows, in @buffer */
	unsigned char buffer[BUFFER];
};

struct save_spool *save_spool_new(int fd)
{
	struct save_spool *p = calloc(1, sizeof(*p));

	if (p)
		p->fd = fd;
	return p;
}

void save_spool_free(struct save_spool *p)
{
	free(p);
}

/* ---- Writing ---- */

static int write_at(int fd, const unsigned char *data, size_t len, uint64_t at)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, data, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int flush(struct save_spool *p)
{
	if (!p->error)
		p->error = write_at(p->fd, p->buffer, p->len, p->flushed);
	if (p->error)
		return p->error;
	p->flushed += p->len;
	p->len = 0;
	return 0;
}

static uint64_t position(const struct save_spool *p)
{
	return p->flushed + p->len;
}

static int put(struct save_spool *p, const void *data, size_t len)
{
	const unsigned char *from = data;

	while (len > 0 && !p->error) {
		const size_t room = BUFFER - p->len, n = len < room ? len : room;

		memcpy(p->buffer + p->len, from, n);
		p->len += n;
		from += n;
		len -= n;
		if (p->len == BUFFER)
			flush(p); /* which notes its error */
	}
	return p->error;
}

/* What lies between is a hole, which reads as zeros. */
static int jump(struct save_spool *p, uint64_t to)
{
	int r = flush(p);

	p->flushed = to;
	return r;
}

static int put_head(struct save_spool *p, const struct record *rec, const char *name,
		    const void *more, size_t len)
{
	int r = put(p, rec, sizeof(*rec));

	if (r < 0)
		return r;
	r = put(p, name, rec->name_len);
	return r < 0 ? r : put(p, more, len);
}

int save_spool_bytes(struct save_spool *p, const void *data, size_t len)
{
	const struct record rec = { .kind = BYTES, .size = len, .at = position(p) + sizeof(rec) };
	int r = put_head(p, &rec, "", NULL, 0);

	return r < 0 ? r : put(p, data, len);
}

int save_spool_say(struct save_spool *p, const char *word, const char *name, const char *text)
{
	const size_t len = text ? strlen(text) + 1 : 0;
	struct record rec = { .kind = SAID, .name_len = (uint32_t)strlen(name), .more = len };

	strncpy(rec.word, word, sizeof(rec.word) - 1);
	return put_head(p, &rec, name, text, len);
}

/* ---- Contents ---- */

/* A file that has become shorter: 0, and what is not there any more is zeros. */
static int copy_plain(struct save_spool *p, int fd, struct save_extent x)
{
	static unsigned char chunk[CHUNK];

	while (x.begin < x.end) {
		const size_t most = x.end - x.begin < CHUNK ? (size_t)(x.end - x.begin) : CHUNK;
		ssize_t n = pread(fd, chunk, most, x.begin);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return jump(p, position(p) + (uint64_t)(x.end - x.begin));
		r = put(p, chunk, (size_t)n);
		if (r < 0)
			return r;
		x.begin += n;
	}
	return 0;
}

/*
 * By the kernel, from one page cache into the other.  Where it cannot, or fails for a reason that
 * copy_plain() tells better, 0, and @x is what is left.
 */
static int copy_inside(struct save_spool *p, int fd, struct save_extent *x)
{
	int r = flush(p);

	if (r < 0)
		return r;
	if (lseek(p->fd, (off_t)p->flushed, SEEK_SET) < 0)
		return -errno;
	while (x->begin < x->end) {
		ssize_t n = sendfile(p->fd, fd, &x->begin, (size_t)(x->end - x->begin));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == ENOSPC || errno == EDQUOT))
			return -errno;
		if (n <= 0)
			return 0;
		p->flushed += (uint64_t)n;
	}
	return 0;
}

static int copy_extent(struct save_spool *p, int fd, struct save_extent x)
{
	int r = x.end - x.begin > SMALL ? copy_inside(p, fd, &x) : 0;

	return r < 0 ? r : copy_plain(p, fd, x);
}

static uint64_t data_of(const struct save_extents *x)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < x->n; i++)
		sum += (uint64_t)(x->v[i].end - x->v[i].begin);
	return sum;
}

/* All of it, with its holes, shares its blocks with the file; false: that cannot be. */
static bool clone_to(const struct save_spool *p, int fd, uint64_t at)
{
	const struct file_clone_range range = { .src_fd = fd, .dest_offset = at };

	return ioctl(p->fd, FICLONERANGE, &range) == 0;
}

int save_spool_file(struct save_spool *p, const struct save_contents *c)
{
	const struct save_extents *x = c->extents;
	const size_t extents = x->n * sizeof(*x->v);
	struct record rec = { .kind = COPY,
			      .name_len = (uint32_t)strlen(c->name),
			      .more = x->n,
			      .size = (uint64_t)c->size };
	uint64_t clone;
	int r;

	rec.at = position(p) + sizeof(rec) + rec.name_len + extents;
	clone = (rec.at + CLONE_ALIGN - 1) / CLONE_ALIGN * CLONE_ALIGN;
	if (data_of(x) >= CLONE_LEAST && clone_to(p, c->fd, clone)) {
		rec.kind = CLONE;
		rec.at = clone;
	}
	r = put_head(p, &rec, c->name, x->v, extents);
	if (r < 0 || rec.kind == CLONE)
		return r < 0 ? r : jump(p, clone + rec.size);
	for (size_t i = 0; r == 0 && i < x->n; i++)
		r = copy_extent(p, c->fd, x->v[i]);
	return r;
}

/* ---- Reading ---- */

static int read_at(int fd, void *data, size_t len, uint64_t at)
{
	unsigned char *to = data;

	while (len > 0) {
		ssize_t n = pread(fd, to, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		to += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int fail_read(struct save *s, int r)
{
	return save_fail(s, -r, "what has changed, and was kept on the disk, cannot be read: %s",
			 strerror(-r));
}

static int fail_write(struct save *s, int r)
{
	return save_fail(s, -r, "what has changed cannot be kept on the disk: %s", strerror(-r));
}

static int drain_bytes(struct save *s, const struct save_spool *p, const struct record *rec)
{
	static unsigned char chunk[CHUNK];

	for (uint64_t done = 0; done < rec->size;) {
		const size_t n = rec->size - done < CHUNK ? (size_t)(rec->size - done) : CHUNK;
		int r = read_at(p->fd, chunk, n, rec->at + done);

		if (r < 0)
			return fail_read(s, r);
		r = s->tar.put(s->tar.user, chunk, n);
		if (r < 0)
			return save_fail(s, -r, "%s", strerror(-r));
		done += n;
	}
	return 0;
}

static int drain_file(struct save *s, const struct save_spool *p, const struct record *rec,
		      const char *name, struct save_extent *v)
{
	const struct save_extents extents = { .v = v, .n = rec->more };
	const struct save_contents c = { .name = name,
					 .fd = p->fd,
					 .at = (off_t)rec->at,
					 .packed = rec->kind == COPY,
					 .size = (off_t)rec->size,
					 .extents = &extents };

	return save_contents_put(s, &c);
}

/* @at: of the record, then of the next one */
static int drain_record(struct save *s, const struct save_spool *p, uint64_t *at)
{
	static char name[SAVE_NAME_MAX + 1];
	struct save_extents x = { 0 };
	autofree void *more = NULL;
	struct record rec;
	size_t len;
	int r = read_at(p->fd, &rec, sizeof(rec), *at);

	if (r < 0 || rec.name_len > SAVE_NAME_MAX || rec.more > WPAR_ARCHIVE_EXTENTS)
		return fail_read(s, r < 0 ? r : -EIO);
	*at += sizeof(rec);
	r = read_at(p->fd, name, rec.name_len, *at);
	if (r < 0)
		return fail_read(s, r);
	name[rec.name_len] = '\0';
	*at += rec.name_len;
	len = rec.more * (rec.kind == SAID ? 1 : sizeof(*x.v));
	more = calloc(1, len + 1);
	if (!more)
		return save_fail(s, ENOMEM, "out of memory");
	r = read_at(p->fd, more, len, *at);
	if (r < 0)
		return fail_read(s, r);
	*at += len;
	if (rec.kind == SAID) {
		save_say_name(rec.word, name, len ? more : NULL);
		return 0;
	}
	x = (struct save_extents){ .v = more, .n = rec.more };
	*at = rec.at + (rec.kind == COPY ? data_of(&x) : rec.size);
	return rec.kind == BYTES ? drain_bytes(s, p, &rec) : drain_file(s, p, &rec, name, more);
}

int save_spool_drain(struct save *s, struct save_spool *p)
{
	uint64_t at = 0;
	const uint64_t end = position(p);
	int r = flush(p);

	if (r < 0)
		return fail_write(s, r);
	/* It may end in a hole. */
	if (ftruncate(p->fd, (off_t)end) < 0)
		return fail_write(s, -errno);
	while (r == 0 && at < end)
		r = drain_record(s, p, &at);
	if (r < 0)
		return r;
	if (ftruncate(p->fd, 0) < 0)
		return fail_read(s, -errno);
	return 0;
}
