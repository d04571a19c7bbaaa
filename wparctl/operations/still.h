/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running WPAR that is made to stand still for a moment.  A process of its own lets it go on when
 * the command that has stopped it is killed.
 */
#pragma once

#include "lpard/common/error.h"

#include <sys/types.h>

struct wpar_standstill {
	const char *name;
	int cgroup, guard; /* guard: a pipe; its end is what the guardian waits for */
	pid_t guardian;
};

#define WPAR_NO_STANDSTILL(n) ((struct wpar_standstill){ .name = (n), .cgroup = -1, .guard = -1 })

/*
 * wpar_standstill_begin - from here on none of its processes runs
 * Errors: PAR_E_TIMED_OUT (one of them waits in the kernel), PAR_E_SYSTEM; it runs on then.
 */
int wpar_standstill_begin(struct wpar_standstill *s, struct par_error **err);
/* wpar_standstill_end - they go on */
int wpar_standstill_end(struct wpar_standstill *s, struct par_error **err);
