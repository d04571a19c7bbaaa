/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of clogin, which are in no checkpoint: they are ended, and say why. */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/checkpoint/precheck.h"

/*
 * wpar_sessions_end - have the clogins of @s end their sessions, as a hang-up does, and tell their
 * users; waited for, until what they ran in the WPAR is gone
 * What has left its session, as by nohup and &, stays and comes along.
 * Errors: PAR_E_TIMED_OUT, PAR_E_SYSTEM.
 */
int wpar_sessions_end(const struct wpar_ckpt_snapshot *s, struct par_error **err);

/*
 * wpar_sessions_any - has somebody come into the group @cgroup, or one below it, since, who is no
 * child of @init or of its children?
 */
bool wpar_sessions_any(int cgroup, pid_t init);
