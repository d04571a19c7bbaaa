/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot of a base directory that lies on btrfs, for as long as a command reads it.  It lies in
 * the folder of the WPAR's volumes, which is root's alone; what a killed command has left there the
 * next one removes.
 */
#pragma once

#include "lpard/common/error.h"

struct wpar_snapshot {
	int top;      /* of the subvolume that the base directory lies in */
	int folder;   /* where the snapshot is made */
	char *inside; /* the base directory's place in the subvolume: "", "wpars/dev" */
	char *path;   /* of the base directory in the snapshot */
	char *base;
};

#define WPAR_NO_SNAPSHOT ((struct wpar_snapshot){ .top = -1, .folder = -1 })

/*
 * wpar_snapshot_prepare - can there be one?
 * @base	the base directory, prefix included
 * @ret_why	half a sentence, when there can be none
 * Returns 1, 0 (there can be none), or a negative errno.
 */
int wpar_snapshot_prepare(const char *base, struct wpar_snapshot *ret, const char **ret_why,
			  struct par_error **err);

/*
 * wpar_snapshot_take - make it; -errno
 * -EXDEV: the WPAR has just made a subvolume of its own, which would not be in it.
 */
int wpar_snapshot_take(const struct wpar_snapshot *s);

/* wpar_snapshot_done - remove it, where it was made */
void wpar_snapshot_done(struct wpar_snapshot *s);

/*
 * wpar_snapshot_clear - remove what a killed command has left; none: 0.  -errno
 * The caller holds the WPAR's lock.
 */
int wpar_snapshot_clear(const char *base);
