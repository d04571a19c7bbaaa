/* SPDX-License-Identifier: Apache-2.0 */
/* The users and groups of the system that this process is in: the global environment, or a WPAR. */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/accounts/account.h"

/* wpar_accounts_load - out of /etc; without the right to read shadow the rest of it */
int wpar_accounts_load(struct wpar_accounts *ret, struct par_error **err);

/* wpar_accounts_id_max - the highest id that a file can have here; from the kernel's map of ids */
uint32_t wpar_accounts_id_max(void);

/*
 * wpar_accounts_run - run one of the system's tools; it writes to the caller's stdout and stderr
 * @words	the program's name and its arguments; a program of the system's own folders only
 * Returns its exit status (128+N for a signal), or a negative errno.
 */
int wpar_accounts_run(const struct par_strv *words, struct par_error **err);
