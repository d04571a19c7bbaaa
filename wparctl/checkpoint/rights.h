/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What restored processes may do, as the kernel says it: a checkpoint comes from somewhere, and
 * must give nothing that a start would not.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"

/*
 * wpar_rights_text - of a process, by the text of its /proc/PID/status; pure
 * @caps	the most it may have
 * NULL: nothing is wrong; else what is, in a few words.
 */
const char *wpar_rights_text(const char *status, uint64_t caps, uint32_t idbase, uint32_t idrange);

/*
 * wpar_rights_check - of all in the group @cgroup, which stands still
 * Errors: PAR_E_NOT_PERMITTED, naming the process.
 */
int wpar_rights_check(int cgroup, pid_t init, uint64_t caps, const struct wpar_mount_plan *p,
		      struct par_error **err);
