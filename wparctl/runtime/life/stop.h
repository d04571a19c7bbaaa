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

/* wpar_stop - shut down, or kill, and clear away; the caller holds wpar_lock() */
int wpar_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
	      const struct wpar_report *report, struct par_error **err);
