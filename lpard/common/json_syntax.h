/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a text JSON (RFC 8259)?  Asked before json-c parses the text: what json-c's own strict mode
 * takes differs from version to version (0.18 refuses every character outside of ASCII, and whole
 * numbers above 64 bits), and its lax mode takes comments, NaN and much else.
 */
#pragma once

#include <stddef.h>

/*
 * par_json_syntax - NULL when @text is exactly one JSON value, white space around it allowed, whose
 * objects and arrays are nested at most @max_depth (up to 64) deep; else what is wrong, in a few
 * words.  Needs no memory and no recursion.  That strings are UTF-8 is left to the parser.
 */
const char *par_json_syntax(const char *text, size_t len, unsigned int max_depth);
