/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of a WPAR that the kernel has killed, for memory ran out: its own, or the LPAR's. */
#pragma once

#include "lpard/common/error.h"

#include <stdint.h>

/*
 * wpar_oom_open - where the kernel counts them, in the group of wpar_cgroup_open()
 * The descriptor says POLLPRI when a number has changed, once it has been read.  -1: not counted.
 */
int wpar_oom_open(int cgroup);

/* wpar_oom_kills - how many there were since the group was made; 0 when that is not known */
uint64_t wpar_oom_kills(int fd);

/* wpar_oom_parse - the same from the text of the file */
uint64_t wpar_oom_parse(const char *text);

/* wpar_oom_error - the error that says it, for the log */
int wpar_oom_error(uint64_t kills, struct par_error **err);
