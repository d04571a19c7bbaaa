/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which process the monitor of a WPAR is, and whether it is to start the WPAR again: files of the
 * WPAR's folder in /run, so both go with wpar_clear().
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* wpar_monitor_write_record - the caller is the monitor from now on */
void wpar_monitor_write_record(const char *name);

/* wpar_monitor_mark_restart - by the monitor: it is to start the WPAR again */
void wpar_monitor_mark_restart(const char *name);

/* wpar_monitor_pid - of the living monitor, or 0 */
pid_t wpar_monitor_pid(const char *name);

/*
 * wpar_monitor_restarts - has PID 1 ended, and is the monitor, which lives, to start the WPAR
 * again? Not always at once: monitor.c.
 */
bool wpar_monitor_restarts(const char *name);

/* wpar_monitor_end - the monitor ends by itself when PID 1 has; after @timeout_ms it is killed */
void wpar_monitor_end(pid_t pid, int timeout_ms);
