/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that may be any, in a line of text. */
#include "wparctl/archive/helper/say_hex.h"

#include "lpard/common/hex.h"

#include <stdio.h>

void wpar_put_hex(const void *data, size_t len)
{
	const uint8_t *from = data;

	for (size_t i = 0; i < len; i++) {
		char text[2];

		par_hex_write(from[i], text);
		fwrite(text, 1, sizeof(text), stdout);
	}
}
