/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a client or a server, cut into messages and decoded; what decodes encodes again. */
#include "lpard/wire/wire.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct par_wire_in in = { .max = 4096 };
	const char *text;
	size_t len, half = size / 2;

	if (par_wire_feed(&in, data, half) < 0)
		return 0;
	for (int i = 0; i < 2; i++) {
		while (par_wire_next(&in, &text, &len, NULL) == 1) {
			auto_wire_call call = { 0 };
			auto_wire_reply reply = { 0 };
			auto_buf out = { 0 };
			auto_error err = NULL;

			if (par_wire_decode_call(text, len, &call, NULL) == 0 &&
			    par_wire_encode_call(&call, &out, NULL) < 0)
				__builtin_trap();
			if (par_wire_decode_reply(text, len, &reply, &err) == 0) {
				if (par_wire_encode_reply(&reply, &out, NULL) < 0)
					__builtin_trap();
				(void)par_wire_reply_error(&reply, &err);
			}
		}
		if (i == 0 && par_wire_feed(&in, data + half, size - half) < 0)
			break;
	}
	par_wire_in_done(&in);
	return 0;
}
