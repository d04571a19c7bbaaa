/* SPDX-License-Identifier: Apache-2.0 */
/* May this user do that to this WPAR?  A pure function of the databases. */
#pragma once

#include "wparctl/rbac/auths.h"
#include "wparctl/rbac/rbac_table.h"

struct wpar_rbac_object {
	const char *name;
	const char *owner; /* NULL: there is no such WPAR yet */
	bool application;
};

/*
 * wpar_rbac_decide - has @user all of @rights on the WPAR?
 *
 * A right comes from an authorization of one of the user's roles (and of the roles that those
 * include), and only in the domains: a WPAR that is in domains is for users with all of them (with
 * any of them when its secflags are FSF_DOM_ANY), a WPAR in none is for users without domains.
 * aix.wpar.owner gives all rights but that to make one on a WPAR whose owner the user is, in
 * whatever domain; all other rights are for system WPARs alone.  Conflicting domains (conflictsets)
 * shut out in either case.  Only names that have been put into a domain can be made: a name can
 * mean an address.
 *
 * @ret_why	of a yes: what it comes from, "aix.wpar.system.start by role ops, domain web"
 * Returns 0, or PAR_E_NOT_PERMITTED with the reason; PAR_E_NO_MEMORY.
 */
int wpar_rbac_decide(const struct wpar_rbac *db, const char *user, unsigned int rights,
		     const struct wpar_rbac_object *object, struct par_buf *ret_why,
		     struct par_error **err);

/*
 * wpar_rbac_role_giving - the name of a role of the user that includes @auth, through others too;
 * NULL: there is none
 */
const char *wpar_rbac_role_giving(const struct wpar_rbac *db, const char *user, const char *auth);

/* wpar_rbac_role_includes - does the role include the other, at whatever depth?  Itself, too */
bool wpar_rbac_role_includes(const struct wpar_rbac_table *roles, const char *role,
			     const char *other);
