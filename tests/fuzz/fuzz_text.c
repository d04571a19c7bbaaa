/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that nobody trusts: what comes out of the filter is bounded, no longer than before, has
 * nothing that a terminal obeys, and comes out of it the same again.  The first byte: bit 0 whether
 * line breaks stay, the rest how many bytes may.
 */
#include "lpard/common/text.h"

#include "lpard/common/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must not be in it, by its bytes: of each kind some. */
static const char *const harmful[] = {
	"\x1b",		"\x7f",		"\r",		"\v",		"\xc2\x80",
	"\xc2\x9b",	"\xc2\x9f",	"\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\xa8",
	"\xe2\x80\xae", "\xe2\x81\xa6", "\xef\xbb\xbf", "\xff",		"\xc0",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = size ? strndup((const char *)data + 1, size - 1) : NULL;
	autofree char *again = NULL;
	enum par_text_keep keep;
	size_t max, before;

	if (!text)
		return 0;
	keep = data[0] & 1 ? PAR_TEXT_LINES : PAR_TEXT_LINE;
	max = (size_t)(data[0] >> 1) + 4;
	before = strlen(text);
	par_text_clean(text, max, keep);
	if (strlen(text) > max || strlen(text) > before)
		abort();
	for (size_t i = 0; i < PAR_ARRAY_SIZE(harmful); i++) {
		if (strstr(text, harmful[i]))
			abort();
	}
	if (keep == PAR_TEXT_LINE && strpbrk(text, "\n\t"))
		abort();
	again = strdup(text);
	if (!again)
		return 0;
	par_text_clean(again, max, keep);
	if (strcmp(again, text) != 0)
		abort();
	return 0;
}
