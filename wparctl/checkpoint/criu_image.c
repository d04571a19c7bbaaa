/* SPDX-License-Identifier: Apache-2.0 */
/* CRIU's images: see criu_image.h. */
#include "wparctl/checkpoint/criu_image.h"

#include <string.h>

/* Of the images of processes, and of those that criu writes for others to read. */
#define MAGIC	      0x54564319u
#define MAGIC_SERVICE 0x55105940u

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static bool take_varint(struct wpar_image_piece *p, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < 10 && i < p->len; i++) {
		v |= (uint64_t)(p->data[i] & 0x7f) << (7 * i);
		if (p->data[i] & 0x80)
			continue;
		p->data += i + 1;
		p->len -= i + 1;
		*ret = v;
		return true;
	}
	return false;
}

static bool take_bytes(struct wpar_image_piece *p, uint64_t len, struct wpar_image_piece *ret)
{
	if (len > p->len)
		return false;
	*ret = (struct wpar_image_piece){ p->data, (size_t)len };
	p->data += len;
	p->len -= (size_t)len;
	return true;
}

bool wpar_image_field(struct wpar_image_piece *p, struct wpar_image_field *f)
{
	unsigned char *begin;
	uint64_t key, len;

	if (!take_varint(p, &key) || key >> 3 > UINT32_MAX)
		return false;
	f->number = (unsigned int)(key >> 3);
	begin = p->data;
	switch (key & 7) {
	case WIRE_VARINT:
		if (!take_varint(p, &f->value))
			return false;
		f->body = (struct wpar_image_piece){ begin, (size_t)(p->data - begin) };
		return true;
	case WIRE_64:
		return take_bytes(p, 8, &f->body);
	case WIRE_32:
		return take_bytes(p, 4, &f->body);
	case WIRE_BYTES:
		return take_varint(p, &len) && take_bytes(p, len, &f->body);
	default:
		return false;
	}
}

static uint32_t word_at(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

bool wpar_image_begin(struct wpar_image_piece *p)
{
	if (p->len < 8 || (word_at(p->data) != MAGIC && word_at(p->data) != MAGIC_SERVICE))
		return false;
	p->data += 8;
	p->len -= 8;
	return true;
}

bool wpar_image_message(struct wpar_image_piece *p, struct wpar_image_piece *ret)
{
	struct wpar_image_piece rest = *p;
	uint32_t size;

	if (rest.len <= 4)
		return false;
	size = word_at(rest.data);
	rest.data += 4;
	rest.len -= 4;
	if (!take_bytes(&rest, size, ret))
		return false;
	*p = rest;
	return true;
}
