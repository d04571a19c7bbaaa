/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd as a WPAR's first process: what it finds there and others do not.  Internal to runtime/.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * wpar_init_is_systemd - is the program @init, an absolute path inside, systemd?
 * By the name of the file that it leads to.  In the WPAR, where it is the root directory.
 */
bool wpar_init_is_systemd(const char *init);

/* wpar_own_groups_has - has the WPAR of the first process @init, seen from outside, such groups? */
bool wpar_own_groups_has(pid_t init);

/* Where the WPAR's control groups are mounted. */
#define WPAR_OWN_GROUPS "/sys/fs/cgroup"

/* wpar_own_groups_is_mount - is what is mounted at @target one of the next function's mounts? */
bool wpar_own_groups_is_mount(const char *target);

/*
 * wpar_own_groups_mount - the control groups of the WPAR at /sys/fs/cgroup, and systemd's own
 * systemctl in the place of ours; inside, after wpar_mounts_attach()
 * The process must be in a control group namespace of the WPAR's user namespace.
 */
int wpar_own_groups_mount(const struct wpar_mount_plan *p, struct par_error **err);
