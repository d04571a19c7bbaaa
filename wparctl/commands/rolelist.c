/* SPDX-License-Identifier: Apache-2.0 */
/* rolelist: the roles of the caller, or of another user. */
#include "wparctl/accounts/system.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"
#include "wparctl/rbac/rbac_files.h"

struct rolelist_args {
	bool auths;
	const char *user;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct rolelist_args, auths, "Show what they authorize for"),
	OPT_STR('u', NULL, "USER", struct rolelist_args, user, "Those of USER"),
	{ 0 }
};

/* The caller's name; NULL: no user has the number. */
static const char *caller(const struct wpar_accounts *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].id == getuid())
			return all->v[i].name;
	}
	return NULL;
}

static int rolelist_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rolelist_args *a = args;
	auto_accounts all = { 0 };
	auto_strv names = { 0 };
	auto_rbac db;
	const struct wpar_rbac_table *roles = &db.tables[WPAR_RBAC_ROLES];
	const struct wpar_rbac_table *users = &db.tables[WPAR_RBAC_USERS];
	const char *user, *list;
	int r = wpar_rbac_outside_only(err);

	wpar_rbac_init(&db);
	if (r < 0)
		return r;
	r = wpar_accounts_load(&all, err);
	if (r < 0)
		return r;
	r = wpar_rbac_load(&db, err);
	if (r < 0)
		return r;
	user = a->user ? a->user : caller(&all);
	list = user ? wpar_rbac_value(users, wpar_rbac_find(users, user), "roles") : "";
	if (*list && par_strv_split(&names, list, ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++)
		fprintf(ctx->out, "%-15s %s\n", names.v[i],
			wpar_rbac_value(roles, wpar_rbac_find(roles, names.v[i]),
					a->auths ? "authorizations" : "dfltmsg"));
	return 0;
}

const struct par_cmd wpar_cmd_rolelist = {
	.name = "rolelist",
	.synopsis = "",
	.summary = "Show one's roles",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct rolelist_args),
	.run = rolelist_run,
};
