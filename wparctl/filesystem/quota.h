/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Project quotas of ext4 and xfs, by the kernel's own calls: quotactl_fd(2), and the project of a
 * directory by FS_IOC_FSSETXATTR, which what is made in it inherits.  Nobody outside of the initial
 * user namespace may change either.  A descriptor here stands for the file system it lies on.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <stdint.h>

/* wpar_quota_holds - are the limits of projects in force on the file system of @fd? */
bool wpar_quota_holds(int fd);

/* wpar_quota_fail - the error for a file system on which they are not: what it is, what it lacks
 * @what	the directory, for the message; returns a negative errno */
int wpar_quota_fail(int fd, const char *what, struct par_error **err);

/* wpar_quota_used - bytes that the files of @project take; a negative errno */
int wpar_quota_used(int fd, uint32_t project, uint64_t *ret_bytes);

/*
 * wpar_quota_limit - no more than @mib MiB for @project, and a file for each 16 KiB; 0: no limit
 * What is there already stays.  Returns 0 or a negative errno.
 */
int wpar_quota_limit(int fd, uint32_t project, uint64_t mib);

/* wpar_quota_join - @fd, a directory or a file, belongs to @project from here on, and so does what
 * is made in it; 0: to none.  Returns 0 or a negative errno. */
int wpar_quota_join(int fd, uint32_t project);

/*
 * wpar_quota_join_tree - the directory @fd and all below it on its file system
 * Links, FIFOs, sockets and devices cannot be told and stay: they take hardly any room.  Works on
 * files that are in use; done again after a kill it does the rest.
 * Returns 0 or a negative errno: -ELOOP when directories lie deeper than 256 levels.
 */
int wpar_quota_join_tree(int fd, uint32_t project);
