/* SPDX-License-Identifier: Apache-2.0 */
/* Frames: see frame.h. */
#include "lpard/wire/frame.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/wait.h>

#define MAGIC_LEN 16u
#define FEED_MAX  (1u << 20)

/* A text that no console or tool writes by chance: ends in bytes that are not UTF-8. */
static const uint8_t magic[MAGIC_LEN] = { 'l', 'p', 'a', 'r', 'd', '-',	 'a',  'g',
					  'e', 'n', 't', ' ', '1', 0xf5, 0x00, 0xfe };

static const struct {
	uint32_t min, max;
	bool control; /* of the session: stream 0 */
} rules[PAR_FRAME_TYPE_END] = {
	[PAR_FRAME_HELLO] = { MAGIC_LEN + PAR_FRAME_NONCE, MAGIC_LEN + PAR_FRAME_NONCE + 4096,
			      true },
	[PAR_FRAME_OPEN] = { 2, PAR_FRAME_MAX, false },
	[PAR_FRAME_REPLY] = { 2, 16384, false },
	[PAR_FRAME_ERROR] = { 2, 16384, false },
	[PAR_FRAME_STDIN] = { 1, PAR_FRAME_MAX, false },
	[PAR_FRAME_STDOUT] = { 1, PAR_FRAME_MAX, false },
	[PAR_FRAME_STDERR] = { 1, PAR_FRAME_MAX, false },
	[PAR_FRAME_EOF] = { 0, 0, false },
	[PAR_FRAME_CREDIT] = { 4, 4, false },
	[PAR_FRAME_WINCH] = { 4, 4, false },
	[PAR_FRAME_SIGNAL] = { 1, 1, false },
	[PAR_FRAME_EXIT] = { 2, 2, false },
	[PAR_FRAME_CLOSE] = { 0, 0, false },
	[PAR_FRAME_PING] = { 0, 8, true },
	[PAR_FRAME_PONG] = { 0, 8, true },
};

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void set_u32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

size_t par_frame_limit(enum par_frame_type type)
{
	return (unsigned int)type < PAR_FRAME_TYPE_END ? rules[type].max : 0;
}

int par_frame_put(struct par_buf *b, uint32_t tag, uint32_t stream, enum par_frame_type type,
		  const void *data, size_t len)
{
	uint8_t header[PAR_FRAME_HEADER] = { 0 };
	uint8_t trailer[PAR_FRAME_TRAILER];

	if (len > par_frame_limit(type))
		return -E2BIG;
	set_u32(header, stream);
	header[4] = (uint8_t)type;
	set_u32(header + 8, (uint32_t)len);
	set_u32(trailer, tag);
	par_buf_put(b, header, sizeof(header));
	par_buf_put(b, data, len);
	return par_buf_put(b, trailer, sizeof(trailer));
}

int par_frame_put_credit(struct par_buf *b, uint32_t tag, uint32_t stream, uint32_t bytes)
{
	uint8_t data[4];

	set_u32(data, bytes);
	return par_frame_put(b, tag, stream, PAR_FRAME_CREDIT, data, sizeof(data));
}

int par_frame_put_winch(struct par_buf *b, uint32_t tag, uint32_t stream, uint16_t rows,
			uint16_t columns)
{
	uint8_t data[4] = { (uint8_t)(rows >> 8), (uint8_t)rows, (uint8_t)(columns >> 8),
			    (uint8_t)columns };

	return par_frame_put(b, tag, stream, PAR_FRAME_WINCH, data, sizeof(data));
}

int par_frame_put_exit(struct par_buf *b, uint32_t tag, uint32_t stream, int wait_status)
{
	bool killed = WIFSIGNALED(wait_status);
	uint8_t data[2] = { killed,
			    (uint8_t)(killed ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status)) };

	return par_frame_put(b, tag, stream, PAR_FRAME_EXIT, data, sizeof(data));
}

int par_frame_put_hello(struct par_buf *b, const uint8_t nonce[PAR_FRAME_NONCE], const char *json)
{
	auto_buf payload = { 0 };

	par_buf_put(&payload, magic, sizeof(magic));
	par_buf_put(&payload, nonce, PAR_FRAME_NONCE);
	if (par_buf_puts(&payload, json) < 0)
		return -ENOMEM;
	return par_frame_put(b, par_frame_nonce_tag(nonce), 0, PAR_FRAME_HELLO, payload.data,
			     payload.len);
}

int par_frame_put_pad(struct par_buf *b)
{
	autofree char *pad = malloc(PAR_FRAME_PAD_LEN);

	if (!pad)
		return -ENOMEM;
	memset(pad, 0xff, PAR_FRAME_PAD_LEN);
	return par_buf_put(b, pad, PAR_FRAME_PAD_LEN);
}

int par_frame_get_credit(const struct par_frame *f, uint32_t *ret, struct par_error **err)
{
	if (f->len != 4 || get_u32(f->data) == 0)
		return par_fail(err, PAR_E_PROTOCOL, 0, "a credit frame has a wrong value");
	*ret = get_u32(f->data);
	return 0;
}

int par_frame_get_winch(const struct par_frame *f, uint16_t *ret_rows, uint16_t *ret_columns,
			struct par_error **err)
{
	if (f->len != 4)
		return par_fail(err, PAR_E_PROTOCOL, 0, "a window size frame has a wrong length");
	*ret_rows = get_u16(f->data);
	*ret_columns = get_u16(f->data + 2);
	return 0;
}

int par_frame_get_signal(const struct par_frame *f, int *ret, struct par_error **err)
{
	if (f->len != 1 || f->data[0] < 1 || f->data[0] > 31)
		return par_fail(err, PAR_E_PROTOCOL, 0, "a signal frame has a wrong value");
	*ret = f->data[0];
	return 0;
}

int par_frame_get_exit(const struct par_frame *f, bool *ret_killed, int *ret_value,
		       struct par_error **err)
{
	if (f->len != 2 || f->data[0] > 1 || (f->data[0] == 1 && f->data[1] > 127))
		return par_fail(err, PAR_E_PROTOCOL, 0, "an exit frame has a wrong value");
	*ret_killed = f->data[0] == 1;
	*ret_value = f->data[1];
	return 0;
}

uint32_t par_frame_nonce_tag(const uint8_t nonce[PAR_FRAME_NONCE])
{
	return get_u32(nonce);
}

int par_frame_get_hello(const struct par_frame *f, struct par_hello *ret, struct par_error **err)
{
	if (f->len < MAGIC_LEN + PAR_FRAME_NONCE || memcmp(f->data, magic, MAGIC_LEN) != 0)
		return par_fail(err, PAR_E_PROTOCOL, 0, "a hello frame has a wrong form");
	memcpy(ret->nonce, f->data + MAGIC_LEN, PAR_FRAME_NONCE);
	ret->json = (const char *)f->data + MAGIC_LEN + PAR_FRAME_NONCE;
	ret->json_len = f->len - MAGIC_LEN - PAR_FRAME_NONCE;
	return 0;
}

void par_frame_reader_init(struct par_frame_reader *r, bool in_step)
{
	*r = (struct par_frame_reader){ .in_step = in_step };
}

void par_frame_reader_done(struct par_frame_reader *r)
{
	par_buf_done(&r->buf);
	*r = (struct par_frame_reader){ 0 };
}

void par_frame_reader_sync(struct par_frame_reader *r, uint32_t tag)
{
	r->in_step = true;
	r->tag = tag;
}

void par_frame_reader_lost(struct par_frame_reader *r)
{
	r->in_step = false;
}

int par_frame_feed(struct par_frame_reader *r, const void *data, size_t len)
{
	if (len > FEED_MAX)
		return -E2BIG;
	par_buf_drop(&r->buf, r->at);
	r->at = 0;
	return par_buf_put(&r->buf, data, len);
}

/*
 * header_check - 0 when these bytes can be a header
 * Of the stream's number only 0 is told from the others: the reader's owner knows which are open.
 */
static int header_check(const uint8_t *p, struct par_error **err)
{
	uint32_t stream = get_u32(p), len = get_u32(p + 8);
	unsigned int type = p[4];

	if (type == 0 || type >= PAR_FRAME_TYPE_END || p[5] || p[6] || p[7])
		return par_fail(err, PAR_E_PROTOCOL, 0,
				"the bytes received are no frame (type %u, stream %u, length %u)",
				type, stream, len);
	if (len < rules[type].min || len > rules[type].max)
		return par_fail(err, PAR_E_PROTOCOL, 0, "a frame of type %u has length %u", type,
				len);
	if (rules[type].control != (stream == 0))
		return par_fail(err, PAR_E_PROTOCOL, 0, "a frame of type %u is for stream %u", type,
				stream);
	return 0;
}

static size_t frame_size(const uint8_t *p)
{
	return PAR_FRAME_COST + get_u32(p + 8);
}

static void frame_set(const uint8_t *p, struct par_frame *ret)
{
	ret->stream = get_u32(p);
	ret->type = p[4];
	ret->data = p + PAR_FRAME_HEADER;
	ret->len = get_u32(p + 8);
}

/* A HELLO carries its own tag: that of its nonce. */
static bool tag_fits(const uint8_t *p, uint32_t tag)
{
	if (p[4] == PAR_FRAME_HELLO)
		tag = get_u32(p + PAR_FRAME_HEADER + MAGIC_LEN);
	return get_u32(p + PAR_FRAME_HEADER + get_u32(p + 8)) == tag;
}

/* Looks for a HELLO and forgets what cannot be the start of one. */
static int scan(struct par_frame_reader *r, struct par_frame *ret)
{
	const size_t before = PAR_FRAME_HEADER; /* bytes before the magic */

	for (;;) {
		const uint8_t *p = (const uint8_t *)r->buf.data + r->at;
		size_t len = r->buf.len - r->at, skip = 0;
		const uint8_t *found = len >= before + MAGIC_LEN
					       ? memmem(p + before, len - before, magic, MAGIC_LEN)
					       : NULL;

		if (!found) {
			skip = len >= before + MAGIC_LEN ? len - (before + MAGIC_LEN - 1) : 0;
			r->at += skip;
			r->discarded += skip;
			return 0;
		}
		skip = (size_t)(found - p) - before;
		r->at += skip;
		r->discarded += skip;
		p += skip;
		len -= skip;
		if (p[4] == PAR_FRAME_HELLO && header_check(p, NULL) == 0) {
			if (len < frame_size(p))
				return 0;
			if (tag_fits(p, 0)) {
				frame_set(p, ret);
				r->at += frame_size(p);
				return 1;
			}
		}
		r->at++;
		r->discarded++;
	}
}

/*
 * A pad where a header or a frame's end should be: the peer has started anew, perhaps in the middle
 * of a frame, and a HELLO follows.  On the unix socket (tag 0) nobody pads.
 */
static bool pad_at(const struct par_frame_reader *r, const uint8_t *p)
{
	return r->tag != 0 && get_u32(p) == UINT32_MAX;
}

static int skip_pad(struct par_frame_reader *r, size_t len, struct par_frame *ret)
{
	r->at += len;
	r->discarded += len;
	r->in_step = false;
	return scan(r, ret);
}

bool par_frame_reader_cut(const struct par_frame_reader *r)
{
	return r->in_step && r->at < r->buf.len;
}

bool par_frame_reader_hello_within(const struct par_frame_reader *r)
{
	static const uint8_t none[PAR_FRAME_NONCE];
	struct par_frame_reader look = { .buf = r->buf, .at = r->at };
	struct par_hello hello;
	struct par_frame f;

	while (scan(&look, &f) == 1) {
		if (par_frame_get_hello(&f, &hello, NULL) == 0 &&
		    memcmp(hello.nonce, none, sizeof(none)) == 0)
			return true;
	}
	return false;
}

int par_frame_next(struct par_frame_reader *r, struct par_frame *ret, struct par_error **err)
{
	const uint8_t *p;
	size_t len;
	int res;

	if (!r->in_step)
		return scan(r, ret);
	if (r->at >= r->buf.len)
		return 0;
	p = (const uint8_t *)r->buf.data + r->at;
	len = r->buf.len - r->at;
	if (len < PAR_FRAME_HEADER)
		return 0;
	if (pad_at(r, p + 8)) /* the length */
		return skip_pad(r, PAR_FRAME_HEADER, ret);
	res = header_check(p, err);
	if (res < 0)
		return res;
	if (len < frame_size(p))
		return 0;
	if (!tag_fits(p, r->tag) && pad_at(r, p + frame_size(p) - PAR_FRAME_TRAILER))
		return skip_pad(r, frame_size(p), ret);
	if (!tag_fits(p, r->tag))
		return par_fail(err, PAR_E_PROTOCOL, 0, "a frame of type %u has a wrong end", p[4]);
	frame_set(p, ret);
	r->at += frame_size(p);
	return 1;
}
