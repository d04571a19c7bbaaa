/* SPDX-License-Identifier: Apache-2.0 */
/* What a backup says of itself: see declared.h.  Who has started us parses the whole text later. */
#include "wparctl/archive/helper/declared.h"

#include <errno.h>
#include <string.h>

#define VALUE_MAX 64 /* bytes that are shown of one that is refused */

/* The value of a line, without blanks around it and its quotes; false: it is not there. */
static bool find_value(const char *text, const char *name, char ret[VALUE_MAX])
{
	const size_t n = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *value;
		size_t len;

		line += strspn(line, " \t\n");
		if (strncmp(line, name, n) != 0)
			continue;
		value = line + n + strspn(line + n, " \t");
		if (*value != '=')
			continue;
		value++;
		value += strspn(value, " \t");
		len = strcspn(value, "\n");
		while (len > 0 && strchr(" \t\r", value[len - 1]))
			len--;
		if (len > 1 && value[0] == '"' && value[len - 1] == '"') {
			value++;
			len -= 2;
		}
		snprintf(ret, VALUE_MAX, "%.*s", (int)(len < VALUE_MAX ? len : VALUE_MAX - 1),
			 value);
		for (char *p = ret; *p; p++) {
			if (*p < ' ' || *p > '~')
				*p = '?';
		}
		return true;
	}
	return false;
}

/* A number from 1 to @most; 0: it is not there. */
static int take_number(struct extract *a, const char *text, const char *name, uint64_t most,
		       uint64_t *ret)
{
	char value[VALUE_MAX];

	*ret = 0;
	if (!find_value(text, name, value) || (par_parse_u64(value, most, ret) == 0 && *ret > 0))
		return 0;
	return wpar_extract_fail(a, EBADMSG,
				 "its image.data has %s = %s, which is no number from 1 to %llu",
				 name, value, (unsigned long long)most);
}

int wpar_declared_take(struct extract *a, const char *text, unsigned int *ret_format)
{
	char value[VALUE_MAX];
	uint64_t format;
	int r = take_number(a, text, "MEMBERS_MAX", WPAR_ARCHIVE_MEMBERS, &a->declared_members);

	if (r < 0)
		return r;
	r = take_number(a, text, "BYTES_MAX", WPAR_ARCHIVE_BYTES, &a->declared_bytes);
	if (r < 0)
		return r;
	r = take_number(a, text, "CHECKSUMS", PAR_CONTENTS_EXTENTS, &format);
	if (r < 0)
		return r;
	*ret_format = format ? (unsigned int)format : PAR_CONTENTS_ZEROS;
	/* Of an image without files it is 0. */
	if (!find_value(text, "SIZE_KB", value) ||
	    par_parse_u64(value, UINT64_MAX, &a->declared_kib) < 0)
		a->declared_kib = 0;
	return 0;
}
