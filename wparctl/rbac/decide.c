/* SPDX-License-Identifier: Apache-2.0 */
/* The decision: see decide.h. */
#include "wparctl/rbac/decide.h"

#include <string.h>

/* Marks the role and all that it includes; each is looked at once, whatever circles there are. */
static void mark_roles(const struct wpar_rbac_table *roles, const char *list, bool *marked)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < roles->n; i++) {
			bool wanted = wpar_rbac_has(list, roles->v[i].name);

			for (size_t j = 0; !wanted && j < roles->n; j++)
				wanted = marked[j] &&
					 wpar_rbac_has(
						 wpar_rbac_value(roles, &roles->v[j], "rolelist"),
						 roles->v[i].name);
			if (wanted && !marked[i])
				marked[i] = again = true;
		}
	}
}

bool wpar_rbac_role_includes(const struct wpar_rbac_table *roles, const char *role,
			     const char *other)
{
	const struct wpar_rbac_row *row = wpar_rbac_find(roles, other);
	autofree bool *marked = par_check_alloc(calloc(roles->n + 1, sizeof(*marked)));

	if (!row)
		return strcmp(role, other) == 0;
	mark_roles(roles, role, marked);
	return marked[row - roles->v];
}

static bool gives(const struct wpar_rbac_table *roles, const struct wpar_rbac_row *role,
		  const char *auth)
{
	const char *list = wpar_rbac_value(roles, role, "authorizations");

	while (*list) {
		size_t len = strcspn(list, ",");
		autofree char *given = par_check_alloc(strndup(list, len));

		if (wpar_auth_includes(given, auth))
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

const char *wpar_rbac_role_giving(const struct wpar_rbac *db, const char *user, const char *auth)
{
	const struct wpar_rbac_table *roles = &db->tables[WPAR_RBAC_ROLES];
	const struct wpar_rbac_table *users = &db->tables[WPAR_RBAC_USERS];
	const char *own = wpar_rbac_value(users, wpar_rbac_find(users, user), "roles");
	autofree bool *marked = par_check_alloc(calloc(roles->n + 1, sizeof(*marked)));

	mark_roles(roles, own, marked);
	for (size_t i = 0; i < roles->n; i++) {
		if (marked[i] && gives(roles, &roles->v[i], auth))
			return roles->v[i].name;
	}
	return NULL;
}

/* How many elements of @list there are, and how many of them are in @in. */
static void count(const char *list, const char *in, size_t *ret_all, size_t *ret_in)
{
	*ret_all = *ret_in = 0;
	while (*list) {
		size_t len = strcspn(list, ",");
		autofree char *element = par_check_alloc(strndup(list, len));

		++*ret_all;
		*ret_in += wpar_rbac_has(in, element);
		list += len + (list[len] == ',');
	}
}

static int refuse(const char *name, const char *what, struct par_error **err)
{
	return par_fail(err, PAR_E_NOT_PERMITTED, 0,
			"You are not authorized for workload partition %s: "
			"%s.",
			name, what);
}

static int check_domains(const struct wpar_rbac_table *objects, const struct wpar_rbac_row *row,
			 const char *name, const char *own, struct par_error **err)
{
	const char *domains = wpar_rbac_value(objects, row, "domains");
	bool any = strcmp(wpar_rbac_value(objects, row, "secflags"), "FSF_DOM_ANY") == 0;
	size_t all, common;

	count(domains, own, &all, &common);
	if (all == 0 && !*own)
		return 0;
	if (all == 0)
		return refuse(name, "it is in no domain, and you have domains", err);
	if (any ? common > 0 : common == all)
		return 0;
	return refuse(name, "it is in a domain that is not yours", err);
}

static int need_rights(const struct wpar_rbac *db, const char *user, unsigned int rights,
		       const char *name, struct par_buf *ret_why, struct par_error **err)
{
	for (unsigned int right = 1; right < WPAR_RIGHT_END; right <<= 1) {
		const struct wpar_auth *auth;
		const char *role;

		if (!(rights & right))
			continue;
		auth = wpar_auth_of_right((enum wpar_right)right);
		role = wpar_rbac_role_giving(db, user, auth->name);
		if (!role) {
			autofree char *what =
				par_strdup_printf("none of your roles has %s", auth->name);

			return refuse(name, par_check_alloc(what), err);
		}
		par_buf_printf(ret_why, "%s%s by role %s", ret_why->len ? ", " : "", auth->name,
			       role);
	}
	return 0;
}

int wpar_rbac_decide(const struct wpar_rbac *db, const char *user, unsigned int rights,
		     const struct wpar_rbac_object *object, struct par_buf *ret_why,
		     struct par_error **err)
{
	const struct wpar_rbac_table *objects = &db->tables[WPAR_RBAC_OBJECTS];
	const struct wpar_rbac_table *users = &db->tables[WPAR_RBAC_USERS];
	const struct wpar_rbac_row *row = wpar_rbac_find(objects, object->name);
	const char *own = wpar_rbac_value(users, wpar_rbac_find(users, user), "domains");
	const char *domains = wpar_rbac_value(objects, row, "domains");
	const char *role;
	size_t all, common;
	int r;

	count(wpar_rbac_value(objects, row, "conflictsets"), own, &all, &common);
	if (common > 0)
		return refuse(object->name, "it shuts out one of your domains", err);
	/* What it can do follows from whose it is, so its name need not be in a domain. */
	if (rights & WPAR_RIGHT_RUN) {
		r = need_rights(db, user, rights, object->name, ret_why, err);
		return r < 0 || !*domains ? r : check_domains(objects, row, object->name, own, err);
	}
	if (rights & WPAR_RIGHT_CREATE) {
		if (!*domains)
			return refuse(object->name, "its name has not been put into a domain", err);
	} else if (object->owner && strcmp(object->owner, user) == 0) {
		role = wpar_rbac_role_giving(db, user, WPAR_AUTH_OWNER);
		if (role) {
			par_buf_printf(ret_why, WPAR_AUTH_OWNER " by role %s", role);
			return ret_why->failed ? par_oom(err) : 0;
		}
	}
	if (object->application)
		return refuse(object->name,
			      "it is an application workload partition, and the roles are for "
			      "system workload partitions",
			      err);
	r = need_rights(db, user, rights, object->name, ret_why, err);
	if (r < 0)
		return r;
	r = check_domains(objects, row, object->name, own, err);
	if (r < 0)
		return r;
	if (*domains)
		par_buf_printf(ret_why, ", domain %s", domains);
	return ret_why->failed ? par_oom(err) : 0;
}
