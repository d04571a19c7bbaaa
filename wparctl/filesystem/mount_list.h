/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts as the kernel lists them, without all those of the machine: with a thousand WPARs
 * /proc/self/mountinfo has seven thousand lines.  Linux before 6.8 has only that.
 */
#pragma once

#include "lpard/common/str.h"

#include <limits.h>

/* The mount that a descriptor is on. */
struct wpar_mount_seen {
	char root[PATH_MAX], point[PATH_MAX], fstype[64];
};

/*
 * wpar_mount_see - of @fd, which may be O_PATH
 * Errors: those of statx(2); -ENOENT: it is mounted nowhere that can be seen.
 */
int wpar_mount_see(int fd, struct wpar_mount_seen *ret);

/*
 * wpar_mounts_below - what is mounted below @directory, as lines of mountinfo
 * Of each line the mount point and its options are true; the others stand there for the place.
 * There may be lines of other mounts, too.  Errors: -ENOMEM; -errno when nothing can be read.
 */
int wpar_mounts_below(const char *directory, struct par_buf *ret);

/*
 * wpar_mounts_ids - the numbers, which are never given again, of the mount that @fd is the root of
 * and of those below it
 * Returns how many, at most @max; -ENOSYS: the kernel does not say.
 */
int wpar_mounts_ids(int fd, uint64_t *ids, size_t max);
