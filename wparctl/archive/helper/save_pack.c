/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compressors: threads that each take a piece of the archive and make a frame (a member, a
 * stream) of its own of it, so that all processors work, and a thread that writes these in their
 * order.  All three formats are what they are when such pieces follow each other.  A reader of the
 * backup that is slow holds up the thread that writes, and then who fills pieces.
 */
#include "wparctl/archive/helper/save.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define PIECE	    (4 << 20)
#define WORKERS_MAX 8
#define SLOTS_MAX   (2 * WORKERS_MAX + 2)
#define OUT_SIZE    (1 << 18)
#define ZSTD_LEVEL  3 /* its own default, as the next two */
#define GZIP_LEVEL  6
#define XZ_LEVEL    6
#define SYNC_EVERY  (16 << 20) /* bytes; the disk begins with them while more are made */

enum state { FREE, FULL, BUSY, DONE };

/* A piece: as it is, and what has become of it. */
struct slot {
	enum state state;
	size_t len, packed_len;
	unsigned char *data, *packed;
};

struct save_pack {
	int fd;
	enum save_packing packing;
	size_t packed_size; /* the most that a piece becomes */
	pthread_t writer, workers[WORKERS_MAX];
	unsigned int n_workers, n_slots;
	bool has_writer;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct slot slots[SLOTS_MAX];
	unsigned int filling, taking, writing; /* next slot of who fills, packs, and writes */
	unsigned int pending;		       /* filled, and not written yet */
	bool last;			       /* no more is filled */
	int error;			       /* a negative errno */

	/* The writer's: what waits until there is a block of it. */
	unsigned char *out;
	size_t out_len, block;
	uint64_t written, synced;
};

/* ---- Writing ---- */

static int write_all(struct save_pack *p, const unsigned char *data, size_t len)
{
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
		p->written += (uint64_t)n;
	}
	if (p->written - p->synced >= SYNC_EVERY) {
		/* ignoring: a pipe, or a file system that cannot */
		sync_file_range(p->fd, (off_t)p->synced, (off_t)(p->written - p->synced),
				SYNC_FILE_RANGE_WRITE);
		p->synced = p->written;
	}
	return 0;
}

/* In whole blocks: what is left over waits in @out. */
static int put_out(struct save_pack *p, const unsigned char *data, size_t len)
{
	while (len > 0) {
		const size_t n = len < p->block - p->out_len ? len : p->block - p->out_len;
		int r;

		memcpy(p->out + p->out_len, data, n);
		p->out_len += n;
		data += n;
		len -= n;
		if (p->out_len < p->block)
			continue;
		p->out_len = 0;
		r = write_all(p, p->out, p->block);
		if (r < 0)
			return r;
	}
	return 0;
}

static void set_state(struct save_pack *p, struct slot *s, enum state state, int error)
{
	pthread_mutex_lock(&p->mutex);
	s->state = state;
	p->pending -= state == FREE;
	if (!p->error)
		p->error = error;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->mutex);
}

/* The next slot that is to be written; NULL: there is none any more, or there was an error. */
static struct slot *wait_done(struct save_pack *p)
{
	struct slot *s = &p->slots[p->writing];

	pthread_mutex_lock(&p->mutex);
	while (s->state != DONE && !p->error && !(p->last && p->pending == 0))
		pthread_cond_wait(&p->changed, &p->mutex);
	if (p->error || s->state != DONE)
		s = NULL;
	pthread_mutex_unlock(&p->mutex);
	return s;
}

static void *writer_thread(void *arg)
{
	struct save_pack *p = arg;
	struct slot *s;

	while ((s = wait_done(p))) {
		const int r = p->packing == SAVE_PACK_NONE ? put_out(p, s->data, s->len)
							   : put_out(p, s->packed, s->packed_len);

		s->len = 0;
		p->writing = (p->writing + 1) % p->n_slots;
		set_state(p, s, FREE, r);
	}
	return NULL;
}

/* ---- Packing ---- */

static int pack_zstd(ZSTD_CCtx *zstd, struct slot *s, size_t size)
{
	const size_t n = ZSTD_compress2(zstd, s->packed, size, s->data, s->len);

	if (ZSTD_isError(n))
		return -ENOMEM;
	s->packed_len = n;
	return 0;
}

static int pack_gzip(struct slot *s, size_t size)
{
	z_stream z = { .next_in = s->data,
		       .avail_in = (unsigned int)s->len,
		       .next_out = s->packed,
		       .avail_out = (unsigned int)size };
	int r;

	if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	r = deflate(&z, Z_FINISH);
	s->packed_len = size - z.avail_out;
	deflateEnd(&z);
	return r == Z_STREAM_END ? 0 : -EIO;
}

static int pack_xz(struct slot *s, size_t size)
{
	size_t n = 0;

	if (lzma_easy_buffer_encode(XZ_LEVEL, LZMA_CHECK_CRC64, NULL, s->data, s->len, s->packed,
				    &n, size) != LZMA_OK)
		return -ENOMEM;
	s->packed_len = n;
	return 0;
}

static int pack_slot(const struct save_pack *p, ZSTD_CCtx *zstd, struct slot *s)
{
	switch (p->packing) {
	case SAVE_PACK_ZSTD:
		return pack_zstd(zstd, s, p->packed_size);
	case SAVE_PACK_GZIP:
		return pack_gzip(s, p->packed_size);
	case SAVE_PACK_XZ:
		return pack_xz(s, p->packed_size);
	case SAVE_PACK_NONE:
		break;
	}
	return 0;
}

/* The next slot that is full; NULL: there are no more. */
static struct slot *take_full(struct save_pack *p)
{
	struct slot *s = NULL;

	pthread_mutex_lock(&p->mutex);
	while (p->slots[p->taking].state != FULL && !p->error && !p->last)
		pthread_cond_wait(&p->changed, &p->mutex);
	if (p->slots[p->taking].state == FULL && !p->error) {
		s = &p->slots[p->taking];
		s->state = BUSY;
		p->taking = (p->taking + 1) % p->n_slots;
	}
	pthread_mutex_unlock(&p->mutex);
	return s;
}

static ZSTD_CCtx *new_zstd(void)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();

	if (zstd) {
		ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
		ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	}
	return zstd;
}

static void *worker_thread(void *arg)
{
	struct save_pack *p = arg;
	ZSTD_CCtx *zstd = p->packing == SAVE_PACK_ZSTD ? new_zstd() : NULL;
	struct slot *s;

	while ((s = take_full(p))) {
		const bool able = zstd || p->packing != SAVE_PACK_ZSTD;
		const int r = able ? pack_slot(p, zstd, s) : -ENOMEM;

		set_state(p, s, DONE, r);
	}
	ZSTD_freeCCtx(zstd);
	return NULL;
}

/* ---- Its life ---- */

static size_t bound_of(enum save_packing packing)
{
	switch (packing) {
	case SAVE_PACK_ZSTD:
		return ZSTD_compressBound(PIECE);
	case SAVE_PACK_GZIP:
		return compressBound(PIECE) + 64; /* gzip's header and end are longer than zlib's */
	case SAVE_PACK_XZ:
		return lzma_stream_buffer_bound(PIECE);
	case SAVE_PACK_NONE:
		break;
	}
	return 0;
}

static void join_all(struct save_pack *p)
{
	pthread_mutex_lock(&p->mutex);
	p->last = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->mutex);
	for (unsigned int i = 0; i < p->n_workers; i++)
		pthread_join(p->workers[i], NULL);
	if (p->has_writer)
		pthread_join(p->writer, NULL);
}

static void pack_free(struct save_pack *p)
{
	for (unsigned int i = 0; i < SLOTS_MAX; i++) {
		free(p->slots[i].data);
		free(p->slots[i].packed);
	}
	free(p->out);
	free(p);
}

static bool make_slots(struct save_pack *p, unsigned int workers)
{
	p->n_slots = 2 * workers + 2;
	p->packed_size = bound_of(p->packing);
	for (unsigned int i = 0; i < p->n_slots; i++) {
		p->slots[i].data = malloc(PIECE);
		p->slots[i].packed = p->packed_size ? malloc(p->packed_size) : NULL;
		if (!p->slots[i].data || (p->packed_size && !p->slots[i].packed))
			return false;
	}
	p->out = malloc(p->block);
	return p->out != NULL;
}

static bool start_threads(struct save_pack *p, unsigned int workers)
{
	p->has_writer = pthread_create(&p->writer, NULL, writer_thread, p) == 0;
	if (p->packing == SAVE_PACK_NONE)
		return p->has_writer;
	while (p->has_writer && p->n_workers < workers &&
	       pthread_create(&p->workers[p->n_workers], NULL, worker_thread, p) == 0)
		p->n_workers++;
	return p->n_workers > 0;
}

struct save_pack *save_pack_new(int fd, enum save_packing packing, size_t block)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	const unsigned int workers = processors < 2		? 2
				     : processors < WORKERS_MAX ? (unsigned int)processors
								: WORKERS_MAX;
	struct save_pack *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->fd = fd;
	p->packing = packing;
	p->block = block ? block : OUT_SIZE;
	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->changed, NULL);
	if (make_slots(p, workers) && start_threads(p, workers))
		return p;
	join_all(p);
	pack_free(p);
	return NULL;
}

/* The slot that is being filled; NULL: there was an error. */
static struct slot *wait_free(struct save_pack *p, int *ret)
{
	struct slot *s = &p->slots[p->filling];

	pthread_mutex_lock(&p->mutex);
	while (s->state != FREE && !p->error)
		pthread_cond_wait(&p->changed, &p->mutex);
	*ret = p->error;
	pthread_mutex_unlock(&p->mutex);
	return *ret < 0 ? NULL : s;
}

static void hand_over(struct save_pack *p, struct slot *s)
{
	pthread_mutex_lock(&p->mutex);
	s->state = p->packing == SAVE_PACK_NONE ? DONE : FULL;
	p->filling = (p->filling + 1) % p->n_slots;
	p->pending++;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->mutex);
}

int save_pack_put(struct save_pack *p, const void *data, size_t len)
{
	const unsigned char *from = data;

	while (len > 0) {
		int r = 0;
		struct slot *s = wait_free(p, &r);
		size_t n;

		if (!s)
			return r;
		n = PIECE - s->len < len ? PIECE - s->len : len;
		memcpy(s->data + s->len, from, n);
		s->len += n;
		from += n;
		len -= n;
		if (s->len == PIECE)
			hand_over(p, s);
	}
	return 0;
}

int save_pack_end(struct save_pack *p)
{
	int r = 0;
	struct slot *s = wait_free(p, &r);

	if (s && s->len > 0)
		hand_over(p, s);
	join_all(p);
	r = p->error ? p->error : write_all(p, p->out, p->out_len);
	pack_free(p);
	return r;
}
