/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subvolumes of btrfs.  A base directory that is one of its own is removed at once, and a snapshot
 * of it is made in a moment.  A WPAR can make others inside of its own, which no snapshot has.
 */
#pragma once

#include <stdbool.h>

/*
 * wpar_subvolume_make - a new one, with the mode 755
 * @name	a plain name in the folder @above
 * Returns 0 or -errno; -EOPNOTSUPP: that is no btrfs.
 */
int wpar_subvolume_make(int above, const char *name);

/* wpar_subvolume_is - is the folder @fd the top of one? */
bool wpar_subvolume_is(int fd);

/*
 * wpar_subvolume_find - the top of the one that the folder @fd lies in; the caller closes it
 * @ret_path	the folder's place in it: "", "wpars/dev"; the caller frees it
 * Errors: -EOPNOTSUPP (no btrfs), -EXDEV (the top lies outside of what is mounted).
 */
int wpar_subvolume_find(int fd, char **ret_path);

/* wpar_subvolume_same - do the folders @a and @b lie on one file system of btrfs? */
bool wpar_subvolume_same(int a, int b);

/*
 * wpar_subvolume_has_others - 1: other subvolumes lie below the folder @path ("": any) of the one
 * whose top is @top; 0: none; -errno
 */
int wpar_subvolume_has_others(int top, const char *path);

/* wpar_subvolume_snapshot - what @top has, read-only, as the new @name in the folder @at; -errno */
int wpar_subvolume_snapshot(int top, int at, const char *name);

/*
 * wpar_subvolume_remove - @name of the folder @above with all in it, other subvolumes too, however
 * deep they lie and whether they can be written to or not
 * Returns 0 or -errno; -EOPNOTSUPP: it is no subvolume.
 */
int wpar_subvolume_remove(int above, const char *name);
