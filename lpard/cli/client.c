/* SPDX-License-Identifier: Apache-2.0 */
/* See client.h. */
#include "lpard/cli/client.h"

#include <limits.h>
#include <string.h>

int cli_connect(struct par_varlink **ret, struct par_error **err)
{
	const char *path = par_varlink_default_path();
	int r = par_varlink_connect(path, ret, err);

	if (r < 0 && (!err || !*err || (*err)->id == PAR_E_DISCONNECTED))
		return par_fail(err, PAR_E_DISCONNECTED, 0,
				"lpard is not running (socket %s): start it with \"lpard "
				"--background\" and retry the command.",
				path);
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
