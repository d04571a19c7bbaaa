/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The groups below that of a WPAR whose first process is its own (init= in its specification), and
 * may be systemd, which makes groups itself:
 *
 *	wpars/NAME		the limits of all of it, as of any WPAR; no process is in it
 *	wpars/NAME/inside	the root of the WPAR's control group namespace; below it, and only
 *				there, the WPAR's root makes groups and moves its processes
 *	wpars/NAME/clogin	where clogin's processes are born: nobody inside sees it, gets into
 *				it or takes a process out of it
 *
 * Whoever lists processes by groups can be fooled by a root that moves them meanwhile.  So the
 * first process is written down at the WPAR's group, and verified, never searched for.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Names of both. */
#define WPAR_BELOW_INSIDE "inside"
#define WPAR_BELOW_LOGIN  "clogin"

/*
 * wpar_below_make - both groups, empty ones; "inside" is delegated to the WPAR's root
 * @cgroup	the WPAR's group, which has none below
 * @root	the id of the WPAR's root, outside
 * Returns a descriptor of "inside", for the first process; or a negative errno.
 */
int wpar_below_make(int cgroup, uid_t root, struct par_error **err);

/* wpar_below_is - has the WPAR's group others below? */
bool wpar_below_is(int cgroup);

/*
 * wpar_below_open_login - where a process that comes from outside is born
 * Returns a descriptor: of "clogin", or of @cgroup where there are no groups below; or -errno.
 */
int wpar_below_open_login(int cgroup);

/* wpar_below_open_inside - "inside"; -ENOENT: there are no groups below */
int wpar_below_open_inside(int cgroup);

/* wpar_below_note_init - writes down who is the first process, which has just been made */
int wpar_below_note_init(int cgroup, pid_t pid);

/*
 * wpar_below_noted_init - who was written down, if it is still the same process; 0: nobody is
 * It may be ending.  Returns a negative errno when it cannot be told.
 */
pid_t wpar_below_noted_init(int cgroup);

/*
 * wpar_below_count - the processes of the group and of those below; a figure, as good as it can be
 * while they move
 */
uint64_t wpar_below_count(int cgroup);

/* wpar_below_remove - the groups below, when no process is in them; 0, -EBUSY, a negative errno */
int wpar_below_remove(int cgroup);
