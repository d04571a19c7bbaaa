/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lpard's end of the channel, with the guest and one client in the fuzzer's hands.  The input is a
 * list of steps, a byte each with what it needs; most make well-formed frames, so that the states
 * behind the reader are reached.
 */
#include "lpard/agent/command.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	const uint8_t *data;
	size_t left;
	struct lpar_channel *c;
	struct lpar_command *run;
	struct par_frame_reader sent; /* what the channel wrote, to know its nonce */
	uint8_t nonce[PAR_FRAME_NONCE];
	uint64_t now;
};

static uint8_t take(struct fuzz *z)
{
	if (z->left == 0)
		return 0;
	z->left--;
	return *z->data++;
}

static const void *take_bytes(struct fuzz *z, size_t *len)
{
	const void *p = z->data;

	if (*len > z->left)
		*len = z->left;
	z->data += *len;
	z->left -= *len;
	return p;
}

static void on_output(void *user)
{
	(void)user;
}

static void on_state(enum lpar_channel_state state, void *user)
{
	(void)state;
	(void)user;
}

static const struct lpar_channel_ops ops = { .output = on_output, .state = on_state };

static void on_replied(struct lpar_command *r, const struct par_error *err, void *user)
{
	(void)r;
	(void)user;
	if (err && !err->msg)
		abort();
}

static void on_changed(struct lpar_command *r, void *user)
{
	struct fuzz *z = user;
	const void *p;

	/* A client that does not read costs its credit, the last frames and no more. */
	if (z->run == r && lpar_command_output(r, &p) > 2 * PAR_FRAME_WINDOW)
		abort();
}

static const struct lpar_command_ops run_ops = { .replied = on_replied, .changed = on_changed };

/* The guest reads. */
static void drain(struct fuzz *z)
{
	const void *p;
	size_t len = lpar_channel_output(z->c, &p);
	struct par_hello hello;
	struct par_frame f;
	int r;

	if (len > 8u << 20)
		abort();
	if (len > 1u << 20)
		len = 1u << 20;
	par_frame_feed(&z->sent, p, len);
	lpar_channel_sent(z->c, len);
	while ((r = par_frame_next(&z->sent, &f, NULL)) != 0) {
		if (r < 0) {
			par_frame_reader_lost(&z->sent);
		} else if (f.type == PAR_FRAME_HELLO &&
			   par_frame_get_hello(&f, &hello, NULL) == 0) {
			memcpy(z->nonce, hello.nonce, sizeof(z->nonce));
			par_frame_reader_sync(&z->sent, par_frame_nonce_tag(z->nonce));
		}
	}
}

/* A frame of the guest's or the client's: type, stream, length, data. */
static void put_frame(struct fuzz *z, struct par_buf *b, uint32_t tag)
{
	uint8_t type = take(z), stream = take(z);
	size_t len = take(z);
	const void *p;

	if (len > 250) /* a large one, of zeros */
		len = (len - 250) * 13000;
	if (len > 255) {
		autofree void *zeros = calloc(1, len);

		par_frame_put(b, tag, stream, type, zeros, len);
		return;
	}
	p = take_bytes(z, &len);
	par_frame_put(b, tag, stream, type, p, len);
}

static void step(struct fuzz *z)
{
	static const uint8_t none[PAR_FRAME_NONCE];
	auto_buf b = { 0 };
	size_t len;
	const void *p;

	switch (take(z) % 9) {
	case 0: /* garbage */
		len = take(z);
		p = take_bytes(z, &len);
		lpar_channel_feed(z->c, p, len, z->now);
		return;
	case 1:
	case 2:
		put_frame(z, &b, par_frame_nonce_tag(z->nonce));
		lpar_channel_feed(z->c, b.data, b.len, z->now);
		return;
	case 3:
		drain(z);
		par_frame_put_hello(&b, z->nonce, "{\"agent\":\"1\"}");
		lpar_channel_feed(z->c, b.data, b.len, z->now);
		return;
	case 4:
		par_frame_put_hello(&b, none, "");
		lpar_channel_feed(z->c, b.data, b.len, z->now);
		return;
	case 5:
		z->now += (uint64_t)take(z) * 1000;
		lpar_channel_tick(z->c, z->now);
		return;
	case 6: /* a client comes, or goes */
		if (z->run)
			lpar_command_free(&z->run);
		else
			lpar_command_new(&z->run, z->c, NULL, &run_ops, z, NULL);
		return;
	case 7: /* what it says */
		put_frame(z, &b, 0);
		if (z->run && lpar_command_can_read(z->run))
			lpar_command_feed(z->run, b.data, b.len);
		return;
	case 8: /* it reads */
		if (z->run)
			lpar_command_sent(z->run, lpar_command_output(z->run, &p));
		drain(z);
		return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz z = { .data = data, .left = size, .now = 1000 };

	par_frame_reader_init(&z.sent, false);
	if (lpar_channel_new(&z.c, "lpar01", &ops, &z, NULL) < 0)
		abort();
	lpar_channel_connected(z.c, z.now);
	while (z.left > 0)
		step(&z);
	lpar_command_free(&z.run);
	lpar_channel_free(&z.c);
	par_frame_reader_done(&z.sent);
	return 0;
}
