/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots of a WPAR's file systems, all of one moment: of the base directory, where it lies on
 * btrfs, and clones of its images, where their file system has reflinks.  They go with the command.
 */
#pragma once

#include "wparctl/backup/trees.h"
#include "wparctl/filesystem/snapshot.h"
#include "wparctl/filesystem/volume.h"

struct wpar_backup_snapshot {
	struct wpar_snapshot root;
	struct wpar_volume_clone *volumes; /* of the trees behind the first, in their order */
	size_t n;
};

#define WPAR_NO_BACKUP_SNAPSHOT ((struct wpar_backup_snapshot){ .root = WPAR_NO_SNAPSHOT })

/*
 * wpar_backup_snapshot_begin - can there be one?
 * @live	its trees as they are
 * @ret_why	half a sentence, when there can be none: "its base directory does not lie on btrfs"
 * Returns 1, 0 (there can be none), or a negative errno.
 */
int wpar_backup_snapshot_begin(const struct wpar_spec *s, const struct wpar_backup_trees *live,
			       struct wpar_backup_snapshot *ret, const char **ret_why,
			       struct par_error **err);

/*
 * wpar_backup_clones_begin - the same, of its images alone: where the base directory is on another
 * file system with reflinks (xfs)
 */
int wpar_backup_clones_begin(const struct wpar_spec *s, const struct wpar_backup_trees *live,
			     struct wpar_backup_snapshot *ret, const char **ret_why,
			     struct par_error **err);

/* wpar_backup_snapshot_take - make it: for a running WPAR, while it stands still; -errno */
int wpar_backup_snapshot_take(const struct wpar_backup_snapshot *b);

/* wpar_backup_snapshot_use - from here on the trees are those of the snapshot */
int wpar_backup_snapshot_use(const struct wpar_backup_snapshot *b, const struct wpar_spec *s,
			     struct wpar_backup_trees *trees, struct par_error **err);

/* wpar_backup_snapshot_done - remove it; the trees have been closed */
void wpar_backup_snapshot_done(struct wpar_backup_snapshot *b);
