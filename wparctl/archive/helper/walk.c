/* SPDX-License-Identifier: Apache-2.0 */
/* The members of an image, one after the other: see walk.h. */
#include "wparctl/archive/helper/walk.h"

#include "wparctl/archive/helper/aix.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#define SAVEWPAR_DIR ".savewpar_dir"

bool wpar_walk_is_description(const struct extract *a, const char *name)
{
	const size_t len = strlen(SAVEWPAR_DIR);

	if (a->entries == 1 && strcmp(name, "image.data") == 0)
		return true;
	return strncmp(name, SAVEWPAR_DIR, len) == 0 && (!name[len] || name[len] == '/');
}

static int walk_member(struct extract *a, const struct walk *w, struct archive *ar,
		       struct archive_entry *e)
{
	char name[MAX_NAME + 1];
	int r;

	if (++a->entries > MAX_ENTRIES)
		return wpar_extract_fail(a, E2BIG, "it has too many members");
	r = wpar_tree_normalise(a, archive_entry_pathname(e), name);
	if (r < 0)
		return w->bad_name ? w->bad_name(w->user, e) : r;
	return w->member(w->user, ar, e, name);
}

static const char *format_of(struct archive *ar)
{
	switch (archive_format(ar) & ARCHIVE_FORMAT_BASE_MASK) {
	case ARCHIVE_FORMAT_TAR:
		return archive_format(ar) == ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE ? "pax" : "tar";
	case ARCHIVE_FORMAT_CPIO:
		return "cpio";
	default:
		return "";
	}
}

struct raw {
	struct extract *a;
	const struct walk *w;
	struct archive *ar;
};

static ssize_t read_raw(void *user, void *data, size_t len)
{
	const struct raw *raw = user;

	return archive_read_data(raw->ar, data, len);
}

static void take_aix_member(void *user, const struct aix_member *m)
{
	const struct raw *raw = user;

	raw->a->entries++;
	if (raw->w->aix_member)
		raw->w->aix_member(raw->w->user, m);
}

/* Bytes that are none of libarchive's formats, perhaps packed. */
static int walk_raw(struct extract *a, const struct walk *w, struct archive *ar)
{
	struct raw raw = { a, w, ar };
	const struct aix_reader rd = { read_raw, take_aix_member, &raw };

	if (wpar_aix_list(&rd, &a->format) < 0)
		return wpar_extract_fail_archive(a, ar);
	if (!a->format)
		return wpar_extract_fail(a, EBADMSG, "it is no archive of tar, pax or cpio");
	return w->aix_member ? 0
			     : wpar_extract_fail(a, EBADMSG,
						 "it is a backup of AIX, whose programs cannot run "
						 "on Linux");
}

static int walk_members(struct extract *a, const struct walk *w, struct archive *ar)
{
	struct archive_entry *e;
	int r;

	while ((r = archive_read_next_header(ar, &e)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		a->format = a->folder ? "directory" : format_of(ar);
		if (!*a->format)
			return walk_raw(a, w, ar);
		r = walk_member(a, w, ar, e);
		if (r < 0)
			return r;
	}
	if (r != ARCHIVE_EOF)
		return wpar_extract_fail_archive(a, ar);
	return a->entries ? 0 : wpar_extract_fail(a, EBADMSG, "it is empty");
}

int wpar_walk(struct extract *a, const struct walk *w)
{
	struct archive *ar = wpar_extract_open();
	int r;

	if (!ar)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	r = archive_read_open(ar, a, NULL, wpar_extract_read, NULL) == ARCHIVE_OK
		    ? walk_members(a, w, ar)
		    : wpar_extract_fail_archive(a, ar);
	archive_read_free(ar);
	return r < 0 ? r : wpar_extract_drain(a);
}
