/* SPDX-License-Identifier: Apache-2.0 */
/* lsauth: the authorizations that roles can give, and which roles give them. */
#include "lpard/common/json.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/rbac.h"
#include "wparctl/rbac/auths.h"
#include "wparctl/rbac/rbac_files.h"

#include <string.h>

struct lsauth_args {
	bool stanza, json;
};

static const struct par_opt opts[] = { OPT_FLAG('f', NULL, struct lsauth_args, stanza,
						"As stanzas"),
				       OPT_FLAG(0, "json", struct lsauth_args, json, "As JSON"),
				       { 0 } };

/* The roles that name it themselves. */
static void put_roles(const struct wpar_rbac_table *roles, const char *auth, struct par_buf *out)
{
	for (size_t i = 0; i < roles->n; i++) {
		if (wpar_rbac_has(wpar_rbac_value(roles, &roles->v[i], "authorizations"), auth))
			par_buf_printf(out, "%s%s", out->len ? "," : "", roles->v[i].name);
	}
}

static void print_auth(const struct lsauth_args *a, const struct wpar_auth *auth,
		       const struct wpar_rbac_table *roles, struct json_object *json, FILE *out)
{
	auto_buf list = { 0 };
	struct json_object *o;

	put_roles(roles, auth->name, &list);
	if (!json) {
		fprintf(out,
			a->stanza ? "%s:\n\tdescription=%s\n\troles=%s\n\n"
				  : "%s description=%s roles=%s\n",
			auth->name, auth->description, list.data ? list.data : "");
		return;
	}
	o = json_object_new_object();
	par_json_put_string(o, "name", auth->name);
	par_json_put_string(o, "description", auth->description);
	par_json_put_string(o, "roles", list.data ? list.data : "");
	json_object_array_add(json, o);
}

static int print_names(const struct lsauth_args *a, const struct par_cmd_ctx *ctx,
		       const struct wpar_rbac_table *roles, struct json_object *json,
		       struct par_error **err)
{
	auto_strv names = { 0 };
	int status = 0;

	if (par_strv_split(&names, ctx->argv[0], ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++) {
		const struct wpar_auth *auth = wpar_auth_find(names.v[i]);

		if (auth) {
			print_auth(a, auth, roles, json, ctx->out);
			continue;
		}
		fflush(ctx->out);
		fprintf(ctx->err, "lsauth: Authorization \"%s\" does not exist.\n", names.v[i]);
		status = 2;
	}
	return status;
}

static int lsauth_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lsauth_args *a = args;
	auto_json json = NULL;
	auto_rbac db;
	int r = wpar_rbac_outside_only(err);

	wpar_rbac_init(&db);
	if (r < 0)
		return r;
	if (a->stanza && a->json)
		return par_fail(err, PAR_E_USAGE, 0, "-f and --json exclude each other");
	r = wpar_rbac_load(&db, err);
	if (r < 0)
		return r;
	if (a->json)
		json = json_object_new_array();
	if (strcmp(ctx->argv[0], "ALL") != 0)
		r = print_names(a, ctx, &db.tables[WPAR_RBAC_ROLES], json, err);
	else
		for (size_t i = 0; i < wpar_n_auths; i++)
			print_auth(a, &wpar_auths[i], &db.tables[WPAR_RBAC_ROLES], json, ctx->out);
	if (json && r >= 0)
		par_json_print(ctx->out, json);
	return r;
}

const struct par_cmd wpar_cmd_lsauth = {
	.name = "lsauth",
	.synopsis = "{ALL | AUTHORIZATION[,AUTHORIZATION…]}",
	.summary = "Show authorizations and the roles that give them",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct lsauth_args),
	.run = lsauth_run,
};
