/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control group of a WPAR: wpars/NAME in the version 2 tree.  It holds every process of the
 * WPAR, so it answers whether one runs; it kills them all, and it carries the limits where the
 * tree has controllers.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * wpar_cgroup_open - the group's directory (O_PATH is not enough for clone3: it is O_RDONLY)
 * @make	make it when it is not there; otherwise PAR_E_NOT_FOUND
 * Returns a descriptor or a negative errno.
 */
int wpar_cgroup_open(const char *name, bool make, struct par_error **err);

/* wpar_cgroup_is_absent - did wpar_cgroup_open() fail because there is no such group? */
bool wpar_cgroup_is_absent(int r);

/* wpar_cgroup_has_controller - can the tree limit that ("memory")?  Not on version 1 machines */
bool wpar_cgroup_has_controller(const char *controller);

struct wpar_cgroup_state {
	bool populated, frozen;
};
int wpar_cgroup_state(int cgroup, struct wpar_cgroup_state *ret);

/*
 * wpar_cgroup_init - the pid (here) of the WPAR's PID 1; 0 when it has none, or a negative errno
 * One that was killed is none, also before the kernel has come to it.
 */
pid_t wpar_cgroup_init(int cgroup);

/*
 * wpar_cgroup_is_dying - was the process with that text of /proc/PID/status killed, which the
 * kernel has not come to yet, or is it ending, and has no memory any more?
 */
bool wpar_cgroup_is_dying(const char *status);

/*
 * wpar_cgroup_await_init - as wpar_cgroup_init(), but one whose start is under way is waited for
 * Until it has set up the WPAR's mounts and given up its rights it is no process of the WPAR: who
 * joined it would see the LPAR's files, and it loses the signal of a stop.
 * Returns also 0 when that start ends without a PID 1, -EAGAIN when it does neither in time.
 * WPAR_CGROUP_START_MS is time enough for a start whose command was killed.
 */
#define WPAR_CGROUP_START_MS 5000
pid_t wpar_cgroup_await_init(int cgroup, int timeout_ms);

/* wpar_cgroup_signal - to every process but PID 1 */
void wpar_cgroup_signal(int cgroup, int signo);

/* wpar_cgroup_kill - SIGKILL to all; frozen ones too */
int wpar_cgroup_kill(int cgroup);
int wpar_cgroup_freeze(int cgroup, bool freeze);

/* wpar_cgroup_wait_empty - until no process is left; -ETIMEDOUT */
int wpar_cgroup_wait_empty(int cgroup, int timeout_ms);

/* wpar_cgroup_remove_empty - the group, or -EBUSY at once when it has processes; absent: 0 */
int wpar_cgroup_remove_empty(const char *name);

/* wpar_cgroup_remove - the group, once it is empty; absent: 0 */
int wpar_cgroup_remove(const char *name);

/*
 * wpar_cgroup_fork_keeper - fork(2), for a process outside of the WPARs that outlives the command
 *
 * Where systemd runs, the child is born in the group wpars/.keepers.  In the command's own group it
 * would be ended together with the unit or session that the command was called in.
 */
pid_t wpar_cgroup_fork_keeper(void);

/*
 * wpar_cgroup_top - the group above those of the WPARs, as /proc/PID/cgroup shows it: "/wpars"
 * Caller frees; NULL: there is no version 2 tree, or no memory.
 */
char *wpar_cgroup_top(void);

/* wpar_cgroup_path - its path for messages and for external.json; caller frees; NULL: no memory */
char *wpar_cgroup_path(const char *name);
