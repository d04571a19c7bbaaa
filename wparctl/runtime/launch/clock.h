/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR's time since its start.  Internal to runtime/launch. */
#pragma once

#include <stdint.h>

/* wpar_clock_boot - outside, before there is a first process: the second of the WPAR's boot */
int64_t wpar_clock_boot(void);

/*
 * wpar_clock_begin - in the WPAR's first process, while /proc is the LPAR's and its files may be
 * opened: from now on CLOCK_BOOTTIME counts from @boot
 *
 * So uptime(1), w(1) and the start times of ps(1) in a WPAR are those of the WPAR; the other clocks
 * stay.  The time namespace is the WPAR's own user namespace's: criu takes no other.  A kernel
 * without time namespaces shows the LPAR's times: no error.
 */
void wpar_clock_begin(int64_t boot);
