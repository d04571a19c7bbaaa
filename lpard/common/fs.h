/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: whole reads with a limit, atomic replacement, and paths inside a tree that somebody else
 * may write to.  Whatever goes into such a tree is resolved by openat2, so that a symbolic link in
 * it cannot lead out.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/*
 * par_fs_open_in - open @path as a program whose root directory is @rootfd would
 * Symbolic links are followed, but never beyond @rootfd; magic links (/proc) are refused.
 * Returns a descriptor (O_CLOEXEC is added) or a negative errno.
 */
int par_fs_open_in(int rootfd, const char *path, uint64_t flags, mode_t mode);

/* par_fs_open_plain - the same, but any symbolic link on the way is refused (-ELOOP) */
int par_fs_open_plain(int rootfd, const char *path, uint64_t flags, mode_t mode);

/*
 * par_fs_open_folder - the folder @name, a plain name, in the folder @at, to be read
 * Returns a descriptor (O_CLOEXEC) or a negative errno; a symbolic link is none (-ENOTDIR, -ELOOP).
 */
int par_fs_open_folder(int at, const char *name);

/*
 * par_fs_read_fd / par_fs_read - the whole of a regular file, at most @max bytes
 * -EFBIG when it is longer, -EINVAL when it is not a regular file (files of /proc and /sys are).
 * par_fs_read_in reads a file of a foreign tree: fifos and devices cannot block it, and the files
 * of /proc and /sys are none (-EINVAL).  Needs /proc of its own.
 */
int par_fs_read_fd(int fd, size_t max, struct par_buf *ret);
int par_fs_read(const char *path, size_t max, struct par_buf *ret);
int par_fs_read_in(int rootfd, const char *path, size_t max, struct par_buf *ret);

/*
 * par_fs_read_own - the same for a file that is obeyed: -EPERM unless it is root's or the caller's
 * own, and nobody else may write to it; -ELOOP when it is a symbolic link
 */
int par_fs_read_own(const char *path, size_t max, struct par_buf *ret);

/* par_fs_write_str - write @text to an existing file in one write(2) (kernel files) */
int par_fs_write_str(int dirfd, const char *path, const char *text);

/*
 * par_fs_write_all - write the whole of @data, waiting where @fd does not take more yet
 * Returns 0 or a negative errno (part of the data may be written then).
 */
int par_fs_write_all(int fd, const void *data, size_t len);

/*
 * par_fs_replace - put @data in the place of @path: a new file, synced, then renamed over it
 * Readers see the old or the new whole.  Errors: negative errno; nothing is left behind.
 */
int par_fs_replace(int dirfd, const char *path, const void *data, size_t len, mode_t mode);

/* par_fs_replace_like - the same, with owner, group and mode (of 0777) of @like from the first
 * moment */
int par_fs_replace_like(int dirfd, const char *path, const void *data, size_t len,
			const struct stat *like);

/* par_fs_replace_volatile - the same without waiting for the disk: what need not outlive the boot
 */
int par_fs_replace_volatile(int dirfd, const char *path, const void *data, size_t len, mode_t mode);

/*
 * par_fs_replace_clear - remove what killed replacements of @path have left beside it
 * The caller sees to it that nobody replaces @path at that moment (a lock).
 */
void par_fs_replace_clear(int at, const char *path);

/*
 * par_fs_sync_folder_of - have the folder that holds @path written to the disk, so that a new,
 * replaced or removed name survives a power failure; a file system that cannot is no error
 */
void par_fs_sync_folder_of(const char *path);

/* par_fs_mkdirs - make a directory and those above it (mode 0755); the last gets @mode */
int par_fs_mkdirs(const char *path, mode_t mode);

/* par_fs_mkdirs_in - the same for @path as a program whose root is @rootfd sees it, all mode 0755
 */
int par_fs_mkdirs_in(int rootfd, const char *path);

/* par_fs_mkdirs_plain - the same, but behind a symbolic link nothing is made (-ELOOP) */
int par_fs_mkdirs_plain(int rootfd, const char *path);

/*
 * par_fs_remove_tree - remove @name, a plain name in the folder @at, and all in it
 * Never follows a link and never goes into another mount (-EXDEV then).  Absent: 0.
 */
int par_fs_remove_tree(int at, const char *name);
