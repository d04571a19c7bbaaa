/* SPDX-License-Identifier: Apache-2.0 */
/* What a copy of the running system has: see system_plan.h. */
#include "wparctl/backup/system_plan.h"

#include "wparctl/spec/spec.h"

#include <ctype.h>
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

void wpar_system_plan_done(struct wpar_system_plan *p)
{
	for (size_t i = 0; i < p->n_trees; i++)
		free(p->trees[i].directory);
	free(p->trees);
	par_strv_done(&p->empty);
	par_strv_done(&p->patterns);
	par_strv_done(&p->passed);
	*p = (struct wpar_system_plan){ 0 };
}

static int add_all(struct par_strv *l, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (par_strv_add(l, v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_tree(struct wpar_system_plan *p, const char *directory, uint64_t id)
{
	struct wpar_system_tree *more = reallocarray(p->trees, p->n_trees + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	p->trees = more;
	more[p->n_trees] = (struct wpar_system_tree){ .directory = strdup(directory), .id = id };
	return more[p->n_trees++].directory ? 0 : -ENOMEM;
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

/* The pattern of the name @path alone; @after: of what more. */
static int add_path(struct par_strv *patterns, const char *path, const char *after)
{
	auto_buf b = { 0 };

	par_buf_puts(&b, "^\\.");
	for (; *path; path++) {
		if (strchr("\\.*[]^$", *path))
			par_buf_putc(&b, '\\');
		par_buf_putc(&b, *path);
	}
	par_buf_puts(&b, after);
	return b.failed ? -ENOMEM : par_strv_add(patterns, b.data);
}

/* What the kernel writes of a character that ends a field: "\040". */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; to++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
		    text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
			*to = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0');
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

/* ---- Swap ---- */

/* "/swapfile file 1048572 0 -2"; those that are devices have no file. */
static int add_swaps(struct wpar_system_plan *p, const char *swaps)
{
	char path[PATH_MAX], kind[16];

	for (const char *l = swaps; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (sscanf(l, "%4095s %15s", path, kind) != 2 || strcmp(kind, "file") != 0)
			continue;
		unescape(path);
		if (add_path(&p->patterns, path, "$") < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- Mounts ---- */

struct seen {
	uint64_t id;
	unsigned int major, minor;
	char root[PATH_MAX], point[PATH_MAX], kind[64];
};

static bool is_at_or_below(const char *path, const char *above)
{
	const size_t n = strcmp(above, "/") == 0 ? 0 : strlen(above);

	return strncmp(path, above, n) == 0 && (path[n] == '/' || !path[n]);
}

static bool parse(const char *line, struct seen *m)
{
	char text[3 * PATH_MAX];
	const char *dash;
	unsigned long long id;

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
	dash = strstr(text, " - ");
	if (!dash || sscanf(dash, " - %63s", m->kind) != 1 ||
	    sscanf(text, "%llu %*u %u:%u %4095s %4095s", &id, &m->major, &m->minor, m->root,
		   m->point) != 5)
		return false;
	m->id = id;
	unescape(m->root);
	unescape(m->point);
	return true;
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
		if (is_at_or_below(point, p->empty.v[i]))
			return true;
	}
	return false;
}

/* The last line of a place is that of what is seen there. */
static bool is_covered(const char *mountinfo, const char *point)
{
	struct seen other;

	for (const char *l = mountinfo; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (parse(l, &other) && strcmp(other.point, point) == 0)
			return true;
	}
	return false;
}

/* A part of one that is copied already, which is there in its own place. */
static bool is_second(const struct wpar_system_plan *p, size_t n_closed, const char *mountinfo,
		      const char *line, const struct seen *m)
{
	struct seen other;

	for (const char *l = mountinfo; l && *l && l < line;
	     l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (parse(l, &other) && other.major == m->major && other.minor == m->minor &&
		    is_local(other.kind) && is_at_or_below(m->root, other.root) &&
		    !is_closed(p, n_closed, other.point))
			return true;
	}
	return false;
}

static int pass_over(struct wpar_system_plan *p, const struct seen *m, const char *why)
{
	autofree char *text = par_strdup_printf("%s: %s", m->point, why);

	return text && par_strv_add(&p->passed, text) == 0 ? par_strv_add(&p->empty, m->point)
							   : -ENOMEM;
}

static int add_mounts(struct wpar_system_plan *p, const char *mountinfo)
{
	const size_t n_closed = p->empty.n;
	struct seen m;
	int r = 0;

	for (const char *l = mountinfo, *next; r == 0 && l && *l; l = next) {
		next = strchr(l, '\n');
		next = next ? next + 1 : NULL;
		if (!parse(l, &m) || strcmp(m.point, "/") == 0 || is_closed(p, n_closed, m.point) ||
		    is_covered(next, m.point))
			continue;
		if (!is_local(m.kind))
			r = pass_over(p, &m, m.kind);
		else if (is_second(p, n_closed, mountinfo, l, &m))
			r = pass_over(p, &m, "a second mount of what is copied from its own place");
		else
			r = add_tree(p, m.point, m.id);
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

	*ret = (struct wpar_system_plan){ 0 };
	if (!cf || add_tree(ret, "/", 0) < 0 || add_directories(ret, f) < 0 ||
	    add_all(&ret->patterns, own, PAR_ARRAY_SIZE(own)) < 0)
		return -ENOMEM;
	/* Its own definition, where those of others come, too. */
	if (add_path(&ret->patterns, cf, "$") < 0 || add_swaps(ret, f->swaps) < 0)
		return -ENOMEM;
	return add_mounts(ret, f->mountinfo);
}
