/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims and their index: see claim.h.
 *
 * An index is for the program that wrote it, on the same machine until it ends: numbers lie as in
 * memory.  Another version of the program has another magic, and reads the specifications again.
 */
#include "wparctl/spec/claim.h"

#include <errno.h>
#include <string.h>

#define ALIGN 8

static const char magic[8] = "wparidx2";

/* Bits of record_head.flags */
#define CREATING  1u
#define ROOTVG	  2u
#define VERSIONED 4u

struct index_head {
	char magic[8];
	uint64_t bytes; /* of the records behind it */
	uint64_t sum;	/* of the same */
};

struct record_head {
	struct wpar_claim_stamp stamp;
	uint32_t length; /* of the whole record, a multiple of ALIGN */
	uint32_t type, key, idbase;
	uint32_t n_addresses;
	uint32_t flags;
};

bool wpar_claim_stamp_equal(const struct wpar_claim_stamp *a, const struct wpar_claim_stamp *b)
{
	return a->inode != 0 && a->inode == b->inode && a->size == b->size &&
	       a->changed_ns == b->changed_ns;
}

static void put_text(struct par_buf *b, const char *text)
{
	if (text)
		par_buf_puts(b, text);
	par_buf_putc(b, '\0');
}

int wpar_claim_encode(const struct wpar_spec *s, const struct wpar_claim_stamp *stamp,
		      struct par_buf *ret)
{
	const size_t start = ret->len;
	struct record_head head = {
		.stamp = *stamp,
		.type = s->type,
		.key = s->key,
		.idbase = s->idbase,
		.n_addresses = (uint32_t)s->n_addresses,
		.flags = (s->creating ? CREATING : 0) | (s->rootvg ? ROOTVG : 0) |
			 (s->version.image_digest ? VERSIONED : 0),
	};

	par_buf_put(ret, &head, sizeof(head));
	put_text(ret, s->name);
	put_text(ret, s->directory);
	put_text(ret, s->hostname);
	put_text(ret, s->uuid);
	for (size_t i = 0; i < s->n_addresses; i++)
		put_text(ret, s->addresses[i].address);
	while ((ret->len - start) % ALIGN != 0)
		par_buf_putc(ret, '\0');
	if (ret->failed)
		return -ENOMEM;
	head.length = (uint32_t)(ret->len - start);
	memcpy(ret->data + start, &head, sizeof(head));
	return 0;
}

/* The text at *at, which ends before @end; moves *at behind it. */
static bool take_text(const char **at, const char *end, const char **ret)
{
	const char *nul = *at < end ? memchr(*at, '\0', (size_t)(end - *at)) : NULL;

	if (!nul)
		return false;
	*ret = nul > *at ? *at : NULL;
	*at = nul + 1;
	return true;
}

static bool take_texts(const char *at, const char *end, struct wpar_claim *c)
{
	const char *address;

	if (!take_text(&at, end, &c->name) || !c->name || !take_text(&at, end, &c->directory) ||
	    !take_text(&at, end, &c->hostname) || !take_text(&at, end, &c->uuid))
		return false;
	c->addresses = at;
	for (uint32_t i = 0; i < c->n_addresses; i++) {
		if (!take_text(&at, end, &address))
			return false;
	}
	return true;
}

int wpar_claim_decode(const char *data, size_t len, struct wpar_claim *ret)
{
	struct record_head head;

	if (len < sizeof(head))
		return -EINVAL;
	memcpy(&head, data, sizeof(head));
	if (head.length < sizeof(head) || head.length > len || head.length % ALIGN != 0 ||
	    (head.type != WPAR_SYSTEM && head.type != WPAR_APPLICATION))
		return -EINVAL;
	*ret = (struct wpar_claim){
		.n_addresses = head.n_addresses,
		.key = head.key,
		.idbase = head.idbase,
		.type = (enum wpar_type)head.type,
		.creating = head.flags & CREATING,
		.rootvg = head.flags & ROOTVG,
		.versioned = head.flags & VERSIONED,
		.stamp = head.stamp,
		.record = data,
		.length = head.length,
	};
	return take_texts(data + sizeof(head), data + head.length, ret) ? 0 : -EINVAL;
}

/* Tells an index that was cut or overwritten from a whole one; @len is a multiple of ALIGN. */
static uint64_t sum_of(const char *data, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i += ALIGN) {
		uint64_t word;

		memcpy(&word, data + i, sizeof(word));
		sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
		sum ^= sum >> 29;
	}
	return sum;
}

int wpar_claims_write(const struct wpar_claim *v, size_t n, struct par_buf *ret)
{
	const size_t start = ret->len;
	struct index_head head = { 0 };

	par_buf_put(ret, &head, sizeof(head));
	for (size_t i = 0; i < n; i++) {
		if (v[i].stamp.inode != 0)
			par_buf_put(ret, v[i].record, v[i].length);
	}
	if (ret->failed)
		return -ENOMEM;
	memcpy(head.magic, magic, sizeof(head.magic));
	head.bytes = ret->len - start - sizeof(head);
	head.sum = sum_of(ret->data + start + sizeof(head), head.bytes);
	memcpy(ret->data + start, &head, sizeof(head));
	return 0;
}

static int parse_records(const char *at, const char *end, struct wpar_claim *v, size_t *ret_n)
{
	*ret_n = 0;
	while (at < end) {
		struct wpar_claim *c = &v[*ret_n];
		int r = wpar_claim_decode(at, (size_t)(end - at), c);

		if (r < 0)
			return r;
		at += c->length;
		++*ret_n;
	}
	return 0;
}

int wpar_claims_parse(const char *data, size_t len, struct wpar_claim **ret, size_t *ret_n)
{
	struct index_head head;
	struct wpar_claim *v;
	int r;

	*ret = NULL;
	*ret_n = 0;
	if (len < sizeof(head))
		return -EINVAL;
	memcpy(&head, data, sizeof(head));
	if (memcmp(head.magic, magic, sizeof(magic)) != 0 || head.bytes != len - sizeof(head) ||
	    head.bytes % ALIGN != 0 || head.sum != sum_of(data + sizeof(head), head.bytes))
		return -EINVAL;
	/* No record is shorter than its head. */
	v = calloc(head.bytes / sizeof(struct record_head) + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	r = parse_records(data + sizeof(head), data + len, v, ret_n);
	if (r < 0) {
		free(v);
		*ret_n = 0;
		return r;
	}
	*ret = v;
	return 0;
}
