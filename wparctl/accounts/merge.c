/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups of two systems: see merge.h. */
#include "wparctl/accounts/merge.h"

#include "lpard/common/colon_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSWD_PARTS = 7, GROUP_PARTS = 4, SHADOW_PARTS = 9, PARTS_MAX = SHADOW_PARTS };

#define SYSTEM_FIRST 100u  /* what packages get that ask for no certain number */
#define PEOPLE_FIRST 1000u /* users of people, and above */
#define NAME_MAX_LEN 64
#define IDS	     65536u /* of a WPAR */
#define NOBODY	     65534u

/* A line of passwd or group. */
struct entry {
	uint32_t id;
	char *part[PASSWD_PARTS]; /* the first is its name */
	struct par_strv members;  /* of a group */
	bool is_native;
};

struct table {
	struct entry *v;
	size_t n;
};

static void table_done(struct table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < PASSWD_PARTS; k++)
			free(t->v[i].part[k]);
		par_strv_done(&t->v[i].members);
	}
	free(t->v);
	*t = (struct table){ 0 };
}

void wpar_accounts_merged_done(struct wpar_accounts_merged *m)
{
	par_buf_done(&m->passwd);
	par_buf_done(&m->group);
	par_buf_done(&m->shadow);
	par_buf_done(&m->gshadow);
	free(m->uids.v);
	free(m->gids.v);
	par_strv_done(&m->notes);
	*m = (struct wpar_accounts_merged){ 0 };
}

static struct entry *find_name(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->v[i].part[0], name) == 0)
			return &t->v[i];
	}
	return NULL;
}

static bool has_id(const struct table *t, uint32_t id)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].id == id)
			return true;
	}
	return false;
}

/* Old systems have capitals and points in names; what would be no name in a line has neither. */
static bool is_name(const char *s)
{
	const size_t n = strlen(s);

	return n > 0 && n <= NAME_MAX_LEN && par_printable(s) && *s != '-' && *s != '+' &&
	       !strpbrk(s, " :,/\\*?\"'");
}

static int table_add(struct table *t, const struct entry *from, uint32_t id, size_t parts)
{
	struct entry *more = reallocarray(t->v, t->n + 1, sizeof(*more));
	struct entry *e;

	if (!more)
		return -ENOMEM;
	t->v = more;
	e = &more[t->n++];
	*e = (struct entry){ .id = id, .is_native = from->is_native };
	for (size_t k = 0; k < parts; k++) {
		e->part[k] = strdup(from->part[k]);
		if (!e->part[k])
			return -ENOMEM;
	}
	for (size_t k = 0; k < from->members.n; k++) {
		if (par_strv_add(&e->members, from->members.v[k]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The names of a comma list that can be names, each once. */
static int add_members(struct par_strv *l, const char *text)
{
	auto_strv names = { 0 };

	if (par_strv_split(&names, text, ',') < 0)
		return -ENOMEM;
	for (size_t i = 0; i < names.n; i++) {
		if (is_name(names.v[i]) && par_strv_find(l, names.v[i]) < 0 &&
		    par_strv_add(l, names.v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_line(struct table *t, struct entry *e, char **part, size_t parts, uint32_t id)
{
	for (size_t k = 0; k < parts; k++)
		e->part[k] = part[k];
	if (parts == GROUP_PARTS && add_members(&e->members, part[3]) < 0)
		return -ENOMEM;
	return table_add(t, e, id, parts);
}

/* Returns 1, 0: it is no entry, or the second of its name, or -ENOMEM. */
static int take_line(struct table *t, char **part, size_t parts, bool native)
{
	struct entry e = { .is_native = native };
	uint64_t id, gid;
	int r;

	if (!is_name(part[0]) || par_parse_u64(part[2], UINT32_MAX - 1, &id) < 0 ||
	    find_name(t, part[0]))
		return 0;
	if (parts == PASSWD_PARTS && par_parse_u64(part[3], UINT32_MAX - 1, &gid) < 0)
		return 0;
	r = add_line(t, &e, part, parts, (uint32_t)id);
	par_strv_done(&e.members);
	return r < 0 ? r : 1;
}

/* Lines that are not taken: the first number and how many. */
struct passed {
	size_t first, n;
};

/* One at a time, so that each that is not taken is counted. */
static int table_parse(const char *text, size_t parts, bool native, struct table *t,
		       struct passed *passed)
{
	auto_buf line = { 0 };
	char *part[PARTS_MAX];

	for (size_t number = 1; text && *text; number++) {
		const size_t len = strcspn(text, "\n");
		autofree char *one = strndup(text, len);
		const char *rest = one;
		int r;

		if (!one)
			return -ENOMEM;
		text += len + (text[len] == '\n');
		r = par_colon_next(&rest, &line, part, parts);
		if (r > 0)
			r = take_line(t, part, parts, native);
		if (r < 0)
			return r;
		if (r > 0 || len == 0 || *one == '#')
			continue;
		if (passed->n++ == 0)
			passed->first = number;
	}
	return 0;
}

/* ---- Which number is which ---- */

/* What has been decided for the numbers of the old system, those that stay, too. */
struct decisions {
	struct wpar_id_changes map;
	const struct table *native, *old;
	const char *what;	      /* "user", "group" */
	uint32_t id_max;	      /* below IDS */
	unsigned char taken[IDS / 8]; /* numbers of either system, and what was given out */
	uint32_t system, people;      /* where to look for one that is free */
	struct par_strv *notes;
};

static void take(struct decisions *d, uint32_t id)
{
	if (id < IDS)
		d->taken[id / 8] |= (unsigned char)(1 << id % 8);
}

static void decisions_begin(struct decisions *d)
{
	d->system = PEOPLE_FIRST;
	d->people = PEOPLE_FIRST;
	for (size_t i = 0; i < d->native->n; i++)
		take(d, d->native->v[i].id);
	for (size_t i = 0; i < d->old->n; i++)
		take(d, d->old->v[i].id);
}

static const struct wpar_id_change *decided(const struct wpar_id_changes *c, uint32_t id)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].from == id)
			return &c->v[i];
	}
	return NULL;
}

uint32_t wpar_id_changed(const struct wpar_id_changes *c, uint32_t id)
{
	const struct wpar_id_change *x = decided(c, id);

	return x ? x->to : id;
}

static int decide(struct decisions *d, uint32_t from, uint32_t to)
{
	struct wpar_id_change *more = reallocarray(d->map.v, d->map.n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	d->map.v = more;
	more[d->map.n++] = (struct wpar_id_change){ from, to };
	take(d, to);
	return 0;
}

static bool is_free(const struct decisions *d, uint32_t id)
{
	return id <= d->id_max && !(d->taken[id / 8] >> id % 8 & 1);
}

/*
 * As for new accounts: of the system's downwards, of people upwards.  What is taken stays so, so
 * that nothing is looked at twice.  False: there is none.
 */
static bool find_free(struct decisions *d, uint32_t like, uint32_t *ret)
{
	while (like < PEOPLE_FIRST && d->system > SYSTEM_FIRST && !is_free(d, d->system - 1))
		d->system--;
	if (like < PEOPLE_FIRST && d->system > SYSTEM_FIRST) {
		*ret = d->system - 1;
		return true;
	}
	while (d->people < d->id_max && !is_free(d, d->people))
		d->people++;
	*ret = d->people;
	return d->people < d->id_max;
}

__attribute__((format(printf, 2, 3))) static int note(struct decisions *d, const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (r < 0)
		text = NULL;
	return text ? par_strv_add(d->notes, text) : -ENOMEM;
}

static int note_passed(struct decisions *d, const struct passed *passed, const char *file)
{
	if (!passed->n)
		return 0;
	if (passed->n == 1)
		return note(d, "Line %zu of the old %s is left out: it is no entry of its own.",
			    passed->first, file);
	return note(d,
		    "%zu lines of the old %s are left out, line %zu the first: they are no entries "
		    "of their own.",
		    passed->n, file, passed->first);
}

/* Another name of a number that is decided already: what is known here by it is another's. */
static int note_other(struct decisions *d, const struct entry *e, const struct entry *native)
{
	const struct wpar_id_change *x = decided(&d->map, e->id);

	if (x->to == native->id)
		return 0;
	return note(d,
		    "The %s %s had the number %" PRIu32
		    " together with others; files of that number "
		    "have %" PRIu32 " now, and %s is %" PRIu32 ".",
		    d->what, e->part[0], e->id, x->to, e->part[0], native->id);
}

/* Names that both have; @alike: those whose number is the same, too */
static int decide_names(struct decisions *d, bool alike)
{
	for (size_t i = 0; i < d->old->n; i++) {
		const struct entry *e = &d->old->v[i], *native = find_name(d->native, e->part[0]);
		int r = 0;

		if (!native || (native->id == e->id) != alike)
			continue;
		r = decided(&d->map, e->id) ? note_other(d, e, native)
					    : decide(d, e->id, native->id);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * A name that both have: its files are the new system's.  Root's stay root's, whatever other name
 * has that number, too; of several names of a number the one counts that has it here.
 */
static int decide_same(struct decisions *d)
{
	if (decide(d, 0, 0) < 0 || decide_names(d, true) < 0)
		return -ENOMEM;
	return decide_names(d, false);
}

/*
 * The number of one that the new system has not; two names of one number stay together.
 * @name	NULL: a number alone, that of a user's group which has no line
 * Returns 1, or 0 when there is none for it.
 */
static int decide_own(struct decisions *d, const char *name, uint32_t id, uint32_t *ret)
{
	const struct wpar_id_change *x = decided(&d->map, id);
	int r = 0;

	if (x) {
		*ret = x->to;
		return 1;
	}
	*ret = id;
	if (id > d->id_max || has_id(d->native, id)) {
		if (!find_free(d, id, ret))
			return note(d, "The %s %s is left out: no number is free for it.", d->what,
				    name ? name : "without a name") < 0
				       ? -ENOMEM
				       : 0;
		r = note(d,
			 id > d->id_max ? "The %s %s has the number %" PRIu32 " instead of %" PRIu32
					  ", which is too high for a workload partition."
					: "The %s %s has the number %" PRIu32 " instead of %" PRIu32
					  ", which is another's in this system.",
			 d->what, name ? name : "without a name", *ret, id);
	}
	return r < 0 || decide(d, id, *ret) < 0 ? -ENOMEM : 1;
}

/* @all: the new system's entries; those of the old one that it has not come to them */
static int merge_table(struct decisions *d, size_t parts, struct table *all)
{
	for (size_t i = 0; i < d->old->n; i++) {
		const struct entry *e = &d->old->v[i];
		uint32_t id;
		int r;

		if (find_name(d->native, e->part[0]))
			continue;
		r = decide_own(d, e->part[0], e->id, &id);
		if (r > 0)
			r = table_add(all, e, id, parts);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- The files ---- */

/* Those of @from too, in the group of the same name. */
static int join_members(struct table *groups, const struct table *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct entry *g = find_name(groups, from->v[i].part[0]);

		for (size_t k = 0; g && k < from->v[i].members.n; k++) {
			const char *name = from->v[i].members.v[k];

			if (par_strv_find(&g->members, name) < 0 &&
			    par_strv_add(&g->members, name) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static void write_groups(const struct table *groups, const struct table *users,
			 struct wpar_accounts_merged *m)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct entry *g = &groups->v[i];
		const char *comma = "";

		par_buf_printf(&m->group, "%s:x:%" PRIu32 ":", g->part[0], g->id);
		par_buf_printf(&m->gshadow, "%s:*::", g->part[0]);
		for (size_t k = 0; k < g->members.n; k++) {
			if (!find_name(users, g->members.v[k]))
				continue;
			par_buf_printf(&m->group, "%s%s", comma, g->members.v[k]);
			par_buf_printf(&m->gshadow, "%s%s", comma, g->members.v[k]);
			comma = ",";
		}
		par_buf_putc(&m->group, '\n');
		par_buf_putc(&m->gshadow, '\n');
	}
}

/* The line of @name in @text, from its password on; 1, 0: it has none, -ENOMEM */
static int find_shadow(const char *text, const char *name, struct par_buf *out)
{
	auto_buf line = { 0 };
	char *part[PARTS_MAX];
	int r;

	while ((r = par_colon_next(&text, &line, part, SHADOW_PARTS)) > 0) {
		if (strcmp(part[0], name) != 0)
			continue;
		for (size_t k = 1; k < SHADOW_PARTS; k++)
			par_buf_printf(out, ":%s", part[k]);
		return out->failed ? -ENOMEM : 1;
	}
	return r;
}

/*
 * The old system's password, wherever it had that; of one that only the new one has, its own.
 * Returns 1, 0: there is none, or -ENOMEM.
 */
static int find_password(const struct wpar_account_texts *native,
			 const struct wpar_account_texts *old, const struct entry *was,
			 const char *name, struct par_buf *out)
{
	const int r = was ? find_shadow(old->shadow, name, out) : 0;

	if (r != 0)
		return r;
	if (was && strcmp(was->part[1], "x") != 0)
		return par_buf_printf(out, ":%s:::::::", was->part[1]) < 0 ? -ENOMEM : 1;
	return find_shadow(native->shadow, name, out);
}

static int write_shadow(const struct wpar_account_texts *native,
			const struct wpar_account_texts *old, const struct entry *was,
			const char *name, struct par_buf *out)
{
	auto_buf rest = { 0 };
	const int r = find_password(native, old, was, name, &rest);

	if (r < 0)
		return r;
	return par_buf_printf(out, "%s%s\n", name, r ? rest.data : ":*:::::::");
}

/* A user's own group: that of the new system's users is already what it is there. */
static int group_of(struct decisions *groups, const struct entry *u, uint32_t *ret)
{
	uint64_t gid = 0;
	int r;

	par_parse_u64(u->part[3], UINT32_MAX - 1, &gid);
	*ret = (uint32_t)gid;
	if (u->is_native)
		return 0;
	r = decide_own(groups, NULL, (uint32_t)gid, ret);
	if (r == 0)
		*ret = NOBODY;
	return r < 0 ? r : 0;
}

static int write_users(const struct wpar_account_texts *native,
		       const struct wpar_account_texts *old, const struct table *users,
		       const struct table *was, struct decisions *groups,
		       struct wpar_accounts_merged *m)
{
	for (size_t i = 0; i < users->n; i++) {
		const struct entry *u = &users->v[i];
		uint32_t gid;
		int r = group_of(groups, u, &gid);

		if (r < 0)
			return r;
		par_buf_printf(&m->passwd, "%s:x:%" PRIu32 ":%" PRIu32 ":%s:%s:%s\n", u->part[0],
			       u->id, gid, u->part[4], u->part[5], u->part[6]);
		r = write_shadow(native, old, find_name(was, u->part[0]), u->part[0], &m->shadow);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Only what becomes another number. */
static void take_changes(struct decisions *d, struct wpar_id_changes *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < d->map.n; i++) {
		if (d->map.v[i].from != d->map.v[i].to)
			d->map.v[n++] = d->map.v[i];
	}
	*ret = (struct wpar_id_changes){ d->map.v, n };
	d->map = (struct wpar_id_changes){ 0 };
}

/* The four files as tables. */
struct tables {
	struct table native_users, native_groups, old_users, old_groups, users, groups;
	struct decisions uids, gids;
};

static void tables_done(struct tables *t)
{
	table_done(&t->native_users);
	table_done(&t->native_groups);
	table_done(&t->old_users);
	table_done(&t->old_groups);
	table_done(&t->users);
	table_done(&t->groups);
	free(t->uids.map.v);
	free(t->gids.map.v);
}

static int parse_all(const struct wpar_account_texts *native, const struct wpar_account_texts *old,
		     struct tables *t)
{
	struct passed here = { 0 }, users = { 0 }, groups = { 0 };

	if (table_parse(native->passwd, PASSWD_PARTS, true, &t->native_users, &here) < 0 ||
	    table_parse(native->passwd, PASSWD_PARTS, true, &t->users, &here) < 0 ||
	    table_parse(native->group, GROUP_PARTS, true, &t->native_groups, &here) < 0 ||
	    table_parse(native->group, GROUP_PARTS, true, &t->groups, &here) < 0 ||
	    table_parse(old->passwd, PASSWD_PARTS, false, &t->old_users, &users) < 0 ||
	    table_parse(old->group, GROUP_PARTS, false, &t->old_groups, &groups) < 0)
		return -ENOMEM;
	if (note_passed(&t->uids, &users, "passwd") < 0)
		return -ENOMEM;
	return note_passed(&t->gids, &groups, "group");
}

static int merge_all(const struct wpar_account_texts *native, const struct wpar_account_texts *old,
		     struct tables *t, struct wpar_accounts_merged *m)
{
	if (decide_same(&t->gids) < 0 || decide_same(&t->uids) < 0 ||
	    merge_table(&t->gids, GROUP_PARTS, &t->groups) < 0 ||
	    merge_table(&t->uids, PASSWD_PARTS, &t->users) < 0 ||
	    join_members(&t->groups, &t->old_groups) < 0 ||
	    write_users(native, old, &t->users, &t->old_users, &t->gids, m) < 0)
		return -ENOMEM;
	write_groups(&t->groups, &t->users, m);
	take_changes(&t->uids, &m->uids);
	take_changes(&t->gids, &m->gids);
	return m->passwd.failed || m->group.failed || m->shadow.failed || m->gshadow.failed
		       ? -ENOMEM
		       : 0;
}

int wpar_accounts_merge(const struct wpar_account_texts *native,
			const struct wpar_account_texts *old, uint32_t id_max,
			struct wpar_accounts_merged *ret)
{
	auto_merged m = { 0 };
	par_cleanup(tables_done) struct tables t = { 0 };
	int r;

	t.uids = (struct decisions){ .native = &t.native_users,
				     .old = &t.old_users,
				     .what = "user",
				     .id_max = id_max < IDS ? id_max : IDS - 1,
				     .notes = &m.notes };
	t.gids = (struct decisions){ .native = &t.native_groups,
				     .old = &t.old_groups,
				     .what = "group",
				     .id_max = id_max < IDS ? id_max : IDS - 1,
				     .notes = &m.notes };
	r = parse_all(native, old, &t);
	if (r < 0)
		return r;
	decisions_begin(&t.uids);
	decisions_begin(&t.gids);
	r = merge_all(native, old, &t, &m);
	if (r < 0)
		return r;
	*ret = m;
	m = (struct wpar_accounts_merged){ 0 };
	return 0;
}
