/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard of a clogin: a process of the global environment that outlives it by a moment.  When
 * clogin ends without a word (kill -9), the guard ends the session of the command that it ran.
 * Internal to runtime/session.
 */
#pragma once

#include <sys/types.h>

/*
 * wpar_guard_start - before the command is started; @cgroup is the WPAR's control group
 * Returns a descriptor for the two below, close-on-exec, or a negative errno.
 */
int wpar_guard_start(int cgroup);

/* wpar_guard_watch - from now on it guards the session that @leader leads */
void wpar_guard_watch(int guard, pid_t leader);

/* wpar_guard_end - the command has ended, or was never started: whatever it left may stay */
void wpar_guard_end(int guard);

/*
 * wpar_session_signal - to every process of @cgroup that is in the session of @leader
 * Returns how many got it.
 */
int wpar_session_signal(int cgroup, pid_t leader, int signo);
