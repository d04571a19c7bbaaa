/* SPDX-License-Identifier: Apache-2.0 */
/* Which tool of the system, with which words, makes or changes a user as AIX's attributes say. */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/accounts/account.h"

enum wpar_account_change {
	WPAR_ACCOUNT_MAKE,
	WPAR_ACCOUNT_CHANGE,
	WPAR_ACCOUNT_REMOVE,
};

/*
 * wpar_account_plan - the command line
 * @all		the users and groups that there are
 * @settings	"attribute=value", NULL-terminated
 * @id_max	the highest id that this system has; a WPAR has 65,536 of them
 * @ret		the words; empty when nothing is to be changed
 *
 * Errors: PAR_E_NOT_FOUND (3004-687, 3004-686), PAR_E_EXISTS (3004-694), PAR_E_INVALID_ARGUMENT
 * (3004-692 for a value; an attribute that there is not).
 */
int wpar_account_plan(enum wpar_account_change change, const struct wpar_accounts *all,
		      const char *name, char *const *settings, uint32_t id_max,
		      struct par_strv *ret, struct par_error **err);
