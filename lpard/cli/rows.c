/* SPDX-License-Identifier: Apache-2.0 */
/* See rows.h. */
#include "lpard/cli/rows.h"

#include "lpard/common/table.h"

#include <string.h>

void cli_rows_done(struct cli_rows *r)
{
	json_object_put(r->table);
	*r = (struct cli_rows){ 0 };
}

static bool is_table(struct json_object *rows, size_t columns)
{
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (!json_object_is_type(row, json_type_array) ||
		    json_object_array_length(row) != columns)
			return false;
		for (size_t k = 0; k < columns; k++) {
			struct json_object *v = json_object_array_get_idx(row, k);

			if (v && !json_object_is_type(v, json_type_string))
				return false;
		}
	}
	return true;
}

int cli_rows_fetch(const char *resource, const char *level, const char *system, const char *fields,
		   struct cli_rows *ret, struct par_error **err)
{
	auto_json params = json_object_new_object();
	auto_strv names = { 0 };
	char delimiter;
	int r = par_table_fields(fields, &names, &delimiter, err);

	if (r < 0)
		return r;
	if (par_json_put_string(params, "resource", resource) < 0 ||
	    (level && par_json_put_string(params, "level", level) < 0) ||
	    (system && par_json_put_string(params, "system", system) < 0) ||
	    par_json_put_strv(params, "fields", names.v, names.n) < 0)
		return par_oom(err);
	r = cli_call("List", take_ptr(params), &ret->table, err);
	if (r < 0)
		return r;
	if (!json_object_object_get_ex(ret->table, "rows", &ret->rows) ||
	    !json_object_is_type(ret->rows, json_type_array) || !is_table(ret->rows, names.n)) {
		cli_rows_done(ret);
		return par_fail(err, PAR_E_PROTOCOL, 0, "lpard's answer is not a table");
	}
	ret->n = json_object_array_length(ret->rows);
	return 0;
}

const char *cli_rows_get(const struct cli_rows *r, size_t row, size_t column)
{
	struct json_object *v =
		json_object_array_get_idx(json_object_array_get_idx(r->rows, row), column);

	return v ? json_object_get_string(v) : NULL;
}

int cli_rows_find(const struct cli_rows *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++) {
		if (par_streq(cli_rows_get(r, i, 0), name))
			return (int)i;
	}
	return -1;
}
