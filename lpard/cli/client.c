/* SPDX-License-Identifier: Apache-2.0 */
/* See client.h. */
#include "lpard/cli/client.h"

#include <grp.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* Who may use the socket: root, and its group when that may write. */
static int fail_access(const char *path, struct par_error **err)
{
	struct stat st;
	const struct group *group = stat(path, &st) == 0 ? getgrgid(st.st_gid) : NULL;

	if (!group || st.st_gid == 0 || !(st.st_mode & S_IWGRP))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"You may not use lpard (socket %s): only root may.", path);
	return par_fail(
		err, PAR_E_NOT_PERMITTED, 0,
		"You may not use lpard (socket %s): only root and members of the group %s "
		"may.  Become one (\"usermod -aG %s USER\" as root), log in again and retry "
		"the command.",
		path, group->gr_name, group->gr_name);
}

/* Who named another socket has started lpard with a configuration of its own, as the demo does. */
static int fail_down(const char *path, struct par_error **err)
{
	const char *named = secure_getenv("LPARD_SOCKET");

	if (named && *named)
		return par_fail(
			err, PAR_E_DISCONNECTED, 0,
			"lpard is not running (socket %s, from LPARD_SOCKET): start it with "
			"the configuration that has this socket (\"lpard --background "
			"--config FILE\"; the demo: \"sudo ./demo\"), or unset LPARD_SOCKET, "
			"and retry the command.",
			path);
	return par_fail(
		err, PAR_E_DISCONNECTED, 0,
		"lpard is not running (socket %s): start it with \"lpard --background\", or "
		"set LPARD_SOCKET to the socket that its configuration has, and retry the "
		"command.",
		path);
}

int cli_connect(struct par_varlink **ret, struct par_error **err)
{
	const char *path = par_varlink_default_path();
	int r = par_varlink_connect(path, ret, err);

	if (r < 0 && err && *err && (*err)->id == PAR_E_NOT_PERMITTED)
		return fail_access(path, err);
	if (r < 0 && (!err || !*err || (*err)->id == PAR_E_DISCONNECTED))
		return fail_down(path, err);
	return r;
}

int cli_call(const char *method, struct json_object *params, struct json_object **ret,
	     struct par_error **err)
{
	auto_json owned = params;
	auto_varlink v = NULL;
	char name[64];
	int r;

	if (!owned)
		return par_oom(err);
	snprintf(name, sizeof(name), "org.lpard.%s", method);
	r = cli_connect(&v, err);
	if (r < 0)
		return r;
	return par_varlink_call(v, name, owned, -1, ret, err);
}

/* The name in the only row of @table; NULL: there is not one row. */
static const char *only_name(struct json_object *table)
{
	struct json_object *rows = NULL;

	if (!json_object_object_get_ex(table, "rows", &rows) ||
	    !json_object_is_type(rows, json_type_array) || json_object_array_length(rows) != 1)
		return NULL;
	rows = json_object_array_get_idx(rows, 0);
	if (!json_object_is_type(rows, json_type_array))
		return NULL;
	return json_object_get_string(json_object_array_get_idx(rows, 0));
}

int cli_system(const char *given, char **ret, struct par_error **err)
{
	const char *name = given ? given : secure_getenv("LPARD_SYSTEM");
	const char *const fields[] = { "name" };
	auto_json table = NULL;
	struct json_object *params;
	int r;

	if (!name || !*name) {
		params = json_object_new_object();
		if (par_json_put_string(params, "resource", "sys") < 0 ||
		    par_json_put_strv(params, "fields", (char **)(uintptr_t)fields, 1) < 0) {
			json_object_put(params);
			return par_oom(err);
		}
		r = cli_call("List", params, &table, err);
		if (r < 0)
			return r;
		name = only_name(table);
	}
	if (!name)
		return par_fail(err, PAR_E_USAGE, 0,
				"-m is needed, or LPARD_SYSTEM in the environment: there is not "
				"exactly one managed system");
	*ret = strdup(name);
	return *ret ? 0 : par_oom(err);
}

bool cli_progress_read(struct json_object *reply, struct cli_progress *ret)
{
	struct json_object *progress = NULL;
	uint64_t percent = 0;

	*ret = (struct cli_progress){ .lpar = "", .stage = "" };
	if (par_json_object(reply, "progress", true, &progress, NULL) < 0 ||
	    par_json_string(progress, "lpar", false, &ret->lpar, NULL) < 0 ||
	    par_json_string(progress, "stage", false, &ret->stage, NULL) < 0 ||
	    par_json_u64(progress, "percent", false, 100, &percent, NULL) < 0)
		return false;
	ret->percent = (unsigned int)percent;
	return true;
}

int cli_missing(struct par_error **err, const char *options)
{
	return par_fail(err, PAR_E_USAGE, 0, PAR_MSG_BAD_PARAMETERS, options);
}

void cli_need(struct cli_missing *m, bool there, const char *option)
{
	if (!there)
		par_buf_printf(&m->names, "%s%s", m->names.len ? "," : "", option);
}

int cli_needs_met(struct cli_missing *m, struct par_error **err)
{
	int r = m->names.len ? cli_missing(err, m->names.data) : 0;

	par_buf_done(&m->names);
	return r;
}

int cli_no_operands(const struct par_cmd_ctx *ctx, struct par_error **err)
{
	if (ctx->argc == 0)
		return 0;
	return par_fail(err, PAR_E_USAGE, 0, PAR_MSG_UNKNOWN_PARAMETERS, ctx->argv[0]);
}

int cli_join_words(const struct par_cmd_ctx *ctx, const char *first, struct par_buf *ret,
		   struct par_error **err)
{
	par_buf_puts(ret, first);
	for (int i = 0; i < ctx->argc; i++)
		par_buf_printf(ret, " %s", ctx->argv[i]);
	return ret->failed ? par_oom(err) : 0;
}

static int put_id(struct json_object *params, const char *key, const char *id,
		  struct par_error **err)
{
	uint64_t v = 0;

	if (par_parse_u64(id, INT_MAX, &v) < 0)
		return cli_missing(err, "--id");
	if (par_json_put(params, key, json_object_new_int64((int64_t)v)) < 0)
		return par_oom(err);
	return 0;
}

int cli_put_lpar(struct json_object *params, const char *name, const char *id,
		 struct par_error **err)
{
	if (!name)
		return put_id(params, "id", id, err);
	return par_json_put_string(params, "lpar", name) < 0 ? par_oom(err) : 0;
}

int cli_put_attributes(struct json_object *params, const struct par_attrs *attrs,
		       struct par_error **err)
{
	struct json_object *list = json_object_new_array();

	if (par_json_put(params, "attributes", list) < 0)
		return par_oom(err);
	for (size_t i = 0; i < attrs->n; i++) {
		struct json_object *pair = json_object_new_object();

		if (!pair || json_object_array_add(list, pair) < 0) {
			json_object_put(pair);
			return par_oom(err);
		}
		if (par_json_put_string(pair, "name", attrs->v[i].name) < 0 ||
		    par_json_put_string(pair, "op", par_attr_op_words[attrs->v[i].op]) < 0 ||
		    par_json_put_string(pair, "value", attrs->v[i].value) < 0)
			return par_oom(err);
	}
	return 0;
}

int cli_print_attributes(FILE *out, struct json_object *params, struct par_error **err)
{
	auto_json answer = NULL;
	int r = cli_call("Attributes", params, &answer, err);

	return r < 0 ? r : cli_print_names(out, answer, err);
}

int cli_print_names(FILE *out, struct json_object *answer, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = par_json_strv(answer, "names", false, 1000, &names, err);

	for (size_t i = 0; i < names.n; i++)
		fprintf(out, "%s\n", names.v[i]);
	return r;
}

int cli_print_settable(FILE *out, const char *resource, const char *use, struct par_error **err)
{
	struct json_object *params = json_object_new_object();

	if (par_json_put_string(params, "resource", resource) < 0 ||
	    par_json_put_string(params, "use", use) < 0) {
		json_object_put(params);
		return par_oom(err);
	}
	return cli_print_attributes(out, params, err);
}

static int put_criterion(struct json_object *list, const struct par_attr *a, struct par_error **err)
{
	struct json_object *pair = json_object_new_object();
	auto_strv values = { 0 };
	int r;

	if (!pair || json_object_array_add(list, pair) < 0) {
		json_object_put(pair);
		return par_oom(err);
	}
	r = par_attrs_split_list(a->value, &values, err);
	if (r < 0)
		return r;
	if (par_json_put_string(pair, "name", a->name) < 0 ||
	    par_json_put_strv(pair, "values", values.v, values.n) < 0)
		return par_oom(err);
	return 0;
}

int cli_put_filter(struct json_object *params, const char *filter, struct par_error **err)
{
	struct json_object *list;
	auto_attrs a = { 0 };
	int r;

	if (!filter)
		return 0;
	r = par_attrs_parse_filter(filter, &a, err);
	if (r < 0)
		return r;
	list = json_object_new_array();
	if (par_json_put(params, "filter", list) < 0)
		return par_oom(err);
	for (size_t i = 0; i < a.n && r == 0; i++)
		r = put_criterion(list, &a.v[i], err);
	return r;
}

int cli_put_list(struct json_object *params, const char *key, const char *text,
		 struct par_error **err)
{
	auto_strv values = { 0 };
	int r = par_attrs_split_list(text, &values, err);

	if (r < 0)
		return r;
	return par_json_put_strv(params, key, values.v, values.n) < 0 ? par_oom(err) : 0;
}
