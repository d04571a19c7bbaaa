/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as hexadecimal text, two lower-case digits each. */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* par_hex_write - the two digits of a byte, without a NUL */
void par_hex_write(uint8_t byte, char ret[2]);

/* par_hex_put - all of @data; its failure is the buffer's */
void par_hex_put(struct par_buf *b, const void *data, size_t len);

/* par_hex_byte - the byte that two digits are; -1: @text (NUL-terminated) does not begin with two
 */
int par_hex_byte(const char *text);

/* par_hex_is - is @text @digits digits, and nothing else? */
bool par_hex_is(const char *text, size_t digits);
