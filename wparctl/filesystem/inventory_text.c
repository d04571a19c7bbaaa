/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a list of files (inventory.h), a line for each:
 *
 *	MODE UID GID SIZE MTIME_NS DIGEST TARGET PATH
 *
 * mode and type in octal, what there is none of as "-", and bytes of target and path that would
 * take a line apart as a backslash and three octal digits, as in /proc/mounts.
 */
#include "wparctl/filesystem/inventory.h"

#include "lpard/common/hex.h"

#include <inttypes.h>
#include <string.h>

static void put_escaped(const char *s, struct par_buf *out)
{
	const bool alone = s && strcmp(s, "-") == 0;

	if (!s)
		par_buf_putc(out, '-');
	for (; s && *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c <= ' ' || c == '\\' || c == 0x7f || alone)
			par_buf_printf(out, "\\%03o", c);
		else
			par_buf_putc(out, (char)c);
	}
}

int wpar_inventory_write(const struct wpar_inventory *l, struct par_buf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct wpar_entry *e = &l->v[i];

		par_buf_printf(out, "%o %" PRIu32 " %" PRIu32 " %" PRIu64 " %" PRId64 " %s ",
			       e->mode, e->uid, e->gid, e->size, e->mtime_ns,
			       e->digest ? e->digest : "-");
		put_escaped(e->target, out);
		par_buf_putc(out, ' ');
		put_escaped(e->path, out);
		par_buf_putc(out, '\n');
	}
	return out->failed ? -ENOMEM : 0;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* In place; false: a backslash without three digits behind it, or a NUL. */
static bool unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		unsigned int c;

		if (*s != '\\') {
			*to++ = *s;
			continue;
		}
		if (!is_octal(s[1]) || !is_octal(s[2]) || !is_octal(s[3]))
			return false;
		c = (unsigned int)(s[1] - '0') << 6 | (unsigned int)(s[2] - '0') << 3 |
		    (unsigned int)(s[3] - '0');
		if (c == 0 || c > 255)
			return false;
		*to++ = (char)c;
		s += 3;
	}
	*to = '\0';
	return true;
}

/* Relative, and without "..": a path out of a list never leads out of the tree. */
static bool path_fits(const char *path)
{
	if (!*path || *path == '/')
		return false;
	for (const char *s = path; *s;) {
		size_t n = strcspn(s, "/");

		if (n == 0 || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		s += n;
		if (*s == '/' && !*++s)
			return false;
	}
	return true;
}

static char *dup_unless_none(const char *s, bool none, bool *failed)
{
	char *copy = none ? NULL : strdup(s);

	*failed |= !none && !copy;
	return copy;
}

static int parse_line(char *line, struct wpar_entry *ret)
{
	char *fields[8] = { NULL }, *save = NULL;
	bool failed = false, no_target, no_digest;
	int used = 0;

	*ret = (struct wpar_entry){ 0 };
	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (used == (int)PAR_ARRAY_SIZE(fields))
			return -EBADMSG;
		fields[used++] = word;
	}
	if (used != (int)PAR_ARRAY_SIZE(fields) ||
	    sscanf(fields[0], "%o%n", &ret->mode, &used) != 1 || fields[0][used] ||
	    sscanf(fields[1], "%" SCNu32 "%n", &ret->uid, &used) != 1 || fields[1][used] ||
	    sscanf(fields[2], "%" SCNu32 "%n", &ret->gid, &used) != 1 || fields[2][used] ||
	    sscanf(fields[3], "%" SCNu64 "%n", &ret->size, &used) != 1 || fields[3][used] ||
	    sscanf(fields[4], "%" SCNd64 "%n", &ret->mtime_ns, &used) != 1 || fields[4][used])
		return -EBADMSG;
	no_digest = strcmp(fields[5], "-") == 0;
	no_target = strcmp(fields[6], "-") == 0;
	if ((!no_digest && !par_hex_is(fields[5], PAR_SHA256_TEXT - 1)) || !unescape(fields[6]) ||
	    !unescape(fields[7]) || !path_fits(fields[7]) || no_target == S_ISLNK(ret->mode))
		return -EBADMSG;
	ret->digest = dup_unless_none(fields[5], no_digest, &failed);
	ret->target = dup_unless_none(fields[6], no_target, &failed);
	ret->path = dup_unless_none(fields[7], false, &failed);
	if (!failed)
		return 0;
	wpar_entry_done(ret);
	return -ENOMEM;
}

static int parse_all(char *text, struct wpar_inventory *l)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct wpar_entry e;
		int r;

		/* What ends without a newline was cut off. */
		if (!text)
			return *line ? -EBADMSG : 0;
		r = parse_line(line, &e);
		if (r < 0)
			return r;
		r = wpar_inventory_add(l, &e);
		if (r < 0)
			return r;
		if (l->n > 1 &&
		    wpar_inventory_compare_paths(l->v[l->n - 2].path, l->v[l->n - 1].path) >= 0)
			return -EBADMSG;
	}
	return 0;
}

int wpar_inventory_parse(const char *text, struct wpar_inventory *ret)
{
	auto_inventory l = { 0 };
	autofree char *copy = strdup(text);
	int r = copy ? parse_all(copy, &l) : -ENOMEM;

	if (r < 0)
		return r;
	*ret = l;
	l = (struct wpar_inventory){ 0 };
	return 0;
}
