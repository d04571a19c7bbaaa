/* SPDX-License-Identifier: Apache-2.0 */
/* Listings and changes of the databases of roles and domains: see rbac.h. */
#include "wparctl/operations/rbac.h"

#include "lpard/common/json.h"
#include "wparctl/operations/operation.h"
#include "wparctl/rbac/decide.h"
#include "wparctl/rbac/rbac_files.h"
#include "wparctl/runtime/inside/inside.h"

#include <string.h>

#define STATUS_NO_ENTRY 2 /* what AIX's commands exit with for ENOENT */

int wpar_rbac_outside_only(struct par_error **err)
{
	return wpar_is_inside()
		       ? par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				  "roles and domains are those of the global environment; a "
				  "workload partition has none")
		       : 0;
}

static int not_found(const struct wpar_rbac_table *t, const char *name, struct par_error **err)
{
	return par_fail(err, PAR_E_NOT_FOUND, 0, "%s \"%.100s\" does not exist.", t->kind->what,
			name);
}

/* All attributes, or those that the operands but the last name. */
static int choose_columns(const struct wpar_rbac_kind *kind, const struct par_cmd_ctx *ctx,
			  bool chosen, struct wpar_rbac_columns *ret, struct par_error **err)
{
	size_t n = chosen ? (size_t)ctx->argc - 1 : kind->n;

	ret->chosen = chosen;
	ret->v = calloc(n + 1, sizeof(*ret->v));
	if (!ret->v)
		return par_oom(err);
	for (; ret->n < n; ret->n++) {
		const char *name = chosen ? ctx->argv[ret->n] : kind->attributes[ret->n].name;
		int at = wpar_rbac_kind_attribute(kind, name, strlen(name));

		if (at < 0)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"there is no attribute \"%.100s\"", name);
		ret->v[ret->n] = (size_t)at;
	}
	return 0;
}

struct listing_out {
	const struct wpar_rbac_table *table;
	const struct wpar_rbac_listing *args;
	struct wpar_rbac_columns columns;
	struct json_object *json;
	FILE *out;
};

static void list_row(struct listing_out *l, const struct wpar_rbac_row *row)
{
	auto_buf text = { 0 };

	if (l->json) {
		json_object_array_add(l->json, wpar_rbac_json(l->table->kind, &l->columns, row));
		return;
	}
	wpar_rbac_print(l->table->kind, &l->columns, row,
			l->args->stanza	 ? WPAR_RBAC_STANZA
			: l->args->colon ? WPAR_RBAC_COLON
					 : WPAR_RBAC_LINE,
			&text);
	fputs(par_check_alloc(text.data), l->out);
}

/* Each that there is; of the others it is said that there is none. */
static int list_names(struct listing_out *l, const char *list, const struct par_cmd_ctx *ctx,
		      struct par_error **err)
{
	auto_strv names = { 0 };
	int status = 0;

	if (par_strv_split(&names, list, ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++) {
		const struct wpar_rbac_row *row = wpar_rbac_find(l->table, names.v[i]);
		auto_error why = NULL;

		if (row) {
			list_row(l, row);
			continue;
		}
		not_found(l->table, names.v[i], &why);
		fflush(ctx->out);
		fprintf(ctx->err, "%s: %s\n", par_cmd_shown(ctx->cmd), par_error_text(why));
		status = STATUS_NO_ENTRY;
	}
	return status;
}

static int list_rows(struct listing_out *l, const struct par_cmd_ctx *ctx, struct par_error **err)
{
	const char *names = ctx->argv[ctx->argc - 1];
	int r = choose_columns(l->table->kind, ctx, l->args->chosen, &l->columns, err);

	if (r < 0)
		return r;
	if (l->args->json)
		l->json = json_object_new_array();
	if (l->args->colon) {
		auto_buf heading = { 0 };

		wpar_rbac_heading(l->table->kind, &l->columns, &heading);
		fputs(par_check_alloc(heading.data), l->out);
	}
	if (strcmp(names, "ALL") != 0)
		return list_names(l, names, ctx, err);
	for (size_t i = 0; i < l->table->n; i++)
		list_row(l, &l->table->v[i]);
	return 0;
}

int wpar_rbac_list_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
		       const struct wpar_rbac_listing *args, struct par_error **err)
{
	auto_rbac db;
	struct listing_out l = { .table = &db.tables[which], .args = args, .out = ctx->out };
	int r = wpar_rbac_outside_only(err);

	wpar_rbac_init(&db);
	if (r < 0)
		return r;
	if (args->colon + args->stanza + args->json > 1)
		return par_fail(err, PAR_E_USAGE, 0,
				"the forms of a listing exclude each other; see '%s --help'",
				par_cmd_shown(ctx->cmd));
	if (!args->chosen && ctx->argc > 1)
		return par_fail(err, PAR_E_USAGE, 0,
				"several names have commas between them; attributes need -a");
	r = wpar_rbac_load(&db, err);
	if (r < 0)
		return r;
	r = list_rows(&l, ctx, err);
	if (l.json && r >= 0)
		par_json_print(ctx->out, l.json);
	json_object_put(l.json);
	free(l.columns.v);
	return r;
}

/* Is each element of the row's list a row of the other database? */
static int check_names(const struct wpar_rbac *db, enum wpar_rbac_which which,
		       const struct wpar_rbac_row *row, const char *attribute,
		       enum wpar_rbac_which other, struct par_error **err)
{
	const char *list = wpar_rbac_value(&db->tables[which], row, attribute);
	auto_strv names = { 0 };

	if (!*list)
		return 0;
	if (par_strv_split(&names, list, ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++) {
		if (!wpar_rbac_find(&db->tables[other], names.v[i]))
			return not_found(&db->tables[other], names.v[i], err);
	}
	return 0;
}

/* Which attributes of which database name rows of which other one. */
static const struct {
	enum wpar_rbac_which in;
	const char *attribute;
	enum wpar_rbac_which of;
} references[] = {
	{ WPAR_RBAC_ROLES, "rolelist", WPAR_RBAC_ROLES },
	{ WPAR_RBAC_OBJECTS, "domains", WPAR_RBAC_DOMAINS },
	{ WPAR_RBAC_OBJECTS, "conflictsets", WPAR_RBAC_DOMAINS },
	{ WPAR_RBAC_USERS, "roles", WPAR_RBAC_ROLES },
	{ WPAR_RBAC_USERS, "domains", WPAR_RBAC_DOMAINS },
};

/* A role in a circle of roles gives what it should, and nobody can say what that is. */
static int check_circle(const struct wpar_rbac_table *roles, const struct wpar_rbac_row *row,
			struct par_error **err)
{
	auto_strv names = { 0 };

	if (par_strv_split(&names, wpar_rbac_value(roles, row, "rolelist"), ',') < 0)
		return par_oom(err);
	for (size_t i = 0; i < names.n; i++) {
		if (*names.v[i] && wpar_rbac_role_includes(roles, names.v[i], row->name))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"Role \"%s\" includes role \"%s\" already.", names.v[i],
					row->name);
	}
	return 0;
}

static int check_row(const struct wpar_rbac *db, enum wpar_rbac_which which,
		     const struct wpar_rbac_row *row, struct par_error **err)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(references); i++) {
		int r;

		if (references[i].in != which)
			continue;
		r = check_names(db, which, row, references[i].attribute, references[i].of, err);
		if (r < 0)
			return r;
	}
	if (which == WPAR_RBAC_OBJECTS && !*wpar_rbac_value(&db->tables[which], row, "objtype"))
		return par_fail(err, PAR_E_USAGE, 0, "objtype=wpar is needed");
	return which == WPAR_RBAC_ROLES ? check_circle(&db->tables[which], row, err) : 0;
}

/* What went and came again by the same name would have what the old one had: who names it? */
static int check_unused(const struct wpar_rbac *db, enum wpar_rbac_which which, const char *name,
			struct par_error **err)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(references); i++) {
		const struct wpar_rbac_table *t = &db->tables[references[i].in];

		if (references[i].of != which)
			continue;
		for (size_t j = 0; j < t->n; j++) {
			if (!wpar_rbac_has(wpar_rbac_value(t, &t->v[j], references[i].attribute),
					   name))
				continue;
			return par_fail(err, PAR_E_BUSY, 0,
					"%s \"%s\" is in use: the attribute %s of %s has it.",
					db->tables[which].kind->what, name, references[i].attribute,
					t->v[j].name);
		}
	}
	return 0;
}

enum row_change { ROW_MAKE, ROW_CHANGE, ROW_SET, ROW_REMOVE };

struct row_request {
	enum wpar_rbac_which which;
	enum row_change change;
	const char *name;
	char *const *settings;
	size_t n;
	bool forget; /* what the row had */
};

static int change_row(struct wpar_rbac *db, void *user, struct par_error **err)
{
	const struct row_request *q = user;
	struct wpar_rbac_table *t = &db->tables[q->which];
	struct wpar_rbac_row *row = wpar_rbac_find(t, q->name);
	int r = 0;

	if (!row && (q->change == ROW_CHANGE || q->change == ROW_REMOVE))
		return not_found(t, q->name, err);
	if (q->change == ROW_REMOVE) {
		r = check_unused(db, q->which, q->name, err);
		if (r == 0)
			wpar_rbac_remove(t, row);
		return r;
	}
	if (row && q->forget) {
		wpar_rbac_remove(t, row);
		row = NULL;
	}
	if (q->n == 0 && q->forget)
		return 0;
	if (q->change == ROW_MAKE || !row)
		r = wpar_rbac_add(t, q->name, &row, err);
	for (size_t i = 0; r == 0 && i < q->n; i++)
		r = wpar_rbac_set(t, row, q->settings[i], err);
	if (r < 0)
		return r;
	r = wpar_rbac_give_id(t, row, err);
	return r < 0 ? r : check_row(db, q->which, row, err);
}

static int change_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
		      enum row_change change, struct par_error **err)
{
	struct row_request q = { .which = which,
				 .change = change,
				 .name = ctx->argv[ctx->argc - 1],
				 .settings = ctx->argv,
				 .n = (size_t)ctx->argc - 1 };
	int r = wpar_rbac_outside_only(err);

	if (r < 0)
		return r;
	r = wpar_need_root(err);
	return r < 0 ? r : wpar_rbac_change(change_row, &q, err);
}

int wpar_rbac_make_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
		       struct par_error **err)
{
	return change_run(ctx, which, ROW_MAKE, err);
}

int wpar_rbac_change_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
			 struct par_error **err)
{
	return change_run(ctx, which, ROW_CHANGE, err);
}

int wpar_rbac_set_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
		      struct par_error **err)
{
	return change_run(ctx, which, ROW_SET, err);
}

int wpar_rbac_remove_run(const struct par_cmd_ctx *ctx, enum wpar_rbac_which which,
			 struct par_error **err)
{
	return change_run(ctx, which, ROW_REMOVE, err);
}

bool wpar_rbac_is_user_setting(const char *setting)
{
	return wpar_rbac_kind_attribute(&wpar_rbac_kinds[WPAR_RBAC_USERS], setting,
					strcspn(setting, "=")) >= 0;
}

int wpar_rbac_user_set(const char *user, char *const *settings, size_t n, bool check_only,
		       bool forget, struct par_error **err)
{
	struct row_request q = { .which = WPAR_RBAC_USERS,
				 .change = ROW_SET,
				 .name = user,
				 .settings = settings,
				 .n = n,
				 .forget = forget };
	auto_rbac db;
	int r;

	wpar_rbac_init(&db);
	if (!check_only)
		return wpar_rbac_change(change_row, &q, err);
	r = wpar_rbac_load(&db, err);
	return r < 0 ? r : change_row(&db, &q, err);
}
