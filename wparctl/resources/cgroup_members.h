/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in a WPAR's control group, and in those that the WPAR has made below it. */
#pragma once

#include <sys/types.h>

/*
 * @group	where it is: "" for the WPAR's own group, else "inside/system.slice"
 * Less than 0 ends the walk.
 */
typedef int wpar_cgroup_member_fn(pid_t pid, const char *group, void *user);

/*
 * wpar_cgroup_members - call @see for each process, by its number here
 * Of groups that stand still that is all of them; else one that is moved meanwhile may be seen
 * twice or not.  Returns 0, what @see has returned, -E2BIG (deeper or more than a WPAR can make
 * groups) or another negative errno.
 */
int wpar_cgroup_members(int cgroup, wpar_cgroup_member_fn *see, void *user);
