/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that may be any, in a line of text. */
#include "wparctl/archive/helper/hex.h"

#include <stdint.h>
#include <stdio.h>

void wpar_put_hex(const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++) {
		putchar(digits[p[i] >> 4]);
		putchar(digits[p[i] & 15]);
	}
}
