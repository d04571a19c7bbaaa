/* SPDX-License-Identifier: Apache-2.0 */
/* A database as rows and as text: see rbac_table.h. */
#include "wparctl/rbac/rbac_table.h"

#include "lpard/common/stanza.h"

#include <inttypes.h>
#include <string.h>

#define MAX_LINE 8192

static void row_done(struct wpar_rbac_row *row)
{
	free(row->name);
	for (size_t i = 0; i < WPAR_RBAC_ATTRIBUTES; i++)
		free(row->values[i]);
}

static void table_done(struct wpar_rbac_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		row_done(&t->v[i]);
	free(t->v);
	*t = (struct wpar_rbac_table){ .kind = t->kind };
}

void wpar_rbac_init(struct wpar_rbac *db)
{
	for (size_t i = 0; i < WPAR_RBAC_COUNT; i++)
		db->tables[i] = (struct wpar_rbac_table){ .kind = &wpar_rbac_kinds[i] };
}

void wpar_rbac_done(struct wpar_rbac *db)
{
	for (size_t i = 0; i < WPAR_RBAC_COUNT; i++)
		table_done(&db->tables[i]);
}

struct wpar_rbac_row *wpar_rbac_find(const struct wpar_rbac_table *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->v[i].name, name) == 0)
			return &t->v[i];
	}
	return NULL;
}

const char *wpar_rbac_value(const struct wpar_rbac_table *t, const struct wpar_rbac_row *row,
			    const char *attribute)
{
	int i = wpar_rbac_kind_attribute(t->kind, attribute, strlen(attribute));

	return row && i >= 0 && row->values[i] ? row->values[i] : "";
}

bool wpar_rbac_has(const char *list, const char *element)
{
	size_t n = strlen(element);

	while (n > 0 && *list) {
		size_t len = strcspn(list, ",");

		if (len == n && strncmp(list, element, n) == 0)
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

int wpar_rbac_add(struct wpar_rbac_table *t, const char *name, struct wpar_rbac_row **ret,
		  struct par_error **err)
{
	const char *why = t->kind->refuse_name(name);
	struct wpar_rbac_row *more;

	if (why)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "%s \"%.100s\": %s", t->kind->what,
				name, why);
	if (wpar_rbac_find(t, name))
		return par_fail(err, PAR_E_EXISTS, 0, "%s \"%s\" exists.", t->kind->what, name);
	if (t->n >= t->kind->rows_max)
		return par_fail(err, PAR_E_TOO_LARGE, 0,
				"%s \"%s\": there are %zu already, which is "
				"the limit",
				t->kind->what, name, t->n);
	more = reallocarray(t->v, t->n + 1, sizeof(*more));
	if (!more)
		return par_oom(err);
	t->v = more;
	more += t->n;
	*more = (struct wpar_rbac_row){ .name = strdup(name) };
	if (!more->name)
		return par_oom(err);
	t->n++;
	*ret = more;
	return 0;
}

void wpar_rbac_remove(struct wpar_rbac_table *t, struct wpar_rbac_row *row)
{
	size_t at = (size_t)(row - t->v);

	row_done(row);
	memmove(row, row + 1, (t->n - at - 1) * sizeof(*row));
	t->n--;
}

static int bad_value(const struct wpar_rbac_attribute *a, const char *value, const char *why,
		     struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"3004-692 Error changing \"%s\" to \"%.200s\" : %s.", a->name, value, why);
}

static int check_list(const struct wpar_rbac_attribute *a, const char *value,
		      struct par_error **err)
{
	auto_strv part = { 0 };

	if (par_strv_split(&part, value, ',') < 0)
		return par_oom(err);
	if (part.n > WPAR_RBAC_LIST_MAX)
		return bad_value(a, value, "it has more than 64 elements", err);
	for (size_t i = 0; i < part.n; i++) {
		const char *why = a->refuse(part.v[i]);

		if (why)
			return bad_value(a, part.v[i], why, err);
		for (size_t j = 0; j < i; j++) {
			if (strcmp(part.v[i], part.v[j]) == 0)
				return bad_value(a, value, "it has one element twice", err);
		}
	}
	return 0;
}

static int check_id(const struct wpar_rbac_table *t, const struct wpar_rbac_row *row,
		    const struct wpar_rbac_attribute *a, const char *value, struct par_error **err)
{
	uint64_t number;

	if (par_parse_u64(value, t->kind->id_max, &number) < 0)
		return bad_value(a, value, "it is too large", err);
	for (size_t i = 0; i < t->n; i++) {
		if (&t->v[i] != row && strcmp(wpar_rbac_value(t, &t->v[i], "id"), value) == 0)
			return bad_value(a, value, "another has it", err);
	}
	return 0;
}

/* The whole value; "" takes the attribute away. */
static int set_value(struct wpar_rbac_table *t, struct wpar_rbac_row *row, size_t at,
		     const char *value, struct par_error **err)
{
	const struct wpar_rbac_attribute *a = &t->kind->attributes[at];
	const char *why = *value && !a->is_list ? a->refuse(value) : NULL;
	char *copy = NULL;
	int r = 0;

	if (why)
		return bad_value(a, value, why, err);
	if (*value && a->is_list)
		r = check_list(a, value, err);
	else if (*value && a->is_number)
		r = check_id(t, row, a, value, err);
	if (r < 0)
		return r;
	if (*value) {
		copy = strdup(value);
		if (!copy)
			return par_oom(err);
	}
	free(row->values[at]);
	row->values[at] = copy;
	return 0;
}

/* @old with the elements of @value behind it, or without them. */
static int change_list(const char *old, const char *value, bool more, struct par_buf *ret)
{
	auto_strv had = { 0 }, change = { 0 };

	if ((*old && par_strv_split(&had, old, ',') < 0) || par_strv_split(&change, value, ',') < 0)
		return -ENOMEM;
	for (size_t i = 0; i < had.n; i++) {
		if (more || par_strv_find(&change, had.v[i]) < 0)
			par_buf_printf(ret, "%s%s", ret->len ? "," : "", had.v[i]);
	}
	for (size_t i = 0; more && i < change.n; i++) {
		if (par_strv_find(&had, change.v[i]) < 0)
			par_buf_printf(ret, "%s%s", ret->len ? "," : "", change.v[i]);
	}
	return ret->failed ? -ENOMEM : 0;
}

static int unknown_attribute(const struct wpar_rbac_kind *kind, const char *setting, size_t len,
			     struct par_error **err)
{
	auto_buf names = { 0 };

	for (size_t i = 0; i < kind->n; i++)
		par_buf_printf(&names, "%s%s",
			       i == 0		 ? ""
			       : i + 1 < kind->n ? ", "
						 : " and ",
			       kind->attributes[i].name);
	return names.data ? par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				     "the attribute \"%.*s\" is not supported; there are %s",
				     len > 100 ? 100 : (int)len, setting, names.data)
			  : par_oom(err);
}

int wpar_rbac_set(struct wpar_rbac_table *t, struct wpar_rbac_row *row, const char *setting,
		  struct par_error **err)
{
	size_t len = strcspn(setting, "=");
	int at = wpar_rbac_kind_attribute(t->kind, setting, len);
	const char *value = setting + len + 1;
	auto_buf whole = { 0 };

	if (!setting[len])
		return par_fail(err, PAR_E_USAGE, 0, "\"%.100s\" is no ATTRIBUTE=VALUE", setting);
	if (at < 0)
		return unknown_attribute(t->kind, setting, len, err);
	if (!t->kind->attributes[at].is_list || (*value != '+' && *value != '-'))
		return set_value(t, row, (size_t)at, value, err);
	if (!value[1])
		return bad_value(&t->kind->attributes[at], value, "an element is missing", err);
	if (change_list(row->values[at] ? row->values[at] : "", value + 1, *value == '+', &whole) <
	    0)
		return par_oom(err);
	return set_value(t, row, (size_t)at, whole.data ? whole.data : "", err);
}

int wpar_rbac_give_id(struct wpar_rbac_table *t, struct wpar_rbac_row *row, struct par_error **err)
{
	char setting[32];

	if (t->kind->id_max == 0 || *wpar_rbac_value(t, row, "id"))
		return 0;
	/* One of the first n + 1 numbers is free, and there are fewer rows than numbers. */
	for (uint64_t id = 1; id <= t->n + 1 && id <= t->kind->id_max; id++) {
		snprintf(setting, sizeof(setting), "id=%" PRIu64, id);
		if (wpar_rbac_set(t, row, setting, NULL) == 0)
			return 0;
	}
	return par_fail(err, PAR_E_TOO_LARGE, 0, "%s \"%s\": no number is free", t->kind->what,
			row->name);
}

struct table_parser {
	struct wpar_rbac_table *table;
	struct wpar_rbac_row *now;
	unsigned int seen; /* a bit for each attribute */
};

static int take_header(void *user, const char *name, struct par_error **err)
{
	struct table_parser *p = user;

	p->seen = 0;
	return wpar_rbac_add(p->table, name, &p->now, err);
}

static int take_attribute(void *user, const char *name, const char *value, struct par_error **err)
{
	struct table_parser *p = user;
	int at = wpar_rbac_kind_attribute(p->table->kind, name, strlen(name));

	if (at < 0)
		return unknown_attribute(p->table->kind, name, strlen(name), err);
	if (p->seen & PAR_BIT((unsigned int)at))
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s' is given twice", name);
	p->seen |= PAR_BIT((unsigned int)at);
	return set_value(p->table, p->now, (size_t)at, value, err);
}

int wpar_rbac_parse(const char *text, size_t len, struct wpar_rbac_table *t, struct par_error **err)
{
	const struct par_stanza_reader reader = { .max_line = MAX_LINE,
						  .header = take_header,
						  .attribute = take_attribute };
	struct table_parser p = { .table = t };
	auto_error why = NULL;
	int r = len > WPAR_RBAC_BYTES ? par_fail(&why, PAR_E_CORRUPT, 0, "larger than 1 MiB")
				      : par_stanza_read(text, len, &reader, &p, &why);

	if (r == 0)
		return 0;
	table_done(t);
	if (why && why->id == PAR_E_NO_MEMORY)
		return par_oom(err);
	return par_fail(err, PAR_E_CORRUPT, 0, "%s", par_error_text(why));
}

/* AIX's files have no quotes; a value that needs them to be read back gets them. */
static void put_value(const char *value, struct par_buf *out)
{
	if (strchr(value, '"') || *value == ' ' || value[strlen(value) - 1] == ' ')
		par_stanza_put_value(out, value);
	else
		par_buf_puts(out, value);
}

int wpar_rbac_write(const struct wpar_rbac_table *t, struct par_buf *out)
{
	for (size_t i = 0; i < t->n; i++) {
		par_buf_printf(out, "%s%s:\n", i > 0 ? "\n" : "", t->v[i].name);
		for (size_t a = 0; a < t->kind->n; a++) {
			if (!t->v[i].values[a])
				continue;
			par_buf_printf(out, "\t%s = ", t->kind->attributes[a].name);
			put_value(t->v[i].values[a], out);
			par_buf_putc(out, '\n');
		}
	}
	return out->failed ? -ENOMEM : 0;
}
