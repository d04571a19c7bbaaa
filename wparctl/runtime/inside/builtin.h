/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of inittab that PID 1 runs itself, in a process without exec: that costs a tenth of the
 * time, and such a process shares PID 1's memory.  Internal to runtime/inside.
 *
 *	/usr/sbin/srcmstr			the System Resource Controller
 *	/usr/bin/startsrc -s SUBSYSTEM		a request to it; -g GROUP
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* wpar_builtin_is - is the command line one of them? */
bool wpar_builtin_is(const char *command);

/*
 * wpar_builtin_is_idle - it would have nothing to do: srcmstr, where no subsystem is defined
 * Then srcmstr is not started; whoever defines the first subsystem has PID 1 look again (SIGHUP).
 */
bool wpar_builtin_is_idle(const char *command);

/* wpar_builtin_spawn - the process; as wpar_init_spawn() */
pid_t wpar_builtin_spawn(const char *command);

/* wpar_builtin_end - srcmstr first: it would start again what ends while the WPAR shuts down */
void wpar_builtin_end(void);
