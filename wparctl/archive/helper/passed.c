/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices and sockets, which are not made: their further names, which an archive has as hard links,
 * are not made either.
 */
#include "wparctl/archive/helper/extract.h"
#include "wparctl/archive/helper/names.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool wpar_extract_passes(struct archive_entry *e)
{
	const mode_t type = archive_entry_filetype(e);

	return type == AE_IFCHR || type == AE_IFBLK || type == AE_IFSOCK;
}

/* Of a backup the last member of a name counts: what was a file before is a device at the end. */
static void clear(struct extract *a, const char *name)
{
	const char *base;
	int parent;

	if (a->is_backup && !a->choice && *name && wpar_tree_find(a, name, &parent, &base) == 0)
		unlinkat(parent, base, 0); /* ignoring: nothing is there, or a folder */
}

int wpar_extract_pass_over(struct extract *a, const char *name)
{
	clear(a, name);
	if (!a->passed)
		a->passed = names_new();
	if (!a->passed || names_set(a->passed, names_hash(a->passed, name), NAME_PASSED) < 0)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	a->n_passed++;
	return 0;
}

static bool is_there(struct extract *a, const char *name)
{
	const char *base;
	struct stat st;
	int parent;

	return wpar_tree_find(a, name, &parent, &base) == 0 &&
	       fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool wpar_extract_has_passed(struct extract *a, const char *target)
{
	char name[MAX_NAME + 1];

	return a->passed && wpar_tree_normalise(a, target, name) == 0 && *name &&
	       names_get(a->passed, names_hash(a->passed, name)) == NAME_PASSED &&
	       !is_there(a, name);
}
