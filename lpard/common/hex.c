/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal text: see hex.h. */
#include "lpard/common/hex.h"

#include <string.h>

static const char digits_of[] = "0123456789abcdef";

void par_hex_write(uint8_t byte, char ret[2])
{
	ret[0] = digits_of[byte >> 4];
	ret[1] = digits_of[byte & 15];
}

void par_hex_put(struct par_buf *b, const void *data, size_t len)
{
	const uint8_t *from = data;

	for (size_t i = 0; i < len; i++) {
		char text[2];

		par_hex_write(from[i], text);
		par_buf_put(b, text, sizeof(text));
	}
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int par_hex_byte(const char *text)
{
	const int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

	return low < 0 ? -1 : high * 16 + low;
}

bool par_hex_is(const char *text, size_t digits)
{
	return strlen(text) == digits && strspn(text, digits_of) == digits;
}
