/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a WPAR, as mounts that are at no place: only who has the descriptors sees them, so
 * they go with their process, however that ends.  All are read-only; ids are those inside.
 */
#pragma once

#include "wparctl/archive/writer.h"
#include "wparctl/spec/spec.h"

struct wpar_backup_trees {
	struct wpar_writer_tree *v; /* the first is "/" */
	size_t n;
	struct par_strv empty; /* directories inside whose contents are not the WPAR's own */
	struct par_strv own;   /* its own file systems: "/", "/home" */
	int work;	       /* a folder on the disk where its base directory is */
	int base;	       /* the base directory */
};

#define WPAR_NO_TREES	  ((struct wpar_backup_trees){ .work = -1, .base = -1 })
#define auto_backup_trees par_cleanup(wpar_backup_trees_done) struct wpar_backup_trees

void wpar_backup_trees_done(struct wpar_backup_trees *t);

/*
 * wpar_backup_trees_open - of a WPAR that runs or not
 * @servers	those of its file systems that lie on servers, too
 * Errors: PAR_E_NOT_SUPPORTED (its root directory lies on a server, and @servers is false),
 * PAR_E_TOO_LARGE (more file systems than a backup has), those of wpar_volume_mount() and
 * wpar_nfs_mount(), PAR_E_SYSTEM.
 */
int wpar_backup_trees_open(const struct wpar_spec *s, bool servers, struct wpar_backup_trees *ret,
			   struct par_error **err);

/*
 * wpar_backup_trees_root - the root is read in another base directory, a copy of its own
 * @base	its path, prefix included
 */
int wpar_backup_trees_root(struct wpar_backup_trees *t, const struct wpar_spec *s, const char *base,
			   struct par_error **err);
/* wpar_backup_trees_replace - tree @i is read in another mount, which is taken, also on failure */
int wpar_backup_trees_replace(struct wpar_backup_trees *t, size_t i, int mount,
			      const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_backup_layers - a versioned WPAR's own files over its image's, read-only, of one that does
 * not run; @base: its base directory, prefix included
 * Returns a mount at no place, or a negative errno.
 */
int wpar_backup_layers(const struct wpar_spec *s, const char *base);

/*
 * wpar_backup_tree_clone - @folder and what is in its mount below it, as a backup reads it: a mount
 * at no place, read-only, without programs and devices
 * Returns a descriptor that can be read, or a negative errno.
 */
int wpar_backup_tree_clone(int folder);

/*
 * wpar_backup_trees_add - @mount, which is taken, also on failure, is read at @directory
 * @range	how many ids there are, from 0 on; those beyond are nobody's.  0: ids are as they
 * are
 */
int wpar_backup_trees_add(struct wpar_backup_trees *t, const char *directory, int mount,
			  uint32_t range, struct par_error **err);

/*
 * wpar_backup_trees_changed - of a versioned WPAR: at @directory only what it has changed or added
 * itself is read, and what it has removed is a device there
 * Returns 1, or 0 when it has changed nothing there.
 */
int wpar_backup_trees_changed(struct wpar_backup_trees *t, const struct wpar_spec *s,
			      const char *directory, struct par_error **err);

/* wpar_backup_trees_sync - what programs have written is on the disk */
int wpar_backup_trees_sync(const struct wpar_backup_trees *t, struct par_error **err);
