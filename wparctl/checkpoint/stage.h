/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where criu finds what a restored WPAR sees but does not own: the mounts of its plan, made as for
 * a start, each at a place of its own in a mount namespace that only criu has and that goes with
 * it.
 */
#pragma once

#include "wparctl/checkpoint/criu_plan.h"
#include "wparctl/filesystem/mount_apply.h"

struct wpar_stage {
	const struct wpar_mount_plan *plan;
	char *place; /* a folder of the LPAR, below which all is mounted */
	char *root;  /* the WPAR's root directory there */
	struct wpar_criu_mount *mounts;
	size_t n_mounts;
	size_t n_layers; /* of the overlay that is the root; 0: the root is a folder */
	/* The root, or its layers and its own directory; then @mounts; the groups last */
	int fds[WPAR_MOUNTS_MAX + 1];
	size_t n_fds;
};

#define auto_stage par_cleanup(wpar_stage_done) struct wpar_stage
void wpar_stage_done(struct wpar_stage *s);

/*
 * wpar_stage_prepare - the mounts of @plan, mounted nowhere yet; the folder of its run is there
 * @groups	the control group that is the root of the WPAR's own, which may be mounted there; 0:
 *		none is
 * Errors: those of wpar_mounts_prepare().
 */
int wpar_stage_prepare(const struct wpar_mount_plan *plan, int groups, struct wpar_stage *ret,
		       struct par_error **err);

/*
 * wpar_stage_overlay - the root of the versioned WPAR @name, in a process of the namespaces that
 * wpar_stage_enter() has made, once criu has made those of the WPAR's first process @init
 * It must belong to the user namespace of the processes: by one of another, programs would not get
 * the ids that their files give them.  Of one that is not versioned it is there already.
 * A negative errno.
 */
int wpar_stage_overlay(const char *name, pid_t init);

/*
 * wpar_stage_enter - in the process that is to become criu: a mount namespace of its own, with all
 * of them at their places; a negative errno
 */
int wpar_stage_enter(const struct wpar_stage *s);
