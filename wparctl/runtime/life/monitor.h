/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cor_NAME, the one process that an active system WPAR has outside: it started PID 1, holds what
 * must outlive the commands, and clears away when PID 1 ends.  Killed, it harms nothing: the next
 * command starts another.  Internal to runtime/.
 */
#pragma once

#include "wparctl/runtime/life/hold.h"
#include "wparctl/spec/spec.h"

/* What the monitor calls, with the WPAR's lock, when somebody inside has asked for a restart. */
typedef void wpar_again_fn(const char *name);

/*
 * wpar_monitor_start - start the WPAR in a new monitor; returns when PID 1 runs, or waits (@hold)
 * @stepped	called for each enum wpar_sync_step as it is done
 */
int wpar_monitor_start(const struct wpar_spec *s, enum wpar_hold hold, wpar_again_fn *again,
		       void (*stepped)(int step, void *user), void *user, pid_t *ret_monitor,
		       struct par_error **err);

/* wpar_monitor_adopt - a new monitor for a WPAR that runs without one */
int wpar_monitor_adopt(const struct wpar_spec *s, wpar_again_fn *again, struct par_error **err);

/*
 * wpar_monitor_main - a monitor whose program was run anew (monitor_anew.h); does not return
 * -1: the program was run for something else.
 */
int wpar_monitor_main(int argc, char **argv, wpar_again_fn *again);
