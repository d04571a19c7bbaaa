/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Would a member be made, after those before it?  Told from the names and kinds of members alone,
 * so that who only looks (scan.c) says what who makes them (unpack_image.c) refuses.  Whatever is
 * said here, tree.c makes nothing behind a link.
 */
#pragma once

#include "wparctl/archive/helper/extract.h"

/* What tree.c and extract.c say, too, when they meet it. */
#define JUDGE_BEHIND	 "a member lies behind a link or a file of the archive"
#define JUDGE_OVER	 "a member has the name of a folder before it"
#define JUDGE_NOT_FOLDER "a folder has the name of another member"
#define JUDGE_NO_TARGET	 "a hard link has no member as its target"
#define JUDGE_NO_FILE	 "a hard link with contents is to no file"
#define JUDGE_BAD_TARGET "a symbolic link has a bad target"
#define JUDGE_ROOT	 "the root is no folder"
#define JUDGE_OWNER	 "a member's owner is out of range"
#define JUDGE_ATTRIBUTE	 "the name of an attribute is too long"
#define JUDGE_KIND	 "a member is of an unknown kind"
#define JUDGE_NEEDED \
	"its /etc, /usr or /usr/lib is no folder, and what a WPAR has of its own is put there"

struct archive_entry;

/*
 * wpar_judge_member - the next member that is part of the system; @name as normalised
 * Returns 0, or a negative errno with a sentence in a->why.  Of layers, and of backups, which may
 * have a name again as something else, only the member itself is looked at.
 */
int wpar_judge_member(struct extract *a, struct archive_entry *e, const char *name);

/* wpar_judge_done - forget the names */
void wpar_judge_done(struct extract *a);
