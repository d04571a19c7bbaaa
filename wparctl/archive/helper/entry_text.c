/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a member: see entry_text.h. */
#include "wparctl/archive/helper/entry_text.h"

#include "lpard/common/sha256.h"

#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct attribute {
	const char *name;
	const void *value;
	size_t len;
};

void wpar_entry_put_name(struct par_buf *b, const char *name)
{
	for (; *name; name++) {
		const unsigned char c = (unsigned char)*name;

		if (c < '!' || c > '~' || c == '\\')
			par_buf_printf(b, "\\%03o", c);
		else
			par_buf_putc(b, (char)c);
	}
}

bool wpar_entry_take_name(char *word)
{
	char *to = word;

	for (; *word; word++) {
		if (*word < '!' || *word > '~')
			return false;
		if (*word == '\\') {
			int value = 0;

			for (int i = 0; i < 3; i++) {
				const char c = *++word;

				if (c < '0' || c > '7')
					return false;
				value = value * 8 + (c - '0');
			}
			if (value == 0 || value > 0xff)
				return false;
			*to++ = (char)value;
		} else {
			*to++ = *word;
		}
	}
	*to = '\0';
	return true;
}

static char kind_of(struct archive_entry *e)
{
	switch (archive_entry_filetype(e)) {
	case AE_IFDIR:
		return 'd';
	case AE_IFLNK:
		return 'l';
	case AE_IFIFO:
		return 'p';
	case AE_IFCHR:
		return 'c';
	case AE_IFBLK:
		return 'b';
	default:
		return 'f';
	}
}

static bool is_saved(const char *name)
{
	return strncmp(name, "user.", 5) == 0 || strcmp(name, "security.capability") == 0 ||
	       strcmp(name, "system.posix_acl_access") == 0 ||
	       strcmp(name, "system.posix_acl_default") == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct attribute *)a)->name, ((const struct attribute *)b)->name);
}

static void put_attribute(struct par_buf *b, const struct attribute *x)
{
	struct par_sha256 sum;
	char hex[PAR_SHA256_TEXT];

	par_sha256_init(&sum);
	par_sha256_put(&sum, x->value, x->len);
	par_sha256_finish(&sum, hex);
	par_buf_puts(b, " xattr ");
	wpar_entry_put_name(b, x->name);
	par_buf_printf(b, " %s", hex);
}

static void put_attributes(struct par_buf *b, struct archive_entry *e)
{
	const int most = archive_entry_xattr_reset(e);
	struct attribute *v = most > 0 ? calloc((size_t)most, sizeof(*v)) : NULL;
	size_t n = 0;

	if (most > 0 && !v)
		b->failed = true;
	while (v && n < (size_t)most &&
	       archive_entry_xattr_next(e, &v[n].name, &v[n].value, &v[n].len) == ARCHIVE_OK) {
		if (v[n].name && is_saved(v[n].name))
			n++;
	}
	if (v)
		qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 0; i < n; i++)
		put_attribute(b, &v[i]);
	free(v);
}

static const char *or_nothing(const char *text)
{
	return text ? text : "";
}

void wpar_entry_text(struct par_buf *b, struct archive_entry *e)
{
	const char *link = archive_entry_hardlink(e), *name = archive_entry_pathname(e);
	const char kind = kind_of(e);

	par_buf_clear(b);
	if (link) {
		par_buf_puts(b, "h ");
		wpar_entry_put_name(b, or_nothing(name));
		par_buf_putc(b, ' ');
		wpar_entry_put_name(b, link);
		par_buf_putc(b, '\n');
		return;
	}
	par_buf_printf(b, "%c %o %" PRId64 " %" PRId64 " %" PRId64 ".%09ld ", kind,
		       (unsigned int)(archive_entry_perm(e) & 07777), (int64_t)archive_entry_uid(e),
		       (int64_t)archive_entry_gid(e), (int64_t)archive_entry_mtime(e),
		       archive_entry_mtime_nsec(e));
	wpar_entry_put_name(b, or_nothing(name));
	if (kind == 'l') {
		par_buf_putc(b, ' ');
		wpar_entry_put_name(b, or_nothing(archive_entry_symlink(e)));
	} else if (kind == 'c' || kind == 'b') {
		par_buf_printf(b, " %u,%u", (unsigned int)archive_entry_rdevmajor(e),
			       (unsigned int)archive_entry_rdevminor(e));
	}
	put_attributes(b, e);
	par_buf_putc(b, '\n');
}
