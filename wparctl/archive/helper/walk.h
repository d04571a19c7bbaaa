/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All members of an image, whatever it is kept in: tar, cpio or pax, and AIX's backup.  Who calls
 * it makes them (extract.c) or looks at them (scan.c).
 */
#pragma once

#include "wparctl/archive/helper/extract.h"

struct aix_member;
struct archive_entry;

struct walk {
	/* @name is normalised: "" is the root; its contents can be read from @ar */
	int (*member)(void *user, struct archive *ar, struct archive_entry *e, const char *name);
	/* a name for which the image is refused, why is in a->why; NULL: that is an error */
	int (*bad_name)(void *user, struct archive_entry *e);
	/* a backup of AIX, and what is in it; NULL: it is refused */
	void (*aix_member)(void *user, const struct aix_member *m);
	void *user;
};

/*
 * wpar_walk - the archive at a->input, from its first to its last byte, digest and all
 * a->format is known when the first member comes.  Returns 0 or a negative errno.
 */
int wpar_walk(struct extract *a, const struct walk *w);

/* wpar_walk_is_description - image.data as the first member, or what savewpar puts before a tree:
 * no part of the system */
bool wpar_walk_is_description(const struct extract *a, const char *name);
