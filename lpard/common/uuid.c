/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs as text: see uuid.h. */
#include "lpard/common/uuid.h"

#include "lpard/common/hex.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

static bool is_dash(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

bool par_uuid_valid(const char *text)
{
	if (!text || strlen(text) != PAR_UUID_LEN - 1)
		return false;
	for (size_t i = 0; text[i]; i++) {
		if (is_dash(i) ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

static int convert(const char *text, int (*letter)(int), char ret[PAR_UUID_LEN])
{
	if (!par_uuid_valid(text))
		return -EINVAL;
	for (size_t i = 0; i < PAR_UUID_LEN; i++)
		ret[i] = (char)letter((unsigned char)text[i]);
	return 0;
}

int par_uuid_lower(const char *text, char ret[PAR_UUID_LEN])
{
	return convert(text, tolower, ret);
}

int par_uuid_upper(const char *text, char ret[PAR_UUID_LEN])
{
	return convert(text, toupper, ret);
}

int par_uuid_make(char ret[PAR_UUID_LEN])
{
	unsigned char bytes[16];
	size_t at = 0;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return -errno;
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4: random */
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* the variant of RFC 4122 */
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (is_dash(at))
			ret[at++] = '-';
		par_hex_write(bytes[i], ret + at);
		at += 2;
	}
	ret[at] = '\0';
	return 0;
}
