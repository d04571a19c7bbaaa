/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries a mount plan out, in two halves: outside, with the global root's rights, every source
 * becomes a detached mount (idmapped, read-only …); inside, by a task in the WPAR's new user and
 * mount namespaces, these are put in their places and the new file systems are mounted.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"
#include "wparctl/filesystem/mount_space.h"

#define WPAR_MOUNTS_MAX 250 /* descriptors that one message carries */

/* wpar_mounts_drop_absent - take optional binds out whose source is not there; before the rest */
void wpar_mounts_drop_absent(struct wpar_mount_plan *p);

/*
 * wpar_mounts_prepare - outside
 * @space	where what must be mounted for a moment is, unseen
 * @userns	the WPAR's user namespace, whose ids the idmapped mounts take
 * @ret_fds	one descriptor for each bind of the plan, in its order; the caller closes them
 * Errors: PAR_E_NOT_FOUND (a source), PAR_E_NOT_PERMITTED (a link in the place of a private file
 * system), PAR_E_SYSTEM.
 */
int wpar_mounts_prepare(const struct wpar_mount_plan *p, const struct wpar_mount_space *space,
			int userns, int ret_fds[WPAR_MOUNTS_MAX], size_t *ret_n,
			struct par_error **err);

/*
 * wpar_mounts_is_global - is the tree of @p the global one, with nothing bound that needs the ids
 * of the WPAR?  Then the copy that a new mount namespace gets of its parent's is the tree already.
 */
bool wpar_mounts_is_global(const struct wpar_mount_plan *p);

/*
 * wpar_mounts_prepare_global - of such a plan: inside, in the new mount namespace
 * @ret_fds	as of wpar_mounts_prepare(); after an error too, @ret_n of them
 */
int wpar_mounts_prepare_global(const struct wpar_mount_plan *p, int ret_fds[WPAR_MOUNTS_MAX],
			       size_t *ret_n, struct par_error **err);

/*
 * wpar_mounts_attach - inside, in a copy of a space: becomes the root user there, builds the tree
 * and makes it the root directory, which is then the working directory too
 * @fds	from wpar_mounts_prepare() or wpar_mounts_prepare_global()
 */
int wpar_mounts_attach(const struct wpar_mount_plan *p, const int *fds, size_t n_fds,
		       struct par_error **err);

/* wpar_mounts_become_root - the root user of the user namespace that this process is in */
int wpar_mounts_become_root(void);

/*
 * wpar_layers_mount - the overlay of a versioned WPAR, on the folder WPAR_LAYERS_ROOT of the
 * working directory, where its layers and its own directory are mounted already, by the names of
 * wpar_layers_place(); by the root of the WPAR's user namespace
 * @source	what the mount shows as its own
 * wpar_layers_place - of the layer @i of @layers, top first; @i == @layers: of its own directory
 */
#define WPAR_LAYERS_ROOT  "root"
#define WPAR_LAYERS_PLACE 24
int wpar_layers_mount(size_t layers, const char *source);
void wpar_layers_place(size_t i, size_t layers, char ret[WPAR_LAYERS_PLACE]);

/*
 * For mount_live.c: single steps, in the WPAR; all return a negative errno.
 * wpar_mount_put - a bind by its descriptor, or a folder
 * wpar_mount_new - a new file system; @source is what mounts show as theirs
 * wpar_mount_again - the options of a file system that is mounted there
 * wpar_mount_open_above - splits "/dev/pts" into a descriptor of its folder and its last name
 */
int wpar_mount_put(int rootfd, const struct wpar_mount_op *op, int fd);
int wpar_mount_new(int rootfd, const struct wpar_mount_op *op, const char *source);
int wpar_mount_again(int rootfd, const struct wpar_mount_op *op);
int wpar_mount_open_above(int rootfd, const char *target, const char **ret_name);
