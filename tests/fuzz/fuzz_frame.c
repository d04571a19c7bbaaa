/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame reader.  The first byte: bit 0 in step, the rest the size of a feed.  Whatever comes
 * out must be within its limits, and the reader's memory stays small.
 */
#include "lpard/wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct par_frame *f, struct par_frame_reader *r)
{
	struct par_hello hello;
	uint32_t credit;
	uint16_t rows, columns;
	bool killed;
	int value;

	if (f->len > par_frame_limit(f->type) || f->len > PAR_FRAME_MAX)
		abort();
	if (f->type == PAR_FRAME_HELLO && par_frame_get_hello(f, &hello, NULL) == 0)
		par_frame_reader_sync(r, par_frame_nonce_tag(hello.nonce));
	par_frame_get_credit(f, &credit, NULL);
	par_frame_get_winch(f, &rows, &columns, NULL);
	par_frame_get_signal(f, &value, NULL);
	par_frame_get_exit(f, &killed, &value, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct par_frame_reader r;
	struct par_frame f;
	size_t step;

	if (size < 1)
		return 0;
	step = (size_t)(data[0] >> 1) + 1;
	par_frame_reader_init(&r, data[0] & 1);
	for (size_t at = 1; at < size; at += step) {
		size_t len = at + step < size ? step : size - at;
		int got;

		if (par_frame_feed(&r, data + at, len) < 0)
			break;
		while ((got = par_frame_next(&r, &f, NULL)) != 0) {
			if (got == 1)
				look_at(&f, &r);
			else
				par_frame_reader_lost(&r);
		}
		if (r.buf.len - r.at > 2 * PAR_FRAME_PAD_LEN)
			abort();
	}
	par_frame_reader_done(&r);
	return 0;
}
