/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches on pressure (PSI): a process writes a limit into memory.pressure and polls it, as systemd
 * and its services do.  criu restores the open file without the limit, and then poll says at once,
 * all the time, that something is wrong with it.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <sys/types.h>

#define WPAR_PRESSURE_TEXT 64

/* wpar_pressure_is - is the descriptor @number in @fds, a /proc/PID/fd, such a watch? */
bool wpar_pressure_is(int fds, const char *number);

/*
 * wpar_pressure_limit - the limit that the process with the folder @process in /proc has set
 * The kernel does not tell it: but systemd tells it to its services, and its own is known.  False:
 * it is not known.
 */
bool wpar_pressure_limit(int process, char ret[WPAR_PRESSURE_TEXT]);

/* wpar_pressure_decode - of the word that systemd tells a service; pure */
bool wpar_pressure_decode(const char *word, size_t len, char ret[WPAR_PRESSURE_TEXT]);

/*
 * wpar_pressure_again - of all processes in the group @cgroup and below, which stand still and were
 * restored: the limits are set again, and whoever polls hears of them
 */
int wpar_pressure_again(int cgroup, struct par_error **err);
