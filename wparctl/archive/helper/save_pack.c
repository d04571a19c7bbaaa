/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compressor: a thread that takes full buffers, so that reading and digesting files goes on
 * meanwhile.  A reader of the backup that is slow holds up this thread, and then who fills buffers.
 */
#include "wparctl/archive/helper/save.h"

#include <errno.h>
#include <lzma.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define BUFFERS	    6
#define BUFFER_SIZE (1 << 20)
#define OUT_SIZE    (1 << 18)
#define LEVEL	    3 /* zstd's own default */

struct buffer {
	size_t len;
	unsigned char data[BUFFER_SIZE];
};

struct save_pack {
	int fd;
	enum save_packing packing;
	pthread_t thread;
	bool started;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct buffer *ring[BUFFERS];
	unsigned int first, full; /* ring: those that wait for the thread */
	bool last;		  /* nothing comes behind those */
	int error;		  /* a negative errno of the thread's */

	ZSTD_CCtx *zstd;
	z_stream gzip;
	lzma_stream xz;
	unsigned char *out; /* compressed, until there are @block bytes of it */
	size_t out_len, block;
};

static int write_out(struct save_pack *p, size_t len)
{
	const unsigned char *data = p->out;

	while (len > 0) {
		ssize_t n = write(p->fd, data, len);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd wait = { .fd = p->fd, .events = POLLOUT };

			poll(&wait, 1, -1);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* What is compressed stands at the end of @out; whole blocks of it go. */
static int flush_blocks(struct save_pack *p)
{
	const size_t whole = p->out_len - p->out_len % p->block;
	int r = whole ? write_out(p, whole) : 0;

	memmove(p->out, p->out + whole, p->out_len - whole);
	p->out_len -= whole;
	return r;
}

/* Behind @out_len there is always room for OUT_SIZE bytes. */
static int make_room(struct save_pack *p)
{
	return p->out_len >= p->block ? flush_blocks(p) : 0;
}

static size_t room(const struct save_pack *p)
{
	return p->block + OUT_SIZE - p->out_len;
}

static int pack_none(struct save_pack *p, const unsigned char *data, size_t len)
{
	while (len > 0) {
		const size_t n = len < room(p) ? len : room(p);
		int r;

		memcpy(p->out + p->out_len, data, n);
		p->out_len += n;
		data += n;
		len -= n;
		r = make_room(p);
		if (r < 0)
			return r;
	}
	return 0;
}

static int pack_zstd(struct save_pack *p, const unsigned char *data, size_t len, bool end)
{
	ZSTD_inBuffer in = { .src = data, .size = len };
	size_t left;

	do {
		ZSTD_outBuffer out = { .dst = p->out + p->out_len, .size = room(p) };
		int r;

		left = ZSTD_compressStream2(p->zstd, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return -ENOMEM;
		p->out_len += out.pos;
		r = make_room(p);
		if (r < 0)
			return r;
	} while (end ? left > 0 : in.pos < in.size);
	return 0;
}

static int pack_gzip(struct save_pack *p, unsigned char *data, size_t len, bool end)
{
	p->gzip.next_in = data;
	p->gzip.avail_in = (unsigned int)len;
	for (;;) {
		const size_t before = room(p);
		int r, z;

		p->gzip.next_out = p->out + p->out_len;
		p->gzip.avail_out = (unsigned int)before;
		z = deflate(&p->gzip, end ? Z_FINISH : Z_NO_FLUSH);
		p->out_len += before - p->gzip.avail_out;
		r = make_room(p);
		if (r < 0)
			return r;
		if (z == Z_STREAM_END || (!end && p->gzip.avail_in == 0))
			return 0;
		if (z != Z_OK && z != Z_BUF_ERROR)
			return -EIO;
	}
}

static int pack_xz(struct save_pack *p, const unsigned char *data, size_t len, bool end)
{
	p->xz.next_in = data;
	p->xz.avail_in = len;
	for (;;) {
		const size_t before = room(p);
		lzma_ret z;
		int r;

		p->xz.next_out = p->out + p->out_len;
		p->xz.avail_out = before;
		z = lzma_code(&p->xz, end ? LZMA_FINISH : LZMA_RUN);
		p->out_len += before - p->xz.avail_out;
		r = make_room(p);
		if (r < 0)
			return r;
		if (z == LZMA_STREAM_END || (!end && p->xz.avail_in == 0))
			return 0;
		if (z != LZMA_OK && z != LZMA_BUF_ERROR)
			return -EIO;
	}
}

static int pack_some(struct save_pack *p, unsigned char *data, size_t len, bool end)
{
	switch (p->packing) {
	case SAVE_PACK_ZSTD:
		return pack_zstd(p, data, len, end);
	case SAVE_PACK_GZIP:
		return pack_gzip(p, data, len, end);
	case SAVE_PACK_XZ:
		return pack_xz(p, data, len, end);
	case SAVE_PACK_NONE:
		break;
	}
	return pack_none(p, data, len);
}

/* The next full buffer; NULL: there are no more. */
static struct buffer *wait_full(struct save_pack *p)
{
	struct buffer *b;

	pthread_mutex_lock(&p->mutex);
	while (p->full == 0 && !p->last)
		pthread_cond_wait(&p->changed, &p->mutex);
	b = p->full ? p->ring[p->first] : NULL;
	pthread_mutex_unlock(&p->mutex);
	return b;
}

static void give_back(struct save_pack *p, int error)
{
	pthread_mutex_lock(&p->mutex);
	p->ring[p->first]->len = 0;
	p->first = (p->first + 1) % BUFFERS;
	p->full--;
	if (!p->error)
		p->error = error;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->mutex);
}

/* After an error the rest is passed over: who fills buffers hears of it. */
static int pack_all(struct save_pack *p)
{
	struct buffer *b;
	int r = 0;

	while ((b = wait_full(p))) {
		if (r < 0) {
			give_back(p, r);
			continue;
		}
		r = pack_some(p, b->data, b->len, false);
		give_back(p, r);
	}
	if (r < 0)
		return r;
	r = pack_some(p, NULL, 0, true);
	return r < 0 ? r : write_out(p, p->out_len);
}

static void *pack_thread(void *arg)
{
	struct save_pack *p = arg;
	const int r = pack_all(p);

	pthread_mutex_lock(&p->mutex);
	if (!p->error)
		p->error = r;
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

static bool begin_packing(struct save_pack *p)
{
	switch (p->packing) {
	case SAVE_PACK_ZSTD:
		p->zstd = ZSTD_createCCtx();
		if (!p->zstd)
			return false;
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, LEVEL);
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1);
		/* ignoring: a library without threads of its own */
		ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_nbWorkers,
				       (int)sysconf(_SC_NPROCESSORS_ONLN) < 8
					       ? (int)sysconf(_SC_NPROCESSORS_ONLN)
					       : 8);
		return true;
	case SAVE_PACK_GZIP:
		return deflateInit2(&p->gzip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) ==
		       Z_OK;
	case SAVE_PACK_XZ:
		p->xz = (lzma_stream)LZMA_STREAM_INIT;
		return lzma_easy_encoder(&p->xz, 6, LZMA_CHECK_CRC64) == LZMA_OK;
	case SAVE_PACK_NONE:
		break;
	}
	return true;
}

static void pack_free(struct save_pack *p)
{
	for (unsigned int i = 0; i < BUFFERS; i++)
		free(p->ring[i]);
	ZSTD_freeCCtx(p->zstd);
	if (p->packing == SAVE_PACK_GZIP)
		deflateEnd(&p->gzip);
	if (p->packing == SAVE_PACK_XZ)
		lzma_end(&p->xz);
	free(p->out);
	free(p);
}

struct save_pack *save_pack_new(int fd, enum save_packing packing, size_t block)
{
	struct save_pack *p = calloc(1, sizeof(*p));
	bool ok = p != NULL;

	if (!p)
		return NULL;
	p->fd = fd;
	p->packing = packing;
	p->block = block ? block : OUT_SIZE;
	p->out = malloc(p->block + OUT_SIZE);
	ok = p->out && begin_packing(p);
	for (unsigned int i = 0; ok && i < BUFFERS; i++)
		ok = (p->ring[i] = calloc(1, sizeof(*p->ring[i])));
	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->changed, NULL);
	ok = ok && pthread_create(&p->thread, NULL, pack_thread, p) == 0;
	if (ok)
		return p;
	pack_free(p);
	return NULL;
}

/* The buffer that is being filled is the one behind those that are full. */
static struct buffer *wait_free(struct save_pack *p, int *ret)
{
	struct buffer *b;

	pthread_mutex_lock(&p->mutex);
	while (p->full == BUFFERS && !p->error)
		pthread_cond_wait(&p->changed, &p->mutex);
	*ret = p->error;
	b = p->error ? NULL : p->ring[(p->first + p->full) % BUFFERS];
	pthread_mutex_unlock(&p->mutex);
	return b;
}

static void hand_over(struct save_pack *p)
{
	pthread_mutex_lock(&p->mutex);
	p->full++;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->mutex);
}

int save_pack_put(struct save_pack *p, const void *data, size_t len)
{
	const unsigned char *from = data;

	while (len > 0) {
		int r = 0;
		struct buffer *b = wait_free(p, &r);
		size_t n;

		if (!b)
			return r;
		n = BUFFER_SIZE - b->len < len ? BUFFER_SIZE - b->len : len;
		memcpy(b->data + b->len, from, n);
		b->len += n;
		from += n;
		len -= n;
		if (b->len == BUFFER_SIZE)
			hand_over(p);
	}
	return 0;
}

int save_pack_end(struct save_pack *p)
{
	int r = 0;
	struct buffer *b = wait_free(p, &r);

	if (b && b->len > 0)
		hand_over(p);
	pthread_mutex_lock(&p->mutex);
	p->last = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->mutex);
	pthread_join(p->thread, NULL);
	r = p->error;
	pack_free(p);
	return r;
}
