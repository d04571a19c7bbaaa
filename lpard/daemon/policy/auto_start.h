/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auto_start=1: as an HMC activates such partitions when the managed system is powered on, lpard
 * activates them when it has connected to the system for the first time after a boot of the machine
 * that lpard runs on.  A file beside lpard's socket, which a boot sweeps away or makes void, says
 * for each system that this was done: `auto_start.SYSTEM`, with the boot's id.  An lpard that is
 * killed meanwhile leaves none, and the next one does what is left to do.
 *
 * Each activation is a job like those that operators ask for, with its event and its audit line.
 */
#pragma once

#include "lpard/daemon/daemon.h"

struct lpar_auto_start;

/*
 * lpar_auto_start_new - from now on; free before the list of events
 * @socket	the path of lpard's socket
 */
int lpar_auto_start_new(struct lpar_daemon *d, const char *socket, struct lpar_auto_start **ret,
			struct par_error **err);
void lpar_auto_start_free(struct lpar_auto_start **a);
