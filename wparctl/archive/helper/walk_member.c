/* SPDX-License-Identifier: Apache-2.0 */
/* One member on its way from a reader (walk.c, oci.c) to who takes it. */
#include "wparctl/archive/helper/walk.h"

#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#define SAVEWPAR_DIR ".savewpar_dir"

bool wpar_walk_is_description(const struct extract *a, const char *name)
{
	const size_t len = strlen(SAVEWPAR_DIR);

	if (a->layer)
		return false; /* whoever makes layers knows nothing of it */
	if (a->entries == 1 && strcmp(name, "image.data") == 0)
		return true;
	return strncmp(name, SAVEWPAR_DIR, len) == 0 && (!name[len] || name[len] == '/');
}

int wpar_walk_member(struct extract *a, const struct walk *w, struct archive *ar,
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
