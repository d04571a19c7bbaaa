/* SPDX-License-Identifier: Apache-2.0 */
/* Commands in LPARs, run by a wparcmd of our own as a child: one that hangs can be given up. */
#pragma once

#include "lpard/common/error.h"

#include <sys/types.h>

/*
 * cli_remote_start - `wparcmd -m SYSTEM -p LPAR -w WAIT_S -- COMMAND…`, without terminal and stdin
 * @command	NULL-terminated
 * @out, @err_fd	its standard output and error; -1: /dev/null.  Stay the caller's
 * @ret_pid	to be reaped by the caller; it is ended when the caller ends
 */
int cli_remote_start(const char *system, const char *lpar, unsigned int wait_s,
		     const char *const *command, int out, int err_fd, pid_t *ret_pid,
		     struct par_error **err);
