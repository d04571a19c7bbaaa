/* SPDX-License-Identifier: Apache-2.0 */
/* agent_end.h - the guest's end of an agent's channel, as far as a test needs it */
#pragma once

#include "harness.h"
#include "lpard/wire/frame.h"

/*
 * agent_end_hello - read lpard's hello from the socket @fd and answer it
 * @turn	called while nothing is there to read
 */
static inline void agent_end_hello(int fd, void (*turn)(void))
{
	struct par_frame_reader reader;
	struct par_hello hello = { 0 };
	struct par_buf out = { 0 };
	struct par_frame f;

	par_frame_reader_init(&reader, false);
	do {
		unsigned int turns = 0;
		char byte;

		while (read(fd, &byte, 1) != 1) {
			ck_assert_uint_lt(turns++, 10000);
			turn();
		}
		ck_assert_int_eq(par_frame_feed(&reader, &byte, 1), 0);
	} while (par_frame_next(&reader, &f, NULL) != 1 || f.type != PAR_FRAME_HELLO);
	ck_assert_int_eq(par_frame_get_hello(&f, &hello, NULL), 0);
	par_frame_put_hello(
		&out, hello.nonce,
		"{\"agent\":\"9\",\"os_name\":\"Debian GNU/Linux\",\"os_version\":\"13\","
		"\"kernel\":\"6.12=,\",\"ipaddr\":\"10.1.2.3\",\"page_size\":4096}");
	ck_assert_int_eq(write(fd, out.data, out.len), (ssize_t)out.len);
	par_buf_done(&out);
	par_frame_reader_done(&reader);
}
