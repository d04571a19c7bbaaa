/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which mounts of the running system a copy of it has: see system_plan.h.  A folder that is seen at
 * several places is copied at one of them, and what is seen nowhere else where it is seen.
 */
#include "wparctl/backup/system_plan.h"

#include "wparctl/backup/mount_places.h"
#include "wparctl/spec/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* File systems of a system's own disks. */
static const char *const kinds[] = {
	"ext2", "ext3", "ext4", "xfs", "jfs", "btrfs", "f2fs", "zfs", "reiserfs", "nilfs2",
};

/* A folder that is left out, whatever it is called: @path in the file system of a device. */
struct folder {
	unsigned int major, minor;
	char *path;
	const char *name; /* of which it is left out */
};

/* What is known of all mounts. */
struct places {
	struct wpar_mount_table table;
	const struct wpar_mounted_at *root;
	struct folder *closed;
	size_t n_closed; /* as many as names that are left out whatever is mounted */
	bool *copied;	 /* of each mount */
	/* of each mount: the one in which it is mounted, and of which nothing is copied; NULL */
	const struct wpar_mounted_at **shut;
};

static void places_done(struct places *k)
{
	for (size_t i = 0; k->closed && i < k->n_closed; i++)
		free(k->closed[i].path);
	free(k->closed);
	free(k->copied);
	free(k->shut);
	wpar_mount_table_done(&k->table);
}

static bool is_local(const char *kind)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	}
	return false;
}

static bool is_within_some(const struct wpar_system_plan *p, size_t from, size_t to,
			   const char *path)
{
	for (size_t i = from; i < to; i++) {
		if (wpar_path_is_within(path, p->empty.v[i]))
			return true;
	}
	return false;
}

static bool is_closed(const struct wpar_system_plan *p, size_t n_closed, const char *point)
{
	return is_within_some(p, 0, n_closed, point);
}

static bool is_on(const struct wpar_mounted_at *m, unsigned int major, unsigned int minor)
{
	return m->major == major && m->minor == minor;
}

/* Where the names are that are left out; without a path where that is not known. */
static int find_closed(const struct wpar_system_plan *p, struct places *k)
{
	k->n_closed = p->empty.n;
	k->closed = calloc(k->n_closed + 1, sizeof(*k->closed));
	k->copied = calloc(k->table.n + 1, sizeof(*k->copied));
	k->shut = calloc(k->table.n + 1, sizeof(const struct wpar_mounted_at *));
	if (!k->closed || !k->copied || !k->shut)
		return -ENOMEM;
	k->root = wpar_mount_seen_at(&k->table, "/");
	for (size_t i = 0; i < k->n_closed; i++) {
		const struct wpar_mounted_at *m = wpar_mount_seen_at(&k->table, p->empty.v[i]);
		struct folder *c = &k->closed[i];

		c->name = p->empty.v[i];
		if (!m)
			continue;
		c->major = m->major;
		c->minor = m->minor;
		c->path = wpar_path_moved(p->empty.v[i], m->point, m->root);
		if (!c->path)
			return -ENOMEM;
	}
	return 0;
}

/* The name by which the folder that @m shows is left out; NULL: it is not. */
static const char *closed_name(const struct places *k, const struct wpar_mounted_at *m)
{
	for (size_t i = 0; i < k->n_closed; i++) {
		const struct folder *c = &k->closed[i];

		if (c->path && is_on(m, c->major, c->minor) && strcmp(c->path, m->root) == 0)
			return c->name;
	}
	return NULL;
}

/* Is what @m shows copied as a part of @other, where it is seen and not left out? */
static int is_part_of(const struct wpar_system_plan *p, const struct places *k,
		      const struct wpar_mounted_at *m, const struct wpar_mounted_at *other)
{
	autofree char *name = NULL;

	if (!is_on(other, m->major, m->minor) || !wpar_path_is_within(m->root, other->root))
		return 0;
	name = wpar_path_moved(m->root, other->root, other->point);
	if (!name)
		return -ENOMEM;
	return wpar_mount_seen_at(&k->table, name) == other && !is_closed(p, k->n_closed, name);
}

static int is_second(const struct wpar_system_plan *p, const struct places *k,
		     const struct wpar_mounted_at *m)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->table.n; i++) {
		if (k->copied[i])
			r = is_part_of(p, k, m, &k->table.v[i]);
	}
	return r;
}

static int pass_over(struct wpar_system_plan *p, const char *point, const char *why)
{
	autofree char *text = par_strdup_printf("%s: %s", point, why);

	return text && par_strv_add(&p->passed, text) == 0 ? par_strv_add(&p->empty, point)
							   : -ENOMEM;
}

static int pass_named(struct wpar_system_plan *p, const char *point, const char *name)
{
	autofree char *why = par_strdup_printf("the folder that is %s, too,", name);

	return why ? pass_over(p, point, why) : -ENOMEM;
}

/* Has it the folder that is the root, as ostree's /sysroot? */
static bool holds_root(const struct places *k, const struct wpar_mounted_at *m)
{
	return k->root && is_on(m, k->root->major, k->root->minor) &&
	       strcmp(m->root, k->root->root) != 0 && wpar_path_is_within(k->root->root, m->root);
}

/* May it be copied, where it is not copied already?  It is seen, and its name is not left out. */
static bool is_wanted(const struct wpar_system_plan *p, const struct places *k,
		      const struct wpar_system_facts *f, size_t i)
{
	const struct wpar_mounted_at *m = &k->table.v[i];

	return !k->shut[i] && strcmp(m->point, "/") != 0 && !is_closed(p, k->n_closed, m->point) &&
	       wpar_mount_seen_at(&k->table, m->point) == m && is_local(m->kind) &&
	       !(f->is_file && f->is_file(m->point)) && !closed_name(k, m);
}

/* Those that show most of their file systems come first. */
static int choose_some(const struct wpar_system_plan *p, struct places *k,
		       const struct wpar_system_facts *f, bool holders)
{
	for (size_t length = 1, next; length; length = next) {
		next = 0;
		for (size_t i = 0; i < k->table.n; i++) {
			const size_t n = strlen(k->table.v[i].root);
			int r;

			if (n > length && (!next || n < next))
				next = n;
			if (n != length || holds_root(k, &k->table.v[i]) != holders ||
			    !is_wanted(p, k, f, i))
				continue;
			r = is_second(p, k, &k->table.v[i]);
			if (r < 0)
				return r;
			k->copied[i] = r == 0;
		}
	}
	return 0;
}

/*
 * The root comes first, and what is mounted for the system at places of its own; then a mount that
 * has the root in it, of which the rest is copied.
 */
static int choose(const struct wpar_system_plan *p, struct places *k,
		  const struct wpar_system_facts *f)
{
	int r;

	for (size_t i = 0; i < k->table.n; i++)
		k->copied[i] = k->root == &k->table.v[i];
	r = choose_some(p, k, f, false);
	return r < 0 ? r : choose_some(p, k, f, true);
}

/* The mount, seen and not copied, in which @m is mounted; NULL: there is none */
static const struct wpar_mounted_at *left_out_above(const struct places *k,
						    const struct wpar_mounted_at *m)
{
	for (size_t i = 0; i < k->table.n; i++) {
		const struct wpar_mounted_at *o = &k->table.v[i];

		if (!k->copied[i] && strcmp(m->point, o->point) != 0 &&
		    wpar_path_is_within(m->point, o->point) &&
		    wpar_mount_seen_at(&k->table, o->point) == o)
			return o;
	}
	return NULL;
}

/* Nothing is copied where what it is mounted in is left out: then perhaps by another name. */
static bool shut_one(struct places *k)
{
	for (size_t i = 0; i < k->table.n; i++) {
		if (!k->copied[i] || &k->table.v[i] == k->root)
			continue;
		k->shut[i] = left_out_above(k, &k->table.v[i]);
		if (k->shut[i])
			return true;
	}
	return false;
}

static int pass_within(struct wpar_system_plan *p, const char *point, const char *above)
{
	autofree char *why = par_strdup_printf(
		"a disk that is mounted in %s, of which nothing is copied,", above);

	return why ? pass_over(p, point, why) : -ENOMEM;
}

/* One that is seen, whose name is not left out, and that is not copied. */
static int say_one(struct wpar_system_plan *p, const struct places *k,
		   const struct wpar_system_facts *f, size_t i)
{
	const struct wpar_mounted_at *m = &k->table.v[i];
	const char *name = closed_name(k, m);
	int r;

	if (!is_local(m->kind))
		return pass_over(p, m->point, m->kind);
	if (f->is_file && f->is_file(m->point))
		return pass_over(p, m->point,
				 "a file that is mounted over another, which is copied,");
	if (name)
		return pass_named(p, m->point, name);
	r = is_second(p, k, m);
	if (r < 0)
		return r;
	return r == 0 && k->shut[i]
		       ? pass_within(p, m->point, k->shut[i]->point)
		       : pass_over(p, m->point,
				   "a second mount of what is copied from its own place");
}

/* Nobody looks for a disk in what each system has anew. */
static int say_within_always(struct wpar_system_plan *p, const struct places *k,
			     const struct wpar_mounted_at *m)
{
	const char *above = wpar_system_plan_always(m->point);
	int r;

	if (!above || !is_local(m->kind) || closed_name(k, m))
		return 0;
	r = is_second(p, k, m);
	return r == 0 ? pass_within(p, m->point, above) : r < 0 ? r : 0;
}

static int take_mounts(struct wpar_system_plan *p, struct places *k,
		       const struct wpar_system_facts *f)
{
	int r;

	do
		r = choose(p, k, f);
	while (r == 0 && shut_one(k));
	for (size_t i = 0; r == 0 && i < k->table.n; i++) {
		const struct wpar_mounted_at *m = &k->table.v[i];

		if (k->copied[i] || strcmp(m->point, "/") == 0 ||
		    wpar_mount_seen_at(&k->table, m->point) != m)
			continue;
		r = is_closed(p, k->n_closed, m->point) ? say_within_always(p, k, m)
							: say_one(p, k, f, i);
	}
	return r;
}

/* Does another that is left out have it, too? */
static bool is_in_other(const struct places *k, size_t at)
{
	const struct folder *c = &k->closed[at];

	for (size_t i = 0; i < k->n_closed; i++) {
		const struct folder *o = &k->closed[i];

		if (i != at && o->path && o->major == c->major && o->minor == c->minor &&
		    wpar_path_is_within(c->path, o->path) &&
		    (strcmp(c->path, o->path) != 0 || i < at))
			return true;
	}
	return false;
}

/* @m is copied, and so is @other: what that one shows is not copied by its name in @m, too. */
static int close_copied(struct wpar_system_plan *p, const struct places *k,
			const struct wpar_mounted_at *m, const struct wpar_mounted_at *other,
			size_t from)
{
	autofree char *name = NULL;
	int r;

	if (m == other)
		return 0;
	r = is_part_of(p, k, other, m);
	if (r <= 0)
		return r;
	name = wpar_path_moved(other->root, m->root, m->point);
	if (!name)
		return -ENOMEM;
	return is_within_some(p, from, p->empty.n, name) ? 0 : pass_named(p, name, other->point);
}

static int close_all_copied(struct wpar_system_plan *p, const struct places *k,
			    const struct wpar_mounted_at *m)
{
	const size_t from = p->empty.n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->table.n; i++) {
		if (k->copied[i])
			r = close_copied(p, k, m, &k->table.v[i], from);
	}
	return r;
}

/*
 * Nor are such folders copied by the names that they have in another mount.  @from: the first of
 * the names in it that are left out already
 */
static int close_elsewhere(struct wpar_system_plan *p, const struct places *k,
			   const struct wpar_mounted_at *m, size_t from)
{
	for (size_t i = 0; i < k->n_closed; i++) {
		const struct folder *c = &k->closed[i];
		autofree char *name = NULL;
		int r = 0;

		if (!c->path || !is_on(m, c->major, c->minor) ||
		    !wpar_path_is_within(c->path, m->root) || is_in_other(k, i))
			continue;
		name = wpar_path_moved(c->path, m->root, m->point);
		if (!name)
			return -ENOMEM;
		if (strcmp(name, "/") != 0 && !is_closed(p, k->n_closed, name) &&
		    !is_within_some(p, from, p->empty.n, name) &&
		    wpar_mount_seen_at(&k->table, name) == m)
			r = pass_named(p, name, c->name);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The root is there already. */
static int add_copied(struct wpar_system_plan *p, const struct places *k,
		      const struct wpar_mounted_at *m)
{
	const size_t from = p->empty.n;
	int r = strcmp(m->point, "/") == 0 ? 0 : wpar_system_plan_tree(p, m->point, m->id);

	if (r < 0)
		return r;
	r = holds_root(k, m) ? close_all_copied(p, k, m) : 0;
	return r < 0 ? r : close_elsewhere(p, k, m, from);
}

int wpar_system_plan_mounts(struct wpar_system_plan *p, const struct wpar_system_facts *f)
{
	par_cleanup(places_done) struct places k = { 0 };
	int r = wpar_mount_table_parse(f->mountinfo, &k.table);

	if (r < 0)
		return r;
	r = find_closed(p, &k);
	if (r < 0)
		return r;
	r = take_mounts(p, &k, f);
	for (size_t i = 0; r == 0 && i < k.table.n; i++) {
		if (k.copied[i])
			r = add_copied(p, &k, &k.table.v[i]);
	}
	return r;
}
