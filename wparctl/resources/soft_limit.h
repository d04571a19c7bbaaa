/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft limit of a WPAR's memory (-R memory=MIN-SOFT,HARD), which counts under contention only:
 * while the LPAR has little memory left the WPAR is pushed back to it, and otherwise it is free to
 * take more.  The kernel's memory.high pushes always, so a process of ours sets and lifts it.
 */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_soft_limit_start - for a WPAR with such a limit: a process "soft_NAME" of the LPAR's, that
 * ends with the control group; otherwise nothing.  Before the first process of the WPAR is made.
 * Killed, the limit is none until the next start.  Returns 0 or a negative errno.
 */
int wpar_soft_limit_start(const struct wpar_spec *s, int cgroup);

/*
 * wpar_soft_limit_change - the same for a group in which processes run: what holds is noted in an
 * extended attribute of the group, which the process looks at every other second; without such a
 * limit it lifts what it has set, and ends
 */
int wpar_soft_limit_change(const struct wpar_spec *s, int cgroup);

/*
 * wpar_soft_limit_presses - is there contention?  @before: was there?  It begins when less than 10
 * % of the memory is available, and ends when it is more than 15 %.  Sizes in one unit.
 */
bool wpar_soft_limit_presses(bool before, uint64_t available, uint64_t total);
