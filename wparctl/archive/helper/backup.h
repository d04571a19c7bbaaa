/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive that is a backup (docs/SAVEWPAR.md): its first member is
 * ./.savewpar_dir/image.data, and its list of checksums says that it is whole.  Each function
 * returns 0 or a negative errno and leaves a sentence in a->why.
 */
#pragma once

#include "wparctl/archive/helper/extract.h"

#define MAX_BACKUP_SPEC (1 << 20) /* bytes of wpar.spec, and of members that are passed over */

/* Which of them are made. */
struct backup_choice {
	char **names;  /* as normalised; each with what lies below it */
	bool *found;   /* of each: the backup has it */
	size_t n;      /* 0: all */
	bool info;     /* only those of .savewpar_dir, which are made, too */
	bool plain;    /* without access lists and extended attributes */
	bool no_setid; /* set-user-ID and set-group-ID bits are left out, and capabilities */
};

struct archive;
struct archive_entry;
struct backup_reading;

/*
 * wpar_backup_run - read the archive at a->input; its members are made in a->top, if that is a
 * folder (>= 0), and what was said of them is compared
 * What .savewpar_dir has is told to who has started us: "data HEX", "spec HEX", "signature HEX".
 * @head	no more is read than these
 */
int wpar_backup_run(struct extract *a, bool head);

/*
 * The parts of it, for who reads all members itself.  wpar_backup_is_first - does an archive whose
 * first member has that name begin a backup?  wpar_backup_begin - there is one at a time, freed by
 * nobody.  wpar_backup_member - a member (walk.h); @user: the backup_reading.  wpar_backup_end -
 * has it come to its end?  Then the names that had vanished are removed.
 */
bool wpar_backup_is_first(const char *name);
struct backup_reading *wpar_backup_begin(struct extract *a, bool head);
int wpar_backup_member(void *user, struct archive *ar, struct archive_entry *e, const char *name);
int wpar_backup_end(struct backup_reading *rd);
