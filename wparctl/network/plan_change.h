/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one plan to another on a running WPAR (chwpar -N, -K -N, -i, -I).  The comparison is pure;
 * wpar_net_change() carries it out and undoes what it did when a step fails.
 */
#pragma once

#include "wparctl/network/plan.h"

#include <sys/types.h>

/* What a change takes away, in the order to do it, and what it adds. */
struct wpar_net_difference {
	struct wpar_net_plan gone, new; /* their addresses: before, and afterwards */
};

#define auto_net_difference par_cleanup(wpar_net_difference_done) struct wpar_net_difference
void wpar_net_difference_done(struct wpar_net_difference *d);

/*
 * wpar_net_compare - what leads from @before to @after, both of one WPAR
 * A filter that has to let other addresses pass and routes over a link that has lost its last
 * address are among the new steps.  Errors: -ENOMEM.
 */
int wpar_net_compare(const struct wpar_net_plan *before, const struct wpar_net_plan *after,
		     struct wpar_net_difference *ret);

/* wpar_net_difference_print - a line for each step, "- " or "+ " before it */
int wpar_net_difference_print(const struct wpar_net_difference *d, struct par_buf *out);

/*
 * wpar_net_change - carry it out
 * @pid		a process of the WPAR: its PID 1
 * The record in /run names what both plans leave, with the mark of a change, until
 * wpar_net_change_end(); a change that finds the mark makes all of @before anew first, for a
 * command was killed.  After an error the WPAR has @before again, as far as the kernel lets it, and
 * the mark is gone.  Errors: those of wpar_net_apply_outer().
 */
int wpar_net_change(const struct wpar_net_plan *before, const struct wpar_net_plan *after,
		    pid_t pid, struct par_error **err);

/* wpar_net_change_end - @now, what the WPAR has, is what is defined, too */
int wpar_net_change_end(const struct wpar_net_plan *now, struct par_error **err);

/* wpar_net_change_is_open - was a change begun that has not been ended? */
bool wpar_net_change_is_open(const char *name);
