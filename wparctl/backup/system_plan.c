/* SPDX-License-Identifier: Apache-2.0 */
/* What a copy of the running system has: see system_plan.h. */
#include "wparctl/backup/system_plan.h"

#include "wparctl/backup/mount_places.h"
#include "wparctl/backup/system_links.h"
#include "wparctl/spec/spec.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of every system: made anew by each, or the kernel's, or another service's store. */
static const char *const always[] = {
	"/proc", "/sys", "/dev", "/run", "/tmp", "/var/lib/lpard", "/var/lib/libvirt",
};

/* Of the kernel and its start, which a WPAR does not have. */
static const char *const private[] = {
	"/boot", "/lib/modules", "/usr/lib/modules", "/lib/firmware", "/usr/lib/firmware",
};

/* Of other WPARs. */
static const char *const wpars[] = {
	WPAR_BASE_DIR,
	WPAR_STORE_DIR,
	"/var/adm/wpars",
	"/etc/wpars",
};

/* What each system has of its own: its identity, its disks, how it starts. */
static const char *const own[] = {
	"^\\./etc/machine-id$",
	"^\\./etc/hostname$",
	"^\\./etc/fstab$",
	"^\\./etc/mtab$",
	"^\\./etc/inittab$",
	"^\\./etc/init$",
	"^\\./etc/telinit$",
	"^\\./etc/objrepos$",
	"^\\./etc/objrepos/",
	"^\\./etc/ssh/ssh_host_[^/]*$",
	"^\\./var/lib/dbus/machine-id$",
	"^\\./var/lib/systemd/random-seed$",
	"^\\./var/lib/systemd/credential\\.secret$",
	"^\\./var/lib/urandom/random-seed$",
	"^\\./var/lib/urandom/\\.seed$",
};

/* File systems of a system's own disks. */
static const char *const kinds[] = {
	"ext2", "ext3", "ext4", "xfs", "jfs", "btrfs", "f2fs", "zfs", "reiserfs", "nilfs2",
};

static int add_all(struct par_strv *l, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (par_strv_add(l, v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Where the images of its file systems are: ".volumes/NAME" beside it. */
static int add_base(struct wpar_system_plan *p, const char *base, bool alone)
{
	const char *slash = strrchr(base, '/');
	autofree char *volumes = NULL;

	if (par_strv_add(&p->empty, base) < 0)
		return -ENOMEM;
	volumes = !slash  ? strdup("")
		  : alone ? par_strdup_printf("%.*s/.volumes%s", (int)(slash - base), base, slash)
			  : par_strdup_printf("%.*s/.volumes", (int)(slash - base), base);
	return volumes ? par_strv_add(&p->empty, volumes) : -ENOMEM;
}

static int add_wpars(struct wpar_system_plan *p, const struct wpar_system_facts *f)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(wpars); i++) {
		autofree char *path = par_strdup_printf("%s%s", f->prefix, wpars[i]);

		if (!path || par_strv_add(&p->empty, path) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < f->bases->n; i++) {
		if (add_base(p, f->bases->v[i], false) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- Swap ---- */

/* @path of the system has another name in the copy where it lies behind a link. */
static int omit_there(struct wpar_system_plan *p, const char *path, const char *after)
{
	autofree char *name = wpar_system_links_name(p, path);

	return name ? wpar_system_plan_omit(p, name, after) : -ENOMEM;
}

/* "/swapfile file 1048572 0 -2"; those that are devices have no file. */
static int add_swaps(struct wpar_system_plan *p, const char *swaps)
{
	char path[PATH_MAX], kind[16];

	for (const char *l = swaps; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (sscanf(l, "%4095s %15s", path, kind) != 2 || strcmp(kind, "file") != 0)
			continue;
		wpar_mount_unescape(path);
		if (omit_there(p, path, "$") < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_identity(struct wpar_system_plan *p, const struct par_strv *paths)
{
	for (size_t i = 0; paths && i < paths->n; i++) {
		if (omit_there(p, paths->v[i], "$") < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- Mounts ---- */

/* A folder that is left out, whatever it is called: @path in the file system of a device. */
struct folder {
	unsigned int major, minor;
	char *path;
	const char *name; /* of which it is left out */
};

/* What is known of all mounts. */
struct places {
	struct wpar_mount_table table;
	struct folder *closed;
	size_t n_closed; /* as many as names that are left out whatever is mounted */
	bool *copied;	 /* of each mount */
};

static void places_done(struct places *k)
{
	for (size_t i = 0; k->closed && i < k->n_closed; i++)
		free(k->closed[i].path);
	free(k->closed);
	free(k->copied);
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

static bool is_closed(const struct wpar_system_plan *p, size_t n_closed, const char *point)
{
	for (size_t i = 0; i < n_closed; i++) {
		if (wpar_path_is_within(point, p->empty.v[i]))
			return true;
	}
	return false;
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
	if (!k->closed || !k->copied)
		return -ENOMEM;
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

/* One that is seen, and whose name is not left out. */
static int take_mount(struct wpar_system_plan *p, struct places *k,
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
	if (r != 0)
		return r < 0 ? r
			     : pass_over(p, m->point,
					 "a second mount of what is copied from its own place");
	k->copied[i] = true;
	return 0;
}

/* The root comes first, and then those that show most of their file systems. */
static int take_mounts(struct wpar_system_plan *p, struct places *k,
		       const struct wpar_system_facts *f)
{
	for (size_t i = 0; i < k->table.n; i++)
		k->copied[i] = wpar_mount_seen_at(&k->table, "/") == &k->table.v[i];
	for (size_t length = 1, next; length; length = next) {
		next = 0;
		for (size_t i = 0; i < k->table.n; i++) {
			const struct wpar_mounted_at *m = &k->table.v[i];
			const size_t n = strlen(m->root);
			int r;

			if (n > length && (!next || n < next))
				next = n;
			if (n != length || strcmp(m->point, "/") == 0 ||
			    is_closed(p, k->n_closed, m->point) ||
			    wpar_mount_seen_at(&k->table, m->point) != m)
				continue;
			r = take_mount(p, k, f, i);
			if (r < 0)
				return r;
		}
	}
	return 0;
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

/* Nor are such folders copied by the names that they have in another mount. */
static int close_elsewhere(struct wpar_system_plan *p, const struct places *k,
			   const struct wpar_mounted_at *m)
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
	int r = strcmp(m->point, "/") == 0 ? 0 : wpar_system_plan_tree(p, m->point, m->id);

	return r < 0 ? r : close_elsewhere(p, k, m);
}

static int add_mounts(struct wpar_system_plan *p, const struct wpar_system_facts *f)
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

static int add_directories(struct wpar_system_plan *p, const struct wpar_system_facts *f)
{
	if (add_base(p, f->base, true) < 0 ||
	    add_all(&p->empty, always, PAR_ARRAY_SIZE(always)) < 0)
		return -ENOMEM;
	if (!f->keep_private && add_all(&p->empty, private, PAR_ARRAY_SIZE(private)) < 0)
		return -ENOMEM;
	return f->keep_wpars ? 0 : add_wpars(p, f);
}

int wpar_system_plan_make(const struct wpar_system_facts *f, struct wpar_system_plan *ret)
{
	autofree char *cf = par_strdup_printf("%s" WPAR_CONFIG_DIR "/%s.cf", f->prefix, f->name);
	int r;

	*ret = (struct wpar_system_plan){ 0 };
	if (!cf || wpar_system_plan_tree(ret, "/", 0) < 0 || add_directories(ret, f) < 0 ||
	    add_all(&ret->patterns, own, PAR_ARRAY_SIZE(own)) < 0)
		return -ENOMEM;
	/* Its own definition, where those of others come, too. */
	if (wpar_system_plan_omit(ret, cf, "$") < 0)
		return -ENOMEM;
	r = add_mounts(ret, f);
	if (r < 0)
		return r;
	r = wpar_system_links_turn(ret, f);
	if (r < 0)
		return r;
	return add_swaps(ret, f->swaps) < 0 || add_identity(ret, f->identity) < 0 ? -ENOMEM : 0;
}
