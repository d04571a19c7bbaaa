/* SPDX-License-Identifier: Apache-2.0 */
/* How listings print rows of a database: see rbac_table.h. */
#include "wparctl/rbac/rbac_table.h"

#include "lpard/common/json.h"

#include <string.h>

void wpar_rbac_heading(const struct wpar_rbac_kind *kind, const struct wpar_rbac_columns *c,
		       struct par_buf *out)
{
	par_buf_puts(out, "#name");
	for (size_t i = 0; i < c->n; i++)
		par_buf_printf(out, ":%s", kind->attributes[c->v[i]].name);
	par_buf_putc(out, '\n');
}

/* A colon in a value is marked as AIX's listings mark it: "#!:". */
static void put_colon_value(const char *value, struct par_buf *out)
{
	for (; *value; value++) {
		if (*value == ':')
			par_buf_puts(out, "#!");
		par_buf_putc(out, *value);
	}
}

void wpar_rbac_print(const struct wpar_rbac_kind *kind, const struct wpar_rbac_columns *c,
		     const struct wpar_rbac_row *row, enum wpar_rbac_form form, struct par_buf *out)
{
	par_buf_puts(out, row->name);
	if (form == WPAR_RBAC_STANZA)
		par_buf_puts(out, ":\n");
	for (size_t i = 0; i < c->n; i++) {
		const char *name = kind->attributes[c->v[i]].name;
		const char *value = row->values[c->v[i]];

		if (form == WPAR_RBAC_COLON) {
			par_buf_putc(out, ':');
			put_colon_value(value ? value : "", out);
		} else if (value || c->chosen) {
			par_buf_printf(out, form == WPAR_RBAC_LINE ? " %s=%s" : "\t%s=%s\n", name,
				       value ? value : "");
		}
	}
	/* A stanza ends with an empty line, the other forms with their line. */
	par_buf_putc(out, '\n');
}

static struct json_object *json_value(const struct wpar_rbac_attribute *a, const char *text)
{
	struct json_object *list;
	auto_strv part = { 0 };

	if (a->is_number)
		return json_object_new_int64((int64_t)strtoul(text, NULL, 10));
	if (!a->is_list)
		return json_object_new_string(text);
	list = json_object_new_array();
	if (*text)
		par_strv_split(&part, text, ',');
	for (size_t i = 0; list && i < part.n; i++)
		json_object_array_add(list, json_object_new_string(part.v[i]));
	return list;
}

struct json_object *wpar_rbac_json(const struct wpar_rbac_kind *kind,
				   const struct wpar_rbac_columns *c,
				   const struct wpar_rbac_row *row)
{
	auto_json o = json_object_new_object();
	int r = par_json_put_string(o, "name", row->name);

	for (size_t i = 0; r == 0 && i < c->n; i++) {
		const struct wpar_rbac_attribute *a = &kind->attributes[c->v[i]];
		const char *value = row->values[c->v[i]];

		if (value || a->is_list)
			r = par_json_put(o, a->name, json_value(a, value ? value : ""));
	}
	return r < 0 ? NULL : json_object_get(o);
}
