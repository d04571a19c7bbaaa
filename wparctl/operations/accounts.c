/* SPDX-License-Identifier: Apache-2.0 */
/* Listings and changes of users and groups, inside and outside: see accounts.h. */
#include "wparctl/operations/accounts.h"

#include "lpard/common/json.h"
#include "wparctl/accounts/account_messages.h"
#include "wparctl/accounts/system.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/rbac.h"
#include "wparctl/rbac/rbac_files.h"
#include "wparctl/runtime/inside/inside.h"

#include <string.h>

#define STATUS_NO_ENTRY 2 /* what AIX's commands exit with for ENOENT */

/* Of lsuser or of lsgroup. */
struct account_kind {
	const struct wpar_account_attribute *table;
	size_t n;
	const char *what;
	bool groups;
};

struct account_listing {
	const struct wpar_account_listing *args;
	const struct account_kind *kind;
	struct wpar_account_columns columns;
	struct wpar_accounts all;
	struct json_object *json;
};

static const struct wpar_account_attribute *find_attribute(const struct account_kind *kind,
							   const char *name)
{
	for (size_t i = 0; i < kind->n; i++) {
		if (strcmp(kind->table[i].name, name) == 0)
			return &kind->table[i];
	}
	return NULL;
}

/* All of them, or those that the operands but the last name. */
static int choose_columns(struct account_listing *l, int argc, char **argv, struct par_error **err)
{
	size_t n = l->args->chosen ? (size_t)argc - 1 : l->kind->n;

	l->columns.chosen = l->args->chosen;
	l->columns.v = calloc(n + 1, sizeof(*l->columns.v));
	if (!l->columns.v)
		return par_oom(err);
	for (size_t i = 0; i < n; i++) {
		const struct wpar_account_attribute *a =
			l->args->chosen ? find_attribute(l->kind, argv[i]) : &l->kind->table[i];

		if (!a) {
			autofree char *names = wpar_account_names(l->kind->table, l->kind->n);

			return names ? par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
						"%s have no attribute \"%s\"; there are %s",
						l->kind->what, argv[i], names)
				     : par_oom(err);
		}
		l->columns.v[l->columns.n++] = a;
	}
	return 0;
}

static void print_one(struct account_listing *l, const struct wpar_account_ref *ref, FILE *out)
{
	auto_buf text = { 0 };

	if (l->json) {
		json_object_array_add(l->json, wpar_account_json(&l->columns, ref));
		return;
	}
	wpar_account_print(&l->columns, ref,
			   l->args->stanza  ? WPAR_ACCOUNT_STANZA
			   : l->args->colon ? WPAR_ACCOUNT_COLON
					    : WPAR_ACCOUNT_LINE,
			   &text);
	fputs(par_check_alloc(text.data), out);
}

static void print_all(struct account_listing *l, FILE *out)
{
	size_t n = l->kind->groups ? l->all.n_groups : l->all.n;

	for (size_t i = 0; i < n; i++) {
		struct wpar_account_ref ref = { .all = &l->all };

		if (l->kind->groups)
			ref.group = &l->all.groups[i];
		else
			ref.user = &l->all.v[i];
		print_one(l, &ref, out);
	}
}

/* Each that there is; of the others it is said that there is none. */
static int print_names(struct account_listing *l, const char *list, const struct par_cmd_ctx *ctx,
		       struct par_error **err)
{
	auto_strv names = { 0 };
	int status = 0;

	if (par_strv_split(&names, list, ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++) {
		struct wpar_account_ref ref = { .all = &l->all };

		if (l->kind->groups)
			ref.group = wpar_group_find(&l->all, names.v[i]);
		else
			ref.user = wpar_account_find(&l->all, names.v[i]);
		if (ref.user || ref.group) {
			print_one(l, &ref, ctx->out);
			continue;
		}
		fflush(ctx->out);
		fprintf(ctx->err, l->kind->groups ? WPAR_MSG_NO_GROUP "\n" : WPAR_MSG_NO_USER "\n",
			names.v[i]);
		status = STATUS_NO_ENTRY;
	}
	return status;
}

/* Of the global environment's users; a WPAR's have none. */
static int load_roles(struct wpar_accounts *all, struct par_error **err)
{
	auto_rbac db;
	const struct wpar_rbac_table *users = &db.tables[WPAR_RBAC_USERS];
	int r;

	wpar_rbac_init(&db);
	if (wpar_is_inside())
		return 0;
	r = wpar_rbac_load(&db, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < users->n; i++) {
		struct wpar_account *a = wpar_account_find_mutable(all, users->v[i].name);

		if (!a)
			continue;
		a->roles = strdup(wpar_rbac_value(users, &users->v[i], "roles"));
		a->domains = strdup(wpar_rbac_value(users, &users->v[i], "domains"));
		if (!a->roles || !a->domains)
			return par_oom(err);
	}
	return 0;
}

static int listing_print(struct account_listing *l, const struct par_cmd_ctx *ctx,
			 struct par_error **err)
{
	const char *names = ctx->argv[ctx->argc - 1];
	int r = choose_columns(l, ctx->argc, ctx->argv, err);

	if (r < 0)
		return r;
	r = wpar_accounts_load(&l->all, err);
	if (r < 0)
		return r;
	if (!l->kind->groups)
		r = load_roles(&l->all, err);
	if (r < 0)
		return r;
	if (l->args->json)
		l->json = json_object_new_array();
	if (l->args->colon && !l->args->json) {
		auto_buf heading = { 0 };

		wpar_account_heading(&l->columns, &heading);
		fputs(par_check_alloc(heading.data), ctx->out);
	}
	if (strcmp(names, "ALL") == 0)
		print_all(l, ctx->out);
	else
		r = print_names(l, names, ctx, err);
	if (l->json && r >= 0)
		par_json_print(ctx->out, l->json);
	return r;
}

static int list_act(const struct par_cmd_ctx *ctx, const struct wpar_account_listing *args,
		    const struct account_kind *kind, struct par_error **err)
{
	struct account_listing l = { .args = args, .kind = kind };
	int r = listing_print(&l, ctx, err);

	json_object_put(l.json);
	free(l.columns.v);
	wpar_accounts_done(&l.all);
	return r;
}

static int users_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct account_kind kind = { .table = wpar_user_attributes,
					   .n = wpar_n_user_attributes,
					   .what = "users" };

	return list_act(ctx, args, &kind, err);
}

static int groups_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct account_kind kind = { .table = wpar_group_attributes,
					   .n = wpar_n_group_attributes,
					   .what = "groups",
					   .groups = true };

	return list_act(ctx, args, &kind, err);
}

static int run_here_or_within(const struct par_cmd_ctx *ctx, const char *wpar, wpar_act act,
			      void *args, struct par_error **err)
{
	int r = wpar_within_name(wpar, err);

	if (r < 0)
		return r;
	return wpar ? wpar_run_within(ctx, wpar, "users of its own", act, args, err)
		    : act(ctx, args, err);
}

static int list_run(const struct par_cmd_ctx *ctx, struct wpar_account_listing *a, wpar_act act,
		    struct par_error **err)
{
	if (a->colon + a->stanza + a->json > 1)
		return par_fail(err, PAR_E_USAGE, 0, "only one of -c, -f and --json can be given");
	if (!a->chosen && ctx->argc > 1)
		return par_fail(err, PAR_E_USAGE, 0,
				"several names have commas between them; attributes need -a");
	return run_here_or_within(ctx, a->wpar, act, a, err);
}

int wpar_users_list(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	return list_run(ctx, args, users_act, err);
}

int wpar_groups_list(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	return list_run(ctx, args, groups_act, err);
}

static int change_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const enum wpar_account_change *change = args;
	auto_accounts all = { 0 };
	auto_strv words = { 0 };
	char *name = ctx->argv[ctx->argc - 1];
	int r = wpar_accounts_load(&all, err);

	if (r < 0)
		return r;
	ctx->argv[ctx->argc - 1] = NULL;
	r = wpar_account_plan(*change, &all, name, ctx->argv, wpar_accounts_id_max(), &words, err);
	ctx->argv[ctx->argc - 1] = name;
	if (r < 0 || words.n == 0)
		return r;
	fflush(NULL);
	return wpar_accounts_run(&words, err);
}

/* The settings of a user, apart: those of the system's tools, and the roles and domains. */
struct account_settings {
	char **tools; /* with the user's name behind them, as operands are; NULL-terminated */
	size_t n_tools;
	char **rbac;
	size_t n_rbac;
};

static int settings_split(const struct par_cmd_ctx *ctx, struct account_settings *ret,
			  struct par_error **err)
{
	size_t n = (size_t)ctx->argc;

	ret->tools = calloc(n + 1, sizeof(*ret->tools));
	ret->rbac = calloc(n + 1, sizeof(*ret->rbac));
	if (!ret->tools || !ret->rbac)
		return par_oom(err);
	for (size_t i = 0; i + 1 < n; i++) {
		if (wpar_rbac_is_user_setting(ctx->argv[i]))
			ret->rbac[ret->n_rbac++] = ctx->argv[i];
		else
			ret->tools[ret->n_tools++] = ctx->argv[i];
	}
	ret->tools[ret->n_tools++] = ctx->argv[n - 1];
	return 0;
}

/* A user of the global environment: the roles and domains as well, once the tool has succeeded. */
static int change_with_roles(const struct par_cmd_ctx *ctx, enum wpar_account_change change,
			     const struct account_settings *s, struct par_error **err)
{
	const char *name = s->tools[s->n_tools - 1];
	bool forget = change != WPAR_ACCOUNT_CHANGE;
	int r = wpar_rbac_user_set(name, s->rbac, s->n_rbac, true, forget, err);

	if (r < 0)
		return r;
	r = change_act(ctx, &change, err);
	if (r != 0 || (s->n_rbac == 0 && !forget))
		return r;
	return wpar_rbac_user_set(name, s->rbac, s->n_rbac, false, forget, err);
}

static int change_run(const struct par_cmd_ctx *ctx, enum wpar_account_change change,
		      const char *wpar, const struct account_settings *s, struct par_error **err)
{
	struct par_cmd_ctx ctx_of_tools = *ctx;
	int r = s->n_rbac > 0 ? wpar_rbac_outside_only(err) : 0;

	if (r < 0)
		return r;
	if (wpar && s->n_rbac > 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"users of a workload partition have no roles and no domains");
	ctx_of_tools.argv = s->tools;
	ctx_of_tools.argc = (int)s->n_tools;
	if (!wpar && !wpar_is_inside())
		return change_with_roles(&ctx_of_tools, change, s, err);
	return run_here_or_within(&ctx_of_tools, wpar, change_act, &change, err);
}

static int split_and_change(const struct par_cmd_ctx *ctx, enum wpar_account_change change,
			    const char *wpar, struct account_settings *s, struct par_error **err)
{
	int r = settings_split(ctx, s, err);

	return r < 0 ? r : change_run(ctx, change, wpar, s, err);
}

int wpar_account_change_run(const struct par_cmd_ctx *ctx, enum wpar_account_change change,
			    const char *wpar, struct par_error **err)
{
	struct account_settings s = { 0 };
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	r = split_and_change(ctx, change, wpar, &s, err);
	free(s.tools);
	free(s.rbac);
	return r;
}
