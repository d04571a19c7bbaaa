/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees of processes: see ckpt_tree.h.  This is what prepare_pstree_ids() and
 * create_children_and_session() of criu 3.19 to 4.2 do, without doing it.
 */
#include "wparctl/checkpoint/ckpt_tree.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define NONE SIZE_MAX

/* A process as criu would make it, or a helper that ends when it has made its children. */
struct item {
	pid_t pid, session;
	pid_t needed; /* the session that it has to be in before it makes its own; 0: none */
	size_t task;  /* NONE: a helper */
	size_t parent;
	enum wpar_ckpt_tree wrong;
};

/* The first process is the first of them. */
struct tree {
	const struct wpar_ckpt_task *tasks;
	struct item *items;
	size_t n, n_tasks;
};

static size_t find_outer(const struct wpar_ckpt_task *tasks, size_t n, pid_t outer)
{
	for (size_t i = 0; i < n; i++) {
		if (tasks[i].outer == outer)
			return i;
	}
	return NONE;
}

static size_t find_pid(const struct tree *t, pid_t pid)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->items[i].pid == pid)
			return i;
	}
	return NONE;
}

/* Those that descend from the first process, parents before their children. */
static void take_children(struct tree *t)
{
	for (size_t at = 0; at < t->n; at++) {
		const pid_t parent = t->tasks[t->items[at].task].outer;

		for (size_t i = 0; i < t->n_tasks; i++) {
			const struct wpar_ckpt_task *k = &t->tasks[i];

			if (k->outer_parent == parent && t->n < t->n_tasks)
				t->items[t->n++] =
					(struct item){ .pid = k->pid,
						       .session = k->session,
						       .task = i,
						       .parent = at,
						       .wrong = k->session
									? WPAR_CKPT_TREE_FITS
									: WPAR_CKPT_TREE_OUTSIDE };
		}
	}
}

/* A helper of @session: its leader where that has ended, else a child of it. */
static size_t add_helper(struct tree *t, pid_t session, size_t leader)
{
	t->items[t->n] = (struct item){ .pid = leader == NONE ? session : 0,
					.session = session,
					.task = NONE,
					.parent = leader == NONE ? 0 : leader };
	return t->n++;
}

/* Children of the first process that it cannot have made: it took them over. */
static void add_helpers(struct tree *t)
{
	const size_t n = t->n;

	for (size_t i = 1; i < n; i++) {
		const pid_t session = t->items[i].session;
		size_t helper;

		if (t->items[i].parent != 0 || session == t->items[0].session ||
		    session == t->items[i].pid || session == 0)
			continue;
		helper = add_helper(t, session, find_pid(t, session));
		for (size_t k = i; k < n; k++) {
			if (t->items[k].parent == 0 && t->items[k].session == session &&
			    t->items[k].pid != session)
				t->items[k].parent = helper;
		}
	}
}

/* Up to one that is in @session: could each have been, before it made its own? */
static bool can_need(const struct tree *t, size_t from, pid_t session)
{
	for (size_t p = from; t->items[p].session != session; p = t->items[p].parent) {
		const struct item *above = &t->items[p];

		if (p == 0 || above->pid != above->session ||
		    (above->needed && above->needed != session))
			return false;
	}
	return true;
}

/* It was born when its parents had not yet made the sessions that they have now. */
static bool need_before(struct tree *t, const struct item *item)
{
	const pid_t session = item->session;

	if (!can_need(t, item->parent, session))
		return false;
	for (size_t p = item->parent; t->items[p].session != session; p = t->items[p].parent)
		t->items[p].needed = session;
	return true;
}

static bool is_before(const struct tree *t, const struct item *i)
{
	return t->items[i->parent].needed == (i->needed ? i->needed : i->session);
}

/* The session that it is born in. */
static pid_t born_in(const struct tree *t, size_t at)
{
	while (at != 0 && is_before(t, &t->items[at]))
		at = t->items[at].parent;
	return at == 0 ? t->items[0].session : t->items[t->items[at].parent].session;
}

static bool is_born_right(const struct tree *t, size_t at)
{
	const struct item *i = &t->items[at];
	const pid_t born = born_in(t, at);

	if (i->needed && born != i->needed)
		return false;
	return i->pid == i->session || born == i->session;
}

/* Who waits for the maker of its group waits for ever when that one is in another. */
static bool is_left(const struct tree *t, const struct wpar_ckpt_task *task)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->items[i].task == NONE || t->items[i].pid != task->group)
			continue;
		return t->tasks[t->items[i].task].group != task->group;
	}
	return false;
}

static void check_items(struct tree *t)
{
	const size_t n = t->n;

	add_helpers(t);
	for (size_t i = 1; i < n; i++) {
		struct item *item = &t->items[i];

		if (item->session && item->session != item->pid && !need_before(t, item))
			item->wrong = WPAR_CKPT_TREE_SESSION;
	}
	for (size_t i = 1; i < n; i++) {
		struct item *item = &t->items[i];

		if (item->wrong == WPAR_CKPT_TREE_FITS && !is_born_right(t, i))
			item->wrong = WPAR_CKPT_TREE_SESSION;
		if (item->wrong == WPAR_CKPT_TREE_FITS && is_left(t, &t->tasks[item->task]))
			item->wrong = WPAR_CKPT_TREE_GROUP;
	}
}

int wpar_ckpt_tree_check(const struct wpar_ckpt_task *tasks, size_t n, pid_t init,
			 enum wpar_ckpt_tree *ret)
{
	struct tree t = { .tasks = tasks, .n_tasks = n };
	const size_t first = find_outer(tasks, n, init);

	for (size_t i = 0; i < n; i++)
		ret[i] = WPAR_CKPT_TREE_FITS;
	if (first == NONE)
		return 0;
	/* At most one helper for each. */
	t.items = calloc(2 * n, sizeof(*t.items));
	if (!t.items)
		return -ENOMEM;
	t.items[t.n++] = (struct item){ .pid = tasks[first].pid,
					.session = tasks[first].session,
					.task = first };
	take_children(&t);
	check_items(&t);
	for (size_t i = 0; i < t.n; i++) {
		if (t.items[i].task != NONE)
			ret[t.items[i].task] = t.items[i].wrong;
	}
	free(t.items);
	return 0;
}
