/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users of a WPAR, from its own /etc/passwd and /etc/group, read as foreign bytes.  Never by the
 * libc's look-up: that would ask the global environment, or run the WPAR's libraries.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <sys/types.h>

#define WPAR_GROUPS_MAX 64

struct wpar_user {
	char name[64], home[256], shell[256];
	uid_t uid;
	gid_t gid;
	gid_t groups[WPAR_GROUPS_MAX];
	size_t n_groups;
};

/*
 * wpar_user_parse - one user out of the text of passwd; PAR_E_NOT_FOUND, PAR_E_CORRUPT
 * Ids must be plain decimal numbers below @id_max.
 */
int wpar_user_parse(const char *passwd, const char *name, unsigned int id_max,
		    struct wpar_user *ret, struct par_error **err);

/* wpar_user_groups - the groups that list the user, out of the text of group */
void wpar_user_groups(const char *group, unsigned int id_max, struct wpar_user *u);

/*
 * wpar_user_shell_is_listed - is @shell a line of @shells, the text of /etc/shells?  Who has
 * another one (nologin, a menu) may run nothing but that.  Blanks around it and comments as in
 * shells(5).
 */
bool wpar_user_shell_is_listed(const char *shells, const char *shell);

/* wpar_user_may_run - has the user of the WPAR below @rootfd a shell of its /etc/shells? */
bool wpar_user_may_run(int rootfd, const struct wpar_user *u);

/* wpar_user_find - from the files below @rootfd; root is known even without them */
int wpar_user_find(int rootfd, const char *name, unsigned int id_max, struct wpar_user *ret,
		   struct par_error **err);
