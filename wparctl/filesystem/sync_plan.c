/* SPDX-License-Identifier: Apache-2.0 */
/* What syncwpar is to do: see sync_plan.h. */
#include "wparctl/filesystem/sync_plan.h"

#include <string.h>

static const char *const words[] = {
	[WPAR_SYNC_ADD] = "add",   [WPAR_SYNC_REPLACE] = "replace", [WPAR_SYNC_REMOVE] = "remove",
	[WPAR_SYNC_KEEP] = "keep", [WPAR_SYNC_HOLD] = "leave",
};

void wpar_sync_plan_done(struct wpar_sync_plan *p)
{
	free(p->v);
	*p = (struct wpar_sync_plan){ 0 };
}

static int add_step(struct wpar_sync_plan *p, struct wpar_sync_step step)
{
	struct wpar_sync_step *more;

	if ((p->n & (p->n - 1)) == 0) {
		more = reallocarray(p->v, p->n ? 2 * p->n : 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		p->v = more;
	}
	p->v[p->n++] = step;
	return 0;
}

static bool same(const struct wpar_entry *a, const struct wpar_entry *b)
{
	return a && b && wpar_entry_same(a, b);
}

static bool is_older(const struct wpar_entry *a, const struct wpar_entry *b)
{
	return S_ISREG(a->mode) && S_ISREG(b->mode) && a->mtime_ns < b->mtime_ns;
}

static bool is_folder(const struct wpar_entry *e)
{
	return e && S_ISDIR(e->mode);
}

/* What to do with a path of which the LPAR has @s->after; false: nothing. */
static bool decide_there(struct wpar_sync_step *s, bool additional)
{
	if (same(s->now, s->after) || same(s->before, s->after))
		return false;
	s->kind = WPAR_SYNC_KEEP;
	if (!s->now && !s->before) {
		s->kind = WPAR_SYNC_ADD;
	} else if (!s->now) {
		s->why = "removed in the workload partition";
	} else if (same(s->now, s->before)) {
		s->kind = additional && is_older(s->after, s->before) ? WPAR_SYNC_HOLD
								      : WPAR_SYNC_REPLACE;
	} else if (!s->before) {
		/* A folder that the WPAR has made for itself serves as well. */
		s->why = "the workload partition has made its own";
		return !is_folder(s->now) || !is_folder(s->after);
	} else {
		s->why = "changed in the workload partition";
	}
	return true;
}

static bool decide(struct wpar_sync_step *s, bool additional)
{
	if (s->after)
		return decide_there(s, additional);
	if (!s->now)
		return false;
	s->kind = additional ? WPAR_SYNC_HOLD : WPAR_SYNC_REMOVE;
	if (!same(s->now, s->before)) {
		s->kind = WPAR_SYNC_KEEP;
		s->why = "gone from the global environment, changed in the workload partition";
	}
	return true;
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

/*
 * A folder that the WPAR lacks, or has made something else of, and that this plan does not make:
 * nothing can be put below.
 */
static bool blocks(const struct wpar_sync_step *s, bool has_step)
{
	return is_folder(s->after) && !is_folder(s->now) &&
	       !(has_step && (s->kind == WPAR_SYNC_ADD || s->kind == WPAR_SYNC_REPLACE));
}

/* The next path of the two lists, which both have a cursor; false: there is none. */
static bool next_path(const struct wpar_sync_lists *l, size_t *b, size_t *a,
		      struct wpar_sync_step *ret)
{
	const struct wpar_entry *before = *b < l->before->n ? &l->before->v[*b] : NULL;
	const struct wpar_entry *after = *a < l->after->n ? &l->after->v[*a] : NULL;
	int order = 0;

	*ret = (struct wpar_sync_step){ 0 };
	if (!before && !after)
		return false;
	if (before && after)
		order = wpar_inventory_compare_paths(before->path, after->path);
	if (before && (!after || order <= 0)) {
		ret->before = before;
		(*b)++;
	}
	if (after && (!before || order >= 0)) {
		ret->after = after;
		(*a)++;
	}
	ret->path = ret->before ? ret->before->path : ret->after->path;
	return true;
}

int wpar_sync_plan_build(const struct wpar_sync_lists *l, struct wpar_sync_plan *ret)
{
	auto_sync_plan p = { 0 };
	struct wpar_sync_step s;
	const char *blocked = NULL;
	size_t b = 0, a = 0;

	while (next_path(l, &b, &a, &s)) {
		bool has_step;

		if (l->is_own && !l->is_own(s.path, l->user))
			continue;
		s.now = wpar_inventory_find(l->now, s.path);
		has_step = decide(&s, l->additional);
		if (blocked && !is_below(s.path, blocked))
			blocked = NULL;
		if (has_step && blocked && s.kind == WPAR_SYNC_ADD) {
			s.kind = WPAR_SYNC_KEEP;
			s.why = "its folder is not there in the workload partition";
		}
		if (!blocked && blocks(&s, has_step))
			blocked = s.path;
		if (has_step && add_step(&p, s) < 0)
			return -ENOMEM;
	}
	*ret = p;
	p = (struct wpar_sync_plan){ 0 };
	return 0;
}

int wpar_sync_plan_print(const struct wpar_sync_plan *p, bool kept_only, struct par_buf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct wpar_sync_step *s = &p->v[i];

		if (kept_only && s->kind != WPAR_SYNC_KEEP)
			continue;
		par_buf_printf(out, "%s /%s", words[s->kind], s->path);
		if (s->why)
			par_buf_printf(out, ": %s", s->why);
		par_buf_putc(out, '\n');
	}
	return out->failed ? -ENOMEM : 0;
}

size_t wpar_sync_plan_count(const struct wpar_sync_plan *p, enum wpar_sync_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->v[i].kind == kind;
	return n;
}

static int add_copy(const struct wpar_entry *from, struct wpar_inventory *to)
{
	struct wpar_entry e = *from;

	e.path = strdup(from->path);
	e.target = from->target ? strdup(from->target) : NULL;
	e.digest = from->digest ? strdup(from->digest) : NULL;
	if (e.path && (!from->target || e.target) && (!from->digest || e.digest))
		return wpar_inventory_add(to, &e);
	wpar_entry_done(&e);
	return -ENOMEM;
}

int wpar_sync_plan_given(const struct wpar_sync_plan *p, const struct wpar_inventory *after,
			 struct wpar_inventory *ret)
{
	auto_inventory given = { 0 };
	size_t step = 0, a = 0;

	while (a < after->n || step < p->n) {
		const struct wpar_sync_step *s = step < p->n ? &p->v[step] : NULL;
		const struct wpar_entry *e = a < after->n ? &after->v[a] : NULL;

		if (s && s->kind != WPAR_SYNC_HOLD && !s->again) {
			step++;
			continue;
		}
		/* A step's entry is that of the list itself. */
		if (s &&
		    (s->after == e ||
		     (!s->after && (!e || wpar_inventory_compare_paths(s->path, e->path) < 0)))) {
			/* What could not be added was never given. */
			if (s->before && add_copy(s->before, &given) < 0)
				return -ENOMEM;
			a += s->after != NULL;
			step++;
			continue;
		}
		if (add_copy(e, &given) < 0)
			return -ENOMEM;
		a++;
	}
	*ret = given;
	given = (struct wpar_inventory){ 0 };
	return 0;
}
