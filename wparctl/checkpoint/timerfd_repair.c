/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers that have expired: see timerfd_repair.h.  files.img is two words of magic, then messages
 * of Protocol Buffers, each behind its length.  Nothing is decoded but the way to the timers.
 */
#include "wparctl/checkpoint/timerfd_repair.h"

#include "lpard/common/fs.h"

#include <string.h>

#define MAGIC	   0x54564319u /* of every image; the second word is the kind's */
#define FILES_MOST (256u << 20)

/* Fields of CRIU's messages (images/fdinfo.proto, images/timerfd.proto). */
enum { FILE_TIMERFD = 12 };
enum { TIMER_TICKS = 5, TIMER_VALUE_S = 7, TIMER_VALUE_NS, TIMER_EVERY_S, TIMER_EVERY_NS };

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

/* A part of the file that is read from its front; .data NULL: it was not well-formed. */
struct piece {
	unsigned char *data;
	size_t len;
};

struct field {
	unsigned int number;
	uint64_t value;	   /* of a varint */
	struct piece body; /* of a varint its own bytes; of bytes those */
};

static bool take_varint(struct piece *p, uint64_t *ret)
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

static bool take_bytes(struct piece *p, uint64_t len, struct piece *ret)
{
	if (len > p->len)
		return false;
	*ret = (struct piece){ p->data, (size_t)len };
	p->data += len;
	p->len -= (size_t)len;
	return true;
}

static bool take_field(struct piece *p, struct field *f)
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
		f->body = (struct piece){ begin, (size_t)(p->data - begin) };
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

/* Zero is one byte long, and so is one. */
static unsigned int repair_timer(struct piece timer)
{
	uint64_t v[TIMER_EVERY_NS + 1] = { 0 };
	struct piece nanoseconds = { 0 };
	struct field f;

	while (timer.len > 0) {
		f.value = 0;
		if (!take_field(&timer, &f))
			return 0;
		if (f.number <= TIMER_EVERY_NS)
			v[f.number] = f.value;
		if (f.number == TIMER_VALUE_NS)
			nanoseconds = f.body;
	}
	if (!v[TIMER_TICKS] || v[TIMER_VALUE_S] || v[TIMER_VALUE_NS] || nanoseconds.len != 1 ||
	    (!v[TIMER_EVERY_S] && !v[TIMER_EVERY_NS]))
		return 0;
	nanoseconds.data[0] = 1;
	return 1;
}

static unsigned int repair_file(struct piece file)
{
	unsigned int n = 0;
	struct field f;

	while (file.len > 0 && take_field(&file, &f)) {
		if (f.number == FILE_TIMERFD)
			n += repair_timer(f.body);
	}
	return n;
}

static uint32_t word_at(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

unsigned int wpar_timerfd_repair_data(unsigned char *data, size_t len)
{
	struct piece all = { data + 8, len - 8 }, message;
	unsigned int n = 0;

	if (len < 8 || word_at(data) != MAGIC)
		return 0;
	while (all.len > 4) {
		uint32_t size = word_at(all.data);

		all.data += 4;
		all.len -= 4;
		if (!take_bytes(&all, size, &message))
			return n;
		n += repair_file(message);
	}
	return n;
}

int wpar_timerfd_repair(const char *images, struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/files.img", images);
	auto_buf b = { 0 };
	int r;

	if (!path)
		return par_oom(err);
	r = par_fs_read(path, FILES_MOST, &b);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be read", path);
	if (!b.data || wpar_timerfd_repair_data((unsigned char *)b.data, b.len) == 0)
		return 0;
	r = par_fs_replace(AT_FDCWD, path, b.data, b.len, 0644);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be written", path) : 0;
}
