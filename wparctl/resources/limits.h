/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits of a WPAR (-R): a specification becomes values of control group files, a pure step,
 * and these are written where the controllers are.
 */
#pragma once

#include "wparctl/spec/spec.h"

/* What the machine has, for percentages. */
struct wpar_machine {
	uint64_t memory; /* bytes */
	unsigned int processors;
};

/* One file of the group and what is written to it. */
struct wpar_limit {
	const char *file;
	char value[48];
};
#define WPAR_LIMITS_MAX 8

/* wpar_limits_in_force - the resources of @s, or with active=no none of them */
const struct wpar_resources *wpar_limits_in_force(const struct wpar_spec *s);

/* wpar_limits_plan - the files to write; returns how many */
size_t wpar_limits_plan(const struct wpar_spec *s, const struct wpar_machine *m,
			struct wpar_limit ret[WPAR_LIMITS_MAX]);

/*
 * wpar_limits_need - the controllers ("memory", "cpu", "cpuset", "pids", "hugetlb") that what the
 * specification gives needs; without -R none
 * @ret	added to; -ENOMEM
 */
int wpar_limits_need(const struct wpar_spec *s, struct par_strv *ret);

/*
 * wpar_limits_change - the files to write to a group that has the limits of @from, so that it has
 * those of @to; what @to does not limit gets the kernel's default
 */
size_t wpar_limits_change(const struct wpar_spec *from, const struct wpar_spec *to,
			  const struct wpar_machine *m, struct wpar_limit ret[WPAR_LIMITS_MAX]);

/*
 * wpar_limits_write - write @n values to the group, all or none
 * A controller that the tree does not have is left out.  @spec names the WPAR in errors, and its
 * sibling groups share what is protected.  Errors: PAR_E_SYSTEM when the kernel refuses a value.
 */
int wpar_limits_write(const struct wpar_spec *spec, int cgroup, const struct wpar_limit *limits,
		      size_t n, struct par_error **err);

/*
 * wpar_limits_check - are the limits enough for a WPAR to start, and to log in to?
 * PAR_E_INVALID_ARGUMENT with the least that is.
 */
int wpar_limits_check(const struct wpar_spec *s, const struct wpar_machine *m,
		      struct par_error **err);

/* wpar_limits_memory - bytes that the WPAR may use at most; UINT64_MAX: all there is */
uint64_t wpar_limits_memory(const struct wpar_spec *s, const struct wpar_machine *m);

/* wpar_limits_soft_memory - bytes above which it is pushed back under contention; UINT64_MAX: none
 */
uint64_t wpar_limits_soft_memory(const struct wpar_spec *s, const struct wpar_machine *m);

/*
 * wpar_limits_lock - until the descriptor is closed, what the groups of @top have together is added
 * up by nobody else.  A file that only root opens: a lock on the directory, which anybody may have,
 * would stop each start.  -1: Linux before 5.14, where two at the same moment are not kept apart.
 */
int wpar_limits_lock(int top);

/*
 * wpar_limits_sum - of one file of all groups below a group; a group without it counts nothing
 * @top	the group above, its lock held
 * Returns UINT64_MAX when one of them says "max", or the sum is not less.
 */
uint64_t wpar_limits_sum(int top, const char *file);

/* wpar_limits_left - a group of @top, the directory of all, has gone: nothing is kept for it */
void wpar_limits_left(int top);

/* wpar_machine_get - of the machine we are on */
void wpar_machine_get(struct wpar_machine *ret);

/* wpar_machine_get_for - the same, where a limit of @s depends on it; else one without a size */
void wpar_machine_get_for(const struct wpar_spec *s, struct wpar_machine *ret);

/*
 * wpar_limits_apply - write the limits; a controller that the tree does not have is left out
 * Errors: PAR_E_SYSTEM when the kernel refuses a value.
 */
int wpar_limits_apply(const struct wpar_spec *s, int cgroup, struct par_error **err);
