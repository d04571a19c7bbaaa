/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who reaches a directory that a WPAR writes to?  Ids on disk are as inside, so a set-user-id
 * program of the WPAR's root is one of the LPAR's root there.  Internal to wparctl/filesystem.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* wpar_shield_folder - may root alone reach what is in the folder @fd: by it, or by one above it?
 */
bool wpar_shield_folder(int fd);

/*
 * wpar_shield_close_wpars - /wpars is ours: when it is @above, the folder of the base directory
 * @directory, it is closed to other users if it is open; false: it is another folder
 */
bool wpar_shield_close_wpars(int above, const char *directory);

/*
 * wpar_shield_check - is the directory @fd, which a WPAR may write to, out of other users' reach?
 * Each way to it in this mount namespace is looked at: bind mounts and second mounts of its file
 * system too.  A way is closed by a folder above that is root's alone (what is in @fd the WPAR may
 * open itself), or harmless by a mount with nosuid and nodev.
 * @what	the directory as the specification has it, for the message
 * Errors: PAR_E_NOT_PERMITTED; PAR_E_SYSTEM.
 */
int wpar_shield_check(int fd, const char *what, struct par_error **err);

/* The names by which a folder is seen, and the mount of each: its number in mountinfo. */
struct wpar_shield_ways {
	struct par_strv names;
	uint64_t *mounts;
};

void wpar_shield_ways_done(struct wpar_shield_ways *w);
/*
 * wpar_shield_ways - of the folder @fd, through all mounts of its file system that show it or a
 * part of it; the caller ends @ret in any case.  0 or a negative errno
 */
int wpar_shield_ways(int fd, struct wpar_shield_ways *ret);
