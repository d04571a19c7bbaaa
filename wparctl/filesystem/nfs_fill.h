/* SPDX-License-Identifier: Apache-2.0 */
/* What a new WPAR has in its directories, put onto servers: see docs/adr/0008-nfs.md. */
#pragma once

#include "wparctl/spec/spec.h"

#include <sys/types.h>

/* What was put onto servers; each directory is marked as being made. */
struct wpar_nfs_fill;

#define auto_nfs_fill par_cleanup(wpar_nfs_fill_free) struct wpar_nfs_fill *

/*
 * wpar_nfs_fill - move what lies below the base directory onto the servers of -M vfs=nfs
 * @kept	mkwpar -p: what the servers have already stays as it is
 * @ret		also after an error, for wpar_nfs_fill_undo(); NULL: nothing was begun.  It refers
 *		to @s; wpar_nfs_fill_free()
 *
 * The files get ids of the WPAR's range there.  A directory of a server that is not empty is
 * refused when there is something to be moved into it.
 * Errors: those of wpar_nfs_mount(), PAR_E_EXISTS, PAR_E_NOT_PERMITTED, PAR_E_SYSTEM.
 */
int wpar_nfs_fill(const struct wpar_spec *s, bool kept, struct wpar_nfs_fill **ret,
		  struct par_error **err);

/*
 * wpar_nfs_fill_from - the same, but what is at these places in the tree @content is copied: of a
 * versioned WPAR, the root of its image
 */
int wpar_nfs_fill_from(const struct wpar_spec *s, int content, struct wpar_nfs_fill **ret,
		       struct par_error **err);

/* wpar_nfs_fill_done - the WPAR is made, and that is saved: the marks go (NULL: nothing is done) */
void wpar_nfs_fill_done(struct wpar_nfs_fill *f);

/*
 * wpar_nfs_fill_undo - what was put there goes; 0, or a negative errno: a mark and what is left are
 * there still, for wpar_nfs_clear()
 */
int wpar_nfs_fill_undo(struct wpar_nfs_fill *f);

void wpar_nfs_fill_free(struct wpar_nfs_fill **f);

/*
 * wpar_nfs_clear - remove what a killed command that was making @s has put onto servers: only from
 * directories that have its mark.  Errors: those of wpar_nfs_mount(), PAR_E_SYSTEM.
 */
int wpar_nfs_clear(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_nfs_has_mark - is the directory @fd being filled for @s?
 * @root	whose the mark must be: 0, but for tests
 */
bool wpar_nfs_has_mark(int fd, const struct wpar_spec *s, uid_t root);
