/* SPDX-License-Identifier: Apache-2.0 */
/* The last step into a WPAR's program: environment, look-up in PATH, exec.  Internal to runtime/.
 */
#pragma once

#include "wparctl/runtime/session/user.h"

#include "lpard/common/str.h"

/*
 * wpar_command_environment - what a user's program starts with: TERM and LANG of the caller where
 * they are plain text, and what the user's entry gives; @more wins
 */
int wpar_command_environment(const struct wpar_user *u, const struct par_strv *more,
			     struct par_strv *ret);

/* wpar_command_exec - argv[0] by PATH of @env; returns only on failure, a negative errno */
int wpar_command_exec(char *const argv[], const struct par_strv *env);

/* wpar_wait_status - wait for the end of a child; its exit status, 128+N for a signal */
int wpar_wait_status(int pidfd, int *ret_status, struct par_error **err);
