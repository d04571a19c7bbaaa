/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives whose digest is known: /var/lib/wpars/images/SHA256/known has a line for each file that
 * was read and had this digest, by device, inode, size and both times.  A write changes the time of
 * the change (ctime), which no program can set.  Only files of local file systems are noted, and
 * none that was changed so shortly before that a second change could have the same time.
 */
#pragma once

#include <stdbool.h>

/* Which file it is, and that nobody has written to it. */
struct wpar_known_file {
	char text[128]; /* "": not a file that can be known */
};

/* wpar_known_get - of the file that @input is open for, or else that at @path, now */
void wpar_known_get(const char *path, const int *input, struct wpar_known_file *ret);

/* wpar_known_find - has an image of the store that note?  Its digest into @ret */
bool wpar_known_find(int store, const struct wpar_known_file *file, char ret[65]);

/*
 * wpar_known_note - the archive at @path, which was @before before it was read, has the digest
 * Nothing is noted when it has changed since, or when there is no room: it only saves time.
 */
void wpar_known_note(int store, const char *digest, const char *path, const int *input,
		     const struct wpar_known_file *before);
