/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What crfs, chfs, lsfs, rmfs and mountfs share: a file system with a size of its own, by its place
 * in the global environment (/wpars/dev01/ora).  The WPAR that it belongs to is its mount group.
 */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/spec/spec.h"

/* AIX counts sizes of file systems in blocks of 512 bytes. */
#define WPAR_FS_BLOCKS(mib) ((mib)*2048)

/* AIX's words */
#define WPAR_FS_MSG_EXISTS    "0506-909 %s file system already exists."
#define WPAR_FS_MSG_NO_RECORD "0506-915 No record matching %s was found in /etc/filesystems."
#define WPAR_FS_MSG_MOUNTED   "0506-921 %s is currently mounted."

struct wpar_fs {
	struct wpar_spec old; /* the WPAR as it is */
	char *path;	      /* as it was given */
	char *directory;      /* inside */
	int lock;
};

#define auto_fs par_cleanup(wpar_fs_done) struct wpar_fs
void wpar_fs_done(struct wpar_fs *fs);

/*
 * wpar_fs_open - the WPAR that @path lies in, locked
 * @group	its name, as -u gives it; NULL: any
 * Errors: PAR_E_NOT_FOUND, PAR_E_INVALID_ARGUMENT (another WPAR's), PAR_E_WRONG_STATE.
 */
int wpar_fs_open(const char *path, const char *group, struct wpar_fs *ret, struct par_error **err);
/* wpar_fs_mount - what is defined there; NULL with 0506-915 */
const struct wpar_mount *wpar_fs_mount(const struct wpar_fs *fs, struct par_error **err);

/*
 * wpar_fs_parse_size - AIX's size=: blocks of 512 bytes, or M or G behind it; with + or - before it
 * it is laid on @now.  Rounded up to whole MB.
 * Errors: PAR_E_INVALID_ARGUMENT.
 */
int wpar_fs_parse_size(const char *text, uint64_t now_mib, uint64_t *ret_mib,
		       struct par_error **err);

/* What -a, -p and -A say. */
struct wpar_fs_settings {
	const char *size;    /* NULL: not given */
	const char *options; /* mountopts */
};
/*
 * wpar_fs_settings_read - of the options that crfs and chfs have alike
 * @attributes	of -a
 * Errors: PAR_E_NOT_SUPPORTED, PAR_E_INVALID_ARGUMENT: one that nothing does, or that cannot be.
 */
int wpar_fs_settings_read(const struct par_args *attributes, const char *permissions,
			  const char *automatic, const char *accounting,
			  struct wpar_fs_settings *ret, struct par_error **err);

/* wpar_fs_create, _change - @ret_mib: its size afterwards */
int wpar_fs_create(struct wpar_fs *fs, const char *vfs, const struct wpar_fs_settings *set,
		   uint64_t *ret_mib, struct par_error **err);
int wpar_fs_change(struct wpar_fs *fs, const struct wpar_fs_settings *set, uint64_t *ret_mib,
		   struct par_error **err);
/*
 * wpar_fs_move - to another place in its WPAR, which is stopped; @path: in the global environment
 * Killed, it leaves an image that the same command takes up.
 */
int wpar_fs_move(struct wpar_fs *fs, const char *path, struct par_error **err);
/* wpar_fs_mount_now - outside and, when the WPAR is active, inside; PAR_E_EXISTS: it is */
int wpar_fs_mount_now(struct wpar_fs *fs, struct par_error **err);
/* wpar_fs_remove - unmounted, outside and inside, with its files; @mount_point: that too */
int wpar_fs_remove(struct wpar_fs *fs, bool mount_point, struct par_error **err);
