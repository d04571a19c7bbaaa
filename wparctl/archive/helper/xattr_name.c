/* SPDX-License-Identifier: Apache-2.0 */
/* See xattr_name.h. */
#include "wparctl/archive/helper/xattr_name.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct attribute {
	char *name;
	void *value;
	size_t len;
};

void xattr_name_put(struct par_buf *key, const char *name)
{
	for (; *name; name++) {
		if (*name == '=' || *name == '%')
			par_buf_printf(key, "%%%02X", (unsigned int)(unsigned char)*name);
		else
			par_buf_putc(key, *name);
	}
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that "%XX" is; 0: it is none */
static char coded(const char *at)
{
	const int high = *at == '%' ? digit(at[1]) : -1;
	const int low = high < 0 ? -1 : digit(at[2]);

	return low < 0 ? '\0' : (char)(high << 4 | low);
}

static void decode(char *name)
{
	char *to = name;

	while (*name) {
		const char c = coded(name);

		*to++ = c ? c : *name;
		name += c ? 3 : 1;
	}
	*to = '\0';
}

static bool has_coded(struct archive_entry *e)
{
	const char *name;
	const void *value;
	size_t len;

	archive_entry_xattr_reset(e);
	while (archive_entry_xattr_next(e, &name, &value, &len) == ARCHIVE_OK) {
		if (name && strchr(name, '%'))
			return true;
	}
	return false;
}

static bool copy(struct attribute *to, const char *name, const void *value, size_t len)
{
	to->name = strdup(name);
	to->value = malloc(len + 1);
	to->len = len;
	if (!to->name || !to->value)
		return false;
	memcpy(to->value, value, len);
	decode(to->name);
	return true;
}

int xattr_names_decode(struct archive_entry *e)
{
	const int most = has_coded(e) ? archive_entry_xattr_reset(e) : 0;
	struct attribute *v = most > 0 ? calloc((size_t)most, sizeof(*v)) : NULL;
	bool ok = most <= 0 || v;
	const char *name;
	const void *value;
	size_t len, n = 0;

	while (ok && n < (size_t)most &&
	       archive_entry_xattr_next(e, &name, &value, &len) == ARCHIVE_OK) {
		if (name)
			ok = copy(&v[n++], name, value, len);
	}
	if (ok && v)
		archive_entry_xattr_clear(e);
	/* The list is a stack: what is added last is the first. */
	for (size_t i = n; i-- > 0;) {
		if (ok)
			archive_entry_xattr_add_entry(e, v[i].name, v[i].value, v[i].len);
		free(v[i].name);
		free(v[i].value);
	}
	free(v);
	return ok ? 0 : -ENOMEM;
}
