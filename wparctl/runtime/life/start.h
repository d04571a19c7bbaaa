/* SPDX-License-Identifier: Apache-2.0 */
/* The start of a system WPAR, and the repair of one whose monitor was killed. */
#pragma once

#include "wparctl/runtime/life/hold.h"
#include "wparctl/spec/report.h"
#include "wparctl/spec/spec.h"

/*
 * wpar_start - mounts, namespaces, cgroup, monitor, PID 1; returns when PID 1 runs.
 * The caller holds wpar_lock().  Whatever a killed start left is cleared away first.  Says the
 * lines of startwpar but the first.
 */
int wpar_start(const struct wpar_spec *s, const struct wpar_report *report, struct par_error **err);

/*
 * wpar_start_held - the same, but PID 1 runs nothing before wpar_start_finish(): state L
 * @hold	why
 */
int wpar_start_held(const struct wpar_spec *s, enum wpar_hold hold,
		    const struct wpar_report *report, struct par_error **err);

/*
 * wpar_start_finish - PID 1 of one that is held runs its program; says the last lines of startwpar
 * @environment	NAME=VALUE each, for that program
 */
int wpar_start_finish(const struct wpar_spec *s, const struct par_strv *environment,
		      const struct wpar_report *report, struct par_error **err);

/* wpar_start_plan - what wpar_start() would mount, a line each (startwpar --dry-run) */
int wpar_start_plan(const struct wpar_spec *s, struct par_buf *out, struct par_error **err);

/*
 * wpar_repair - start the monitor again when it was killed; nothing to do: 0.  Start and enter
 * call this themselves; a listing may.
 */
int wpar_repair(const struct wpar_spec *s, struct par_error **err);

/* wpar_start_monitor_main - the program of a monitor, which does not return; -1: it is not one */
int wpar_start_monitor_main(int argc, char **argv);
