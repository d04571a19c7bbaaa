/* SPDX-License-Identifier: Apache-2.0 */
/* The user of the global environment whose job an application WPAR is.  Internal to runtime/. */
#pragma once

#include "wparctl/runtime/launch/own_ids.h"
#include "wparctl/runtime/session/user.h"

struct wpar_job {
	struct wpar_user user;
	struct wpar_own_ids ids;
};

/*
 * wpar_job_find - the user and the groups out of /etc/passwd and /etc/group of this system
 * Errors: PAR_E_NOT_FOUND; PAR_E_NOT_PERMITTED: root's ids are among them; PAR_E_NO_RESOURCES.
 */
int wpar_job_find(const char *user, struct wpar_job *ret, struct par_error **err);
