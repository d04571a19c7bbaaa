/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /proc/meminfo and /proc/cpuinfo say inside a WPAR with limits, made of what they say in the
 * LPAR and of the WPAR's control group (ADR 7).  Pure.
 */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What the files of a control group say; UINT64_MAX: no limit, or not known. */
struct wpar_group_limits {
	uint64_t memory_max, memory_current, swap_max, swap_current; /* bytes */
	const char *memory_stat;				     /* the text of memory.stat */
	const char *processors;	      /* that of cpuset.cpus.effective, "0-3,8"; NULL: all */
	uint64_t quota_us, period_us; /* of cpu.max */
};

/*
 * wpar_proc_meminfo - @global with the numbers of the WPAR, line for line
 * MemTotal is the limit, MemFree what the group does not use of it; a line that nothing is known of
 * stays.  Without a limit all lines stay.  -ENOMEM.
 */
int wpar_proc_meminfo(const char *global, const struct wpar_group_limits *l, struct par_buf *ret);

/*
 * wpar_proc_cpuinfo - @global without the processors that the WPAR does not run on
 * No more of them than cpu.max gives time for, rounded up.  -ENOMEM.
 */
int wpar_proc_cpuinfo(const char *global, const struct wpar_group_limits *l, struct par_buf *ret);
