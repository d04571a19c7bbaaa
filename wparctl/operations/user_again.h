/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision about an ordinary user's command, once more: the agent decides before the command is
 * begun, which may wait for a lock then, while root takes a role away or gives the name to another
 * workload partition.
 */
#pragma once

#include "wparctl/spec/spec.h"

/* What the agent tells the command that it runs for the user of LPARD_USER: enum wpar_right. */
#define WPAR_USER_RIGHTS "WPAR_USER_RIGHTS"

/*
 * wpar_user_again - with the lock held (clogin: before it enters): has the user the rights still?
 * @s	the workload partition as it is now; NULL: @name is to be made
 * 0 also for root, and from the second time on.  A refusal is a line in the log of events.
 * Errors: PAR_E_NOT_PERMITTED, and those of reading the databases.
 */
int wpar_user_again(const char *name, const struct wpar_spec *s, struct par_error **err);
