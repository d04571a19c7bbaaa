/* SPDX-License-Identifier: Apache-2.0 */
/* One member on its way from a reader (walk.c, oci.c) to who takes it. */
#include "wparctl/archive/helper/walk.h"

#include "wparctl/archive/helper/xattr_name.h"

#include <archive_entry.h>
#include <errno.h>
#include <string.h>

bool wpar_walk_is_description(const struct extract *a, const char *name)
{
	const size_t len = strlen(WPAR_ARCHIVE_INFO);

	if (a->layer)
		return false; /* whoever makes layers knows nothing of it */
	if (a->entries == 1 && strcmp(name, "image.data") == 0)
		return true;
	return strncmp(name, WPAR_ARCHIVE_INFO, len) == 0 && (!name[len] || name[len] == '/');
}

/* The list of checksums of a backup and its signature are not among those that it may have. */
static int count_one(struct extract *a)
{
	if (++a->entries <= WPAR_ARCHIVE_MEMBERS + 2)
		return 0;
	return wpar_extract_fail(a, E2BIG, "it has too many members: the limit is %llu",
				 (unsigned long long)WPAR_ARCHIVE_MEMBERS);
}

static int fail_larger(struct extract *a, uint64_t bytes)
{
	return wpar_extract_fail(
		a, EFBIG, "it is larger than it says of itself: its files have more than %llu MiB",
		(unsigned long long)(bytes >> 20));
}

/* Sizes are charged against sizes: what a member takes besides them depends on the file system. */
static int count_size(struct extract *a, struct archive_entry *e)
{
	const int64_t size = archive_entry_size_is_set(e) ? archive_entry_size(e) : 0;

	if (size < 0 || (uint64_t)size > WPAR_ARCHIVE_BYTES - a->apparent)
		return wpar_extract_fail(a, EFBIG,
					 "its files have more than %llu GiB, which is the limit",
					 (unsigned long long)(WPAR_ARCHIVE_BYTES >> 30));
	a->apparent += (uint64_t)size;
	a->contained += wpar_extract_contents(e, (uint64_t)size);
	if (a->declared_bytes)
		return a->apparent > a->declared_bytes ? fail_larger(a, a->declared_bytes) : 0;
	return a->declared_kib && wpar_archive_is_larger(a->declared_kib, a->contained)
		       ? fail_larger(a, a->declared_kib << 10)
		       : 0;
}

bool wpar_walk_has_contents(const struct extract *a, struct archive_entry *e)
{
	return archive_entry_filetype(e) == AE_IFREG &&
	       (!archive_entry_hardlink(e) || strcmp(a->format, "cpio") == 0);
}

int wpar_walk_member(struct extract *a, const struct walk *w, struct archive *ar,
		     struct archive_entry *e)
{
	char name[MAX_NAME + 1];
	int r = count_one(a);

	if (r < 0)
		return r;
	if (xattr_names_decode(e) < 0)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	r = wpar_tree_normalise(a, archive_entry_pathname(e), name);
	if (r < 0)
		return w->bad_name ? w->bad_name(w->user, e) : r;
	r = wpar_walk_has_contents(a, e) && !wpar_walk_is_description(a, name) ? count_size(a, e)
									       : 0;
	return r < 0 ? r : w->member(w->user, ar, e, name);
}
