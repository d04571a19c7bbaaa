/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ahead, and summing up behind: see ahead.h.  The chunks are a ring.  Who makes files
 * only notes where in a chunk a file's contents are; the notes go on with the chunk.
 */
#include "wparctl/archive/helper/ahead.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CHUNKS	   8
#define CHUNK_SIZE (256 * 1024) /* of whole blocks of a tar, so that none lies in two */
#define NOTES_MOST 4096		/* of a chunk; a file has two or three, and more with holes */
#define STACK_SIZE (512 * 1024)

/* Something to be summed up: bytes of the chunk, a hole (@data is NULL), or (@name) a file's end.
 */
struct note {
	const unsigned char *data;
	uint64_t len;
	char *name;
};

struct chunk {
	unsigned char *data;
	ssize_t len;	    /* 0: the end; -1: an error */
	uint64_t raw_bytes; /* of the archive, read until here */
	struct note *notes;
	size_t n_notes, cap_notes;
};

struct ahead {
	struct extract *a;
	pthread_t reader, summer;
	bool has_reader, has_summer;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int wake; /* readable: the reader ends */
	bool stop;
	/* Chunks so far: read, in the hands of who makes files, given up by him, and free again. */
	uint64_t filled, taken, released, freed;
	struct chunk chunks[CHUNKS];
};

/* ---- Summing up ---- */

static void sum_note(struct extract *a, struct note *n)
{
	char hex[PAR_SHA256_TEXT];

	if (n->name) {
		const char *word = par_contents_end(a->contents, hex);

		par_contents_begin(a->contents, a->contents->format);
		if (a->contents_end(a->contents_user, word, hex, n->len, n->name) < 0)
			a->contents_failed = true;
		free(n->name);
		n->name = NULL;
	} else if (n->data) {
		par_contents_data(a->contents, n->data, n->len);
	} else {
		par_contents_hole(a->contents, n->len);
	}
}

static void sum_chunk(struct extract *a, struct chunk *c)
{
	for (size_t i = 0; i < c->n_notes; i++)
		sum_note(a, &c->notes[i]);
	c->n_notes = 0;
}

static void *summer_thread(void *arg)
{
	struct ahead *h = arg;

	pthread_mutex_lock(&h->mutex);
	for (;;) {
		if (h->freed == h->released) {
			if (h->stop)
				break;
			pthread_cond_wait(&h->changed, &h->mutex);
			continue;
		}
		pthread_mutex_unlock(&h->mutex);
		sum_chunk(h->a, &h->chunks[h->freed % CHUNKS]);
		pthread_mutex_lock(&h->mutex);
		h->freed++;
		pthread_cond_broadcast(&h->changed);
	}
	pthread_mutex_unlock(&h->mutex);
	return NULL;
}

/* All that was noted so far, in this thread as far as the other one has not got it. */
static void sum_up(struct ahead *h)
{
	pthread_mutex_lock(&h->mutex);
	while (h->freed < h->released)
		pthread_cond_wait(&h->changed, &h->mutex);
	pthread_mutex_unlock(&h->mutex);
	if (h->taken > h->released)
		sum_chunk(h->a, &h->chunks[h->released % CHUNKS]);
}

static bool grow_notes(struct chunk *c)
{
	const size_t cap = c->cap_notes ? 2 * c->cap_notes : 64;
	struct note *v;

	if (c->n_notes < c->cap_notes)
		return true;
	v = cap > NOTES_MOST ? NULL : reallocarray(c->notes, cap, sizeof(*v));
	if (!v)
		return false;
	c->notes = v;
	c->cap_notes = cap;
	return true;
}

/* For later, where what it is about stays until then; else at once. */
static void add_note(struct extract *a, struct note n)
{
	struct ahead *h = a->ahead;
	struct chunk *c = h && h->taken > h->released ? &h->chunks[h->released % CHUNKS] : NULL;
	const bool stays = c && (!n.data || (n.data >= c->data && n.data < c->data + c->len));

	if (stays && grow_notes(c)) {
		c->notes[c->n_notes++] = n;
		return;
	}
	if (h)
		sum_up(h);
	sum_note(a, &n);
}

void wpar_contents_put(struct extract *a, const void *data, size_t len)
{
	if (a->contents && len > 0)
		add_note(a, (struct note){ .data = data, .len = len });
}

void wpar_contents_put_hole(struct extract *a, uint64_t len)
{
	if (a->contents && len > 0)
		add_note(a, (struct note){ .len = len });
}

int wpar_contents_end(struct extract *a, uint64_t size, const char *name)
{
	char *copy;

	if (!a->contents)
		return 0;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	add_note(a, (struct note){ .len = size, .name = copy });
	return 0;
}

int wpar_contents_wait(struct extract *a)
{
	if (a->ahead)
		sum_up(a->ahead);
	return a->contents_failed ? -ENOMEM : 0;
}

/* ---- Reading ---- */

/* Is there something to be read?  false: it is to end. */
static bool wait_input(const struct ahead *h)
{
	struct pollfd p[2] = { { .fd = h->a->input, .events = POLLIN },
			       { .fd = h->wake, .events = POLLIN } };

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	return !p[1].revents;
}

/* A whole chunk, but at the end of the archive. */
static ssize_t fill_chunk(struct ahead *h, struct chunk *c)
{
	size_t len = 0;

	while (len < CHUNK_SIZE) {
		ssize_t n =
			wait_input(h) ? wpar_input_read(h->a, c->data + len, CHUNK_SIZE - len) : 0;

		if (n < 0)
			return n;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static void *reader_thread(void *arg)
{
	struct ahead *h = arg;
	ssize_t n = 1;

	while (n > 0) {
		struct chunk *c = &h->chunks[h->filled % CHUNKS];
		bool stop;

		pthread_mutex_lock(&h->mutex);
		while (h->filled - h->freed == CHUNKS && !h->stop)
			pthread_cond_wait(&h->changed, &h->mutex);
		stop = h->stop;
		pthread_mutex_unlock(&h->mutex);
		if (stop)
			break;
		n = fill_chunk(h, c);
		c->len = n;
		c->raw_bytes = h->a->raw_bytes;
		pthread_mutex_lock(&h->mutex);
		h->filled++;
		pthread_cond_broadcast(&h->changed);
		pthread_mutex_unlock(&h->mutex);
	}
	return NULL;
}

ssize_t wpar_ahead_read(struct ahead *h, const void **buffer)
{
	struct chunk *c;

	/* Behind the last one there is nothing. */
	if (h->taken > 0 && h->chunks[(h->taken - 1) % CHUNKS].len <= 0)
		return h->chunks[(h->taken - 1) % CHUNKS].len;
	pthread_mutex_lock(&h->mutex);
	h->released = h->taken;
	pthread_cond_broadcast(&h->changed);
	while (h->filled == h->taken)
		pthread_cond_wait(&h->changed, &h->mutex);
	c = &h->chunks[h->taken++ % CHUNKS];
	pthread_mutex_unlock(&h->mutex);
	h->a->read_bytes = c->raw_bytes;
	*buffer = c->data;
	return c->len;
}

/* ---- Their life ---- */

static bool start_both(struct ahead *h)
{
	pthread_attr_t small;

	if (h->wake < 0 || pthread_attr_init(&small) != 0)
		return false;
	pthread_attr_setstacksize(&small, STACK_SIZE);
	h->has_summer = pthread_create(&h->summer, &small, summer_thread, h) == 0;
	h->has_reader = h->has_summer && pthread_create(&h->reader, &small, reader_thread, h) == 0;
	pthread_attr_destroy(&small);
	return h->has_reader;
}

struct ahead *wpar_ahead_new(struct extract *a)
{
	struct ahead *h = calloc(1, sizeof(*h));
	bool able = h != NULL;

	if (!h)
		return NULL;
	h->a = a;
	h->wake = eventfd(0, EFD_CLOEXEC);
	pthread_mutex_init(&h->mutex, NULL);
	pthread_cond_init(&h->changed, NULL);
	for (int i = 0; able && i < CHUNKS; i++) {
		h->chunks[i].data = malloc(CHUNK_SIZE);
		able = h->chunks[i].data != NULL;
	}
	if (able && start_both(h))
		return h;
	wpar_ahead_stop(h);
	return NULL;
}

void wpar_ahead_stop(struct ahead *h)
{
	if (!h)
		return;
	sum_up(h);
	pthread_mutex_lock(&h->mutex);
	h->stop = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->mutex);
	if (h->wake >= 0)
		eventfd_write(h->wake, 1);
	if (h->has_reader)
		pthread_join(h->reader, NULL);
	if (h->has_summer)
		pthread_join(h->summer, NULL);
	for (int i = 0; i < CHUNKS; i++) {
		free(h->chunks[i].data);
		free(h->chunks[i].notes);
	}
	if (h->wake >= 0)
		close(h->wake);
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->mutex);
	free(h);
}
