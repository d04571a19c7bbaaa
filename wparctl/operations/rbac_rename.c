/* SPDX-License-Identifier: Apache-2.0 */
/* The domains of a WPAR that gets another name: see rbac_rename.h. */
#include "wparctl/operations/rbac_rename.h"

#include "wparctl/rbac/rbac_files.h"

#include <string.h>

struct names {
	const char *name, *new;
	bool added;
};

static bool same_values(const struct wpar_rbac_row *a, const struct wpar_rbac_row *b)
{
	for (size_t i = 0; i < WPAR_RBAC_ATTRIBUTES; i++) {
		if (!par_streq(a->values[i], b->values[i]))
			return false;
	}
	return true;
}

static int copy_row(struct wpar_rbac *db, void *user, struct par_error **err)
{
	struct names *n = user;
	struct wpar_rbac_table *t = &db->tables[WPAR_RBAC_OBJECTS];
	const struct wpar_rbac_row *from = wpar_rbac_find(t, n->name);
	struct wpar_rbac_row *to = wpar_rbac_find(t, n->new);
	int r;

	if (!from)
		return 0;
	if (to && same_values(from, to)) /* put there by one that was killed */
		return 0;
	if (to)
		return par_fail(err, PAR_E_EXISTS, 0,
				"The domains of %s cannot go along: %s has others already; take "
				"those of one of the two away (rmsecattr -o %s).",
				n->name, n->new, n->new);
	r = wpar_rbac_add(t, n->new, &to, err);
	if (r < 0)
		return r;
	from = wpar_rbac_find(t, n->name); /* the rows may have moved */
	for (size_t i = 0; i < WPAR_RBAC_ATTRIBUTES; i++) {
		if (from->values[i] && !(to->values[i] = strdup(from->values[i])))
			return par_oom(err);
	}
	n->added = true;
	return 0;
}

static int drop_row(struct wpar_rbac *db, void *user, struct par_error **err)
{
	const struct names *n = user;
	struct wpar_rbac_table *t = &db->tables[WPAR_RBAC_OBJECTS];
	struct wpar_rbac_row *row = wpar_rbac_find(t, n->name);

	(void)err;
	if (row)
		wpar_rbac_remove(t, row);
	return 0;
}

/* Where there are no domains nothing is written, not even a lock. */
static int is_object(const char *name, struct par_error **err)
{
	auto_rbac db;
	int r;

	wpar_rbac_init(&db);
	r = wpar_rbac_load(&db, err);
	return r < 0 ? r : wpar_rbac_find(&db.tables[WPAR_RBAC_OBJECTS], name) != NULL;
}

int wpar_rbac_rename_begin(const char *name, const char *new, struct par_error **err)
{
	struct names n = { .name = name, .new = new };
	int r = is_object(name, err);

	if (r > 0)
		r = wpar_rbac_change(copy_row, &n, err);
	return r < 0 ? r : n.added;
}

int wpar_rbac_rename_end(const char *name, struct par_error **err)
{
	struct names n = { .name = name };
	int r = is_object(name, err);

	return r <= 0 ? r : wpar_rbac_change(drop_row, &n, err);
}
