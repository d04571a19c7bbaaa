/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits (-R) that no control group has: of each process of a WPAR (setrlimit(2)), and of what
 * System V IPC there is in its IPC namespace (sysvipc(7)).
 */
#pragma once

#include "wparctl/resources/limits.h"

struct wpar_inner_limits {
	uint64_t address_space; /* bytes of virtual memory of one process; 0: no limit */
	uint64_t locked;	/* bytes that one process may lock in memory; always limited */
	/* per cent of what the global environment has; 0: all of it */
	uint32_t pct_msg_ids, pct_sem_ids, pct_shm_ids;
};

/* wpar_inner_limits_plan - what the specification asks for; with active=no the defaults */
void wpar_inner_limits_plan(const struct wpar_spec *s, const struct wpar_machine *m,
			    struct wpar_inner_limits *ret);

bool wpar_inner_limits_equal(const struct wpar_inner_limits *a, const struct wpar_inner_limits *b);

/* wpar_inner_limits_check - is there enough for a process to run?  PAR_E_INVALID_ARGUMENT */
int wpar_inner_limits_check(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_inner_limits_take - this process, and all that come from it; 0 or a negative errno
 * What it may lock was set outside, by wpar_process_fix(): -EPERM when that could not raise it.
 */
int wpar_inner_limits_take(const struct wpar_inner_limits *l);

/*
 * wpar_inner_limits_ipc - the IPC namespace of the process @pidfd
 * Where nothing is asked for it gets what the global environment has.  0 or a negative errno.
 */
int wpar_inner_limits_ipc(int pidfd, const struct wpar_inner_limits *l);

/*
 * wpar_inner_limits_change - every process of the group @cgroup and the IPC namespace, while the
 * WPAR runs; what is used already beyond a limit stays, and so does what a process has lowered
 * @init	pidfd of the WPAR's PID 1
 * 0 or a negative errno.
 */
int wpar_inner_limits_change(int init, int cgroup, const struct wpar_inner_limits *from,
			     const struct wpar_inner_limits *to);
