/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All members of an image, whatever it is kept in: tar, cpio, pax, layers, and AIX's backup.  Who
 * calls it makes them (extract.c) or looks at them (scan.c).
 */
#pragma once

#include "wparctl/archive/helper/extract.h"

struct aix_member;
struct oci_image;
struct archive_entry;

struct walk {
	/* @name is normalised: "" is the root; its contents can be read from @ar */
	int (*member)(void *user, struct archive *ar, struct archive_entry *e, const char *name);
	/* a name for which the image is refused, why is in a->why; NULL: that is an error */
	int (*bad_name)(void *user, struct archive_entry *e);
	/*
	 * A layer takes away what those below it have: a member, or (@inner) what is in a folder.
	 * Called before all members of the layer, or with @in_order between them.
	 */
	int (*gone)(void *user, const char *name, bool inner);
	bool in_order;
	/* an image of layers: what it says of itself; NULL: nobody asks */
	void (*image)(void *user, const struct oci_image *image);
	/* a backup of AIX, and what is in it; NULL: it is refused */
	void (*aix_member)(void *user, const struct aix_member *m);
	void *user;
};

/*
 * wpar_walk - the archive at a->input, from its first to its last byte, digest and all
 * a->format is known when the first member comes.  Returns 0 or a negative errno.
 */
int wpar_walk(struct extract *a, const struct walk *w);

/* wpar_walk_member - count a member and hand it on */
int wpar_walk_member(struct extract *a, const struct walk *w, struct archive *ar,
		     struct archive_entry *e);

/*
 * wpar_walk_has_contents - a regular file; a second name of one has contents in cpio only, which
 * has them at the last name
 */
bool wpar_walk_has_contents(const struct extract *a, struct archive_entry *e);

/* wpar_walk_is_description - image.data as the first member, or what savewpar puts before a tree:
 * no part of the system */
bool wpar_walk_is_description(const struct extract *a, const char *name);
