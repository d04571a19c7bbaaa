/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that nobody trusts: see text.h. */
#include "lpard/common/text.h"

#include <stdint.h>
#include <string.h>

/* What terminals obey, reorder or hide; sorted.  Unicode 15, general categories Cc, Cf, Zl, Zp. */
static const struct {
	uint32_t first, last;
} harmful[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f },	  { 0x00ad, 0x00ad },	{ 0x034f, 0x034f },
	{ 0x061c, 0x061c }, { 0x115f, 0x1160 },	  { 0x17b4, 0x17b5 },	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f }, { 0x2028, 0x202e },	  { 0x2060, 0x206f },	{ 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },	  { 0xffa0, 0xffa0 },	{ 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0x10ffff },
};

/* Bytes of the UTF-8 character at @s, *ret its number; 0: these bytes are none. */
static size_t decode(const unsigned char *s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint32_t c;

	if (n == 0 || s[0] > 0xf4)
		return 0;
	c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80) /* the final NUL, too */
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

bool par_text_is_utf8(const char *text)
{
	for (const unsigned char *s = (const unsigned char *)text; *s;) {
		uint32_t c;
		size_t n = decode(s, &c);

		if (n == 0)
			return false;
		s += n;
	}
	return true;
}

static bool is_harmful(uint32_t c)
{
	for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++) {
		if (c < harmful[i].first)
			return false;
		if (c <= harmful[i].last)
			return true;
	}
	return false;
}

/* The byte that takes a character's place; 0: the character stays. */
static char instead(size_t n, uint32_t c, enum par_text_keep keep)
{
	if (n == 0)
		return '?';
	if (c >= '\t' && c <= '\r') {
		if (keep == PAR_TEXT_LINES && (c == '\n' || c == '\t'))
			return 0;
		return ' ';
	}
	return is_harmful(c) ? '?' : 0;
}

void par_text_clean(char *text, size_t max, enum par_text_keep keep)
{
	const unsigned char *in = (const unsigned char *)text;
	size_t out = 0, cut = 0; /* cut: where a text that is too long ends, before its dots */

	while (text && *in) {
		uint32_t c = 0;
		size_t n = decode(in, &c);
		char other = instead(n, c, keep);
		size_t size = other || n == 0 ? 1 : n;

		if (out + size > max) {
			memcpy(text + cut, "...", 4);
			return;
		}
		if (other)
			text[out] = other;
		else
			memmove(text + out, in, size);
		out += size;
		if (out + 3 <= max)
			cut = out;
		in += n ? n : 1;
	}
	if (text)
		text[out] = '\0';
}
