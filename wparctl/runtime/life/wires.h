/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two pipes between a WPAR's PID 1 and its monitor: the console, which is also /dev/console inside,
 * and what the end of PID 1 means.
 * PID 1 holds both ends of each, so a killed monitor costs nothing and the next one takes them up.
 * PID 1 is the WPAR's: what it hands out is not trusted.  Internal to runtime/.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* wpar_wires_make - in PID 1, before it runs its program; without them it writes to nobody */
void wpar_wires_make(int keep);

struct wpar_wires {
	int console, end; /* -1: not there */
};

/* wpar_wires_open - the monitor's ends of those of @init */
struct wpar_wires wpar_wires_open(pid_t init);

/*
 * wpar_wires_pump - what is to be read from the console goes to its log
 * Returns the bytes read; 0 when there was nothing or the console is lost.
 */
size_t wpar_wires_pump(struct wpar_wires *w, const char *name);

/* wpar_wires_wants_restart - PID 1, which has ended, asked to be started again */
bool wpar_wires_wants_restart(const struct wpar_wires *w);
