/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a WPAR's processes. */
#pragma once

#include "wparctl/spec/report.h"
#include "wparctl/spec/spec.h"

struct wpar_stop_opts {
	bool hard;	    /* -h, -F: kill at once */
	bool force;	    /* -F: ignore what can be ignored, lazy unmounts */
	uint64_t timeout_s; /* normal stop; UINT64_MAX: no limit; then PAR_E_TIMED_OUT */
};

/*
 * wpar_kill_and_lock - wpar_lock() for -F: as long as another operation has the lock, the WPAR's
 * processes are killed, since it may be waiting for them to end
 * PAR_E_BUSY when it has not ended within 15 s all the same.
 */
int wpar_kill_and_lock(const char *name, int *ret_lock, struct par_error **err);

/* wpar_stop - shut down, or kill, and clear away; the caller holds wpar_lock() */
int wpar_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
	      const struct wpar_report *report, struct par_error **err);
