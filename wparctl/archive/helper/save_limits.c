/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits of readers (agreed.h), for who writes: a backup that could never be read again is
 * refused before it is written, or at the member that is too much.
 */
#include "wparctl/archive/helper/save.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int fail_members(struct save *s, uint64_t members)
{
	return save_fail(s, E2BIG,
			 "it has %" PRIu64 " files, and a backup can have %" PRIu64
			 " members at most",
			 members, WPAR_ARCHIVE_MEMBERS);
}

static int fail_bytes(struct save *s)
{
	return save_fail(s, EFBIG,
			 "its files have more than %" PRIu64
			 " GiB, holes included, which is the most that a backup can have",
			 WPAR_ARCHIVE_BYTES >> 30);
}

int save_limits_count(struct save *s)
{
	if (s->found + 2 > WPAR_ARCHIVE_MEMBERS) /* image.data and wpar.spec */
		return fail_members(s, s->found);
	if (s->found_sizes > WPAR_ARCHIVE_BYTES)
		return fail_bytes(s);
	s->limits.members = wpar_archive_most_members(s->found);
	s->limits.bytes = wpar_archive_most_bytes(s->found_sizes);
	return 0;
}

/* It has said at its beginning what it will have at most. */
static int fail_grown(struct save *s, const char *what)
{
	return save_fail(s, EFBIG,
			 "too much has changed while it was saved: it has more than four times "
			 "the %s that it had; save it again when less is written",
			 what);
}

static int check_members(struct save *s)
{
	const uint64_t members = s->sums.members + 1;

	if (members > WPAR_ARCHIVE_MEMBERS)
		return fail_members(s, members);
	return s->limits.members && members > s->limits.members ? fail_grown(s, "files") : 0;
}

static int check_bytes(struct save *s, struct archive_entry *e)
{
	const uint64_t bytes = s->sums.bytes + (uint64_t)archive_entry_size(e);

	if (bytes > WPAR_ARCHIVE_BYTES)
		return fail_bytes(s);
	return s->limits.bytes && bytes > s->limits.bytes ? fail_grown(s, "bytes") : 0;
}

static bool has_default_list(struct archive_entry *e)
{
	const char *name;
	const void *value;
	size_t len;

	archive_entry_xattr_reset(e);
	while (archive_entry_xattr_next(e, &name, &value, &len) == ARCHIVE_OK) {
		if (strcmp(name, "system.posix_acl_default") == 0)
			return true;
	}
	return false;
}

/* A reader keeps each folder's name until the end, and the lists that hold for new files. */
static int check_folder(struct save *s, struct archive_entry *e)
{
	struct save_limits *l = &s->limits;
	const char *name = archive_entry_pathname(e);
	size_t len = strlen(name);

	l->folder_bytes += folder_times_cost(l->folder, name);
	len = len < SAVE_NAME_MAX ? len : SAVE_NAME_MAX;
	memcpy(l->folder, name, len);
	l->folder[len] = '\0';
	if (l->folder_bytes > WPAR_ARCHIVE_FOLDER_BYTES)
		return save_fail(s, E2BIG,
				 "the names of its folders have more than %" PRIu64
				 " MiB, which is the most that a backup can have",
				 WPAR_ARCHIVE_FOLDER_BYTES >> 20);
	l->lists += has_default_list(e);
	if (l->lists > WPAR_ARCHIVE_LISTS)
		return save_fail(s, E2BIG,
				 "more than %d folders have a default access list, which is the "
				 "most that a backup can have",
				 WPAR_ARCHIVE_LISTS);
	return 0;
}

int save_limits_member(struct save *s, struct archive_entry *e)
{
	int r = check_members(s);

	if (r < 0 || archive_entry_hardlink(e))
		return r;
	if (archive_entry_filetype(e) == AE_IFREG)
		return check_bytes(s, e);
	return archive_entry_filetype(e) == AE_IFDIR ? check_folder(s, e) : 0;
}

int save_limits_removed(struct save *s, const char *name)
{
	struct save_limits *l = &s->limits;

	l->removed++;
	l->removed_bytes += strlen(name) + 1;
	if (l->removed <= WPAR_ARCHIVE_REMOVED && l->removed_bytes <= WPAR_ARCHIVE_REMOVED_BYTES)
		return 0;
	return save_fail(s, E2BIG,
			 "more than %d files, or names of more than %d MiB, have vanished while it "
			 "was saved; save it again when less is written",
			 WPAR_ARCHIVE_REMOVED, WPAR_ARCHIVE_REMOVED_BYTES >> 20);
}
