/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of users and groups: see attribute.h. */
#include "wparctl/accounts/attribute.h"

#include "lpard/common/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool put_user_id(const struct wpar_account_ref *ref, struct par_buf *out)
{
	par_buf_printf(out, "%" PRIu32, ref->user->id);
	return true;
}

/* An id that no group has is shown as it is. */
static bool put_pgrp(const struct wpar_account_ref *ref, struct par_buf *out)
{
	const struct wpar_group *g = wpar_group_by_id(ref->all, ref->user->gid);

	if (g)
		par_buf_puts(out, g->name);
	else
		par_buf_printf(out, "%" PRIu32, ref->user->gid);
	return true;
}

/* The primary group first, as on AIX. */
static bool put_groups(const struct wpar_account_ref *ref, struct par_buf *out)
{
	put_pgrp(ref, out);
	for (size_t i = 0; i < ref->all->n_groups; i++) {
		const struct wpar_group *g = &ref->all->groups[i];

		if (g->id == ref->user->gid || par_strv_find(&g->users, ref->user->name) < 0)
			continue;
		par_buf_putc(out, ',');
		par_buf_puts(out, g->name);
	}
	return true;
}

static bool put_home(const struct wpar_account_ref *ref, struct par_buf *out)
{
	par_buf_puts(out, ref->user->home);
	return *ref->user->home != '\0';
}

static bool put_shell(const struct wpar_account_ref *ref, struct par_buf *out)
{
	par_buf_puts(out, ref->user->shell);
	return *ref->user->shell != '\0';
}

static bool put_gecos(const struct wpar_account_ref *ref, struct par_buf *out)
{
	par_buf_puts(out, ref->user->gecos);
	return *ref->user->gecos != '\0';
}

static bool put_locked(const struct wpar_account_ref *ref, struct par_buf *out)
{
	if (ref->user->has_locked)
		par_buf_puts(out, ref->user->locked ? "true" : "false");
	return ref->user->has_locked;
}

static bool put_text(const char *text, struct par_buf *out)
{
	if (text)
		par_buf_puts(out, text);
	return text && *text;
}

static bool put_roles(const struct wpar_account_ref *ref, struct par_buf *out)
{
	return put_text(ref->user->roles, out);
}

static bool put_domains(const struct wpar_account_ref *ref, struct par_buf *out)
{
	return put_text(ref->user->domains, out);
}

static bool put_group_id(const struct wpar_account_ref *ref, struct par_buf *out)
{
	par_buf_printf(out, "%" PRIu32, ref->group->id);
	return true;
}

/* Users whose primary group it is, and users that it lists. */
static bool put_users(const struct wpar_account_ref *ref, struct par_buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < ref->all->n; i++) {
		const struct wpar_account *u = &ref->all->v[i];

		if (u->gid != ref->group->id && par_strv_find(&ref->group->users, u->name) < 0)
			continue;
		par_buf_puts(out, n++ ? "," : "");
		par_buf_puts(out, u->name);
	}
	return n > 0;
}

const struct wpar_account_attribute wpar_user_attributes[] = {
	{ .name = "id", .put = put_user_id, .is_number = true },
	{ .name = "pgrp", .put = put_pgrp },
	{ .name = "groups", .put = put_groups, .is_list = true },
	{ .name = "home", .put = put_home },
	{ .name = "shell", .put = put_shell },
	{ .name = "gecos", .put = put_gecos },
	{ .name = "account_locked", .put = put_locked, .is_bool = true },
	{ .name = "roles", .put = put_roles, .is_list = true },
	{ .name = "domains", .put = put_domains, .is_list = true },
};
const size_t wpar_n_user_attributes = PAR_ARRAY_SIZE(wpar_user_attributes);

const struct wpar_account_attribute wpar_group_attributes[] = {
	{ .name = "id", .put = put_group_id, .is_number = true },
	{ .name = "users", .put = put_users, .is_list = true },
};
const size_t wpar_n_group_attributes = PAR_ARRAY_SIZE(wpar_group_attributes);

char *wpar_account_names(const struct wpar_account_attribute *table, size_t n)
{
	auto_buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		par_buf_puts(&b, i == 0 ? "" : i + 1 < n ? ", " : " and ");
		par_buf_puts(&b, table[i].name);
	}
	return par_buf_steal(&b);
}

static const char *name_of(const struct wpar_account_ref *ref)
{
	return ref->user ? ref->user->name : ref->group->name;
}

void wpar_account_heading(const struct wpar_account_columns *c, struct par_buf *out)
{
	par_buf_puts(out, "#name");
	for (size_t i = 0; i < c->n; i++)
		par_buf_printf(out, ":%s", c->v[i]->name);
	par_buf_putc(out, '\n');
}

void wpar_account_print(const struct wpar_account_columns *c, const struct wpar_account_ref *ref,
			enum wpar_account_form form, struct par_buf *out)
{
	par_buf_puts(out, name_of(ref));
	if (form == WPAR_ACCOUNT_STANZA)
		par_buf_puts(out, ":\n");
	for (size_t i = 0; i < c->n; i++) {
		auto_buf value = { 0 };
		bool known = c->v[i]->put(ref, &value);

		if (form == WPAR_ACCOUNT_COLON)
			par_buf_printf(out, ":%s", value.data ? value.data : "");
		else if (known || c->chosen)
			par_buf_printf(out, form == WPAR_ACCOUNT_LINE ? " %s=%s" : "\t%s=%s\n",
				       c->v[i]->name, value.data ? value.data : "");
	}
	/* A stanza ends with an empty line, the other forms with their line. */
	par_buf_putc(out, '\n');
}

static struct json_object *json_list(const char *text)
{
	struct json_object *list = json_object_new_array();
	auto_strv part = { 0 };

	if (*text)
		par_strv_split(&part, text, ',');
	for (size_t i = 0; list && i < part.n; i++)
		json_object_array_add(list, json_object_new_string(part.v[i]));
	return list;
}

static struct json_object *json_value(const struct wpar_account_attribute *a, const char *text)
{
	if (a->is_number)
		return json_object_new_int64((int64_t)strtoul(text, NULL, 10));
	if (a->is_bool)
		return json_object_new_boolean(strcmp(text, "true") == 0);
	return a->is_list ? json_list(text) : json_object_new_string(text);
}

struct json_object *wpar_account_json(const struct wpar_account_columns *c,
				      const struct wpar_account_ref *ref)
{
	auto_json o = json_object_new_object();
	int r = par_json_put_string(o, "name", name_of(ref));

	for (size_t i = 0; r == 0 && i < c->n; i++) {
		auto_buf value = { 0 };

		if (c->v[i]->put(ref, &value) || c->v[i]->is_list)
			r = par_json_put(o, c->v[i]->name,
					 json_value(c->v[i], value.data ? value.data : ""));
	}
	return r < 0 ? NULL : json_object_get(o);
}
