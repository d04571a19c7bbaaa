/* SPDX-License-Identifier: Apache-2.0 */
/* Where criu and its log belong. */
#pragma once

#include "lpard/common/error.h"

/*
 * wpar_home_group - the folder of the control group that this process is in; caller frees
 * NULL: no memory, or no version 2 tree.
 */
char *wpar_home_group(void);

/*
 * wpar_criu_log_path - the absolute path of criu's log
 * @given	as the user gave it, or NULL: @name in @folder
 * @ret		caller frees
 * PAR_E_NOT_FOUND: its folder is not there.
 */
int wpar_criu_log_path(const char *given, const char *folder, const char *name, char **ret,
		       struct par_error **err);
