/* SPDX-License-Identifier: Apache-2.0 */
/* The members of an image, one after the other: see walk.h. */
#include "wparctl/archive/helper/walk.h"

#include "wparctl/archive/helper/aix.h"
#include "wparctl/archive/helper/judge.h"
#include "wparctl/archive/helper/oci.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

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

/* A root has no such member, and a layout no other. */
static bool begins_layout(struct extract *a, struct archive_entry *e)
{
	char name[MAX_NAME + 1];

	return !a->folder && wpar_tree_normalise(a, archive_entry_pathname(e), name) == 0 &&
	       oci_is_layout(name);
}

/*
 * Behind its last member each writer of tar puts two blocks of zeros, of which one is enough here.
 * A tar that has none was cut off, where a member would begin: a pipe that broke.
 */
static bool lacks_end(const struct extract *a, struct archive *ar)
{
	return !a->folder &&
	       (archive_format(ar) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR &&
	       archive_filter_bytes(ar, 0) <= archive_read_header_position(ar);
}

static int walk_members(struct extract *a, const struct walk *w, struct archive *ar)
{
	struct archive_entry *e;
	int r;

	while ((r = archive_read_next_header(ar, &e)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		a->format = a->folder ? "directory" : format_of(ar);
		if (!*a->format)
			return walk_raw(a, w, ar);
		if (a->entries == 0 && begins_layout(a, e))
			return oci_walk_archive(a, w, ar, e);
		r = wpar_walk_member(a, w, ar, e);
		if (r < 0)
			return r;
	}
	if (r != ARCHIVE_EOF)
		return wpar_extract_fail_archive(a, ar);
	if (a->entries == 0)
		return wpar_extract_fail(a, EBADMSG, "it is empty");
	return lacks_end(a, ar)
		       ? wpar_extract_fail(a, EBADMSG,
					   "it ends too early, so it is not whole: the blocks of "
					   "zeros that end a tar are not there")
		       : 0;
}

int wpar_walk(struct extract *a, const struct walk *w)
{
	struct archive *ar;
	int r;

	if (a->is_layout)
		return oci_walk_folder(a, w);
	ar = wpar_extract_open();
	if (!ar)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	r = archive_read_open(ar, a, NULL, wpar_extract_read, NULL) == ARCHIVE_OK
		    ? walk_members(a, w, ar)
		    : wpar_extract_fail_archive(a, ar);
	archive_read_free(ar);
	wpar_judge_done(a);
	return r < 0 || a->again ? r : wpar_extract_drain(a);
}
