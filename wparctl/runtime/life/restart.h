/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mark of a restart that is under way: a rebootwpar or stopwpar -r that was killed between the
 * stop and the start has left the WPAR Defined, and the same command again goes on from there.
 */
#pragma once

#include <stdbool.h>

/* wpar_restart_begin - before the stop; 0 or a negative errno */
int wpar_restart_begin(const char *name);

/* wpar_restart_begun - was one begun and not ended? */
bool wpar_restart_begun(const char *name);

/* wpar_restart_end - the WPAR runs again, or is not to */
void wpar_restart_end(const char *name);
