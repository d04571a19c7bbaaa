/* SPDX-License-Identifier: Apache-2.0 */
/* Waits until a control group that was told to stand still does. */
#pragma once

/*
 * wpar_cgroup_wait_frozen - until none of its processes runs (or there is none left)
 * Returns 0, -ETIMEDOUT after @most_ms (one of them waits in the kernel), or a negative errno.
 */
int wpar_cgroup_wait_frozen(int cgroup, unsigned int most_ms);
