/* SPDX-License-Identifier: Apache-2.0 */
/* Links in the places of file systems: see system_links.h. */
#include "wparctl/backup/system_links.h"

#include "lpard/common/fs.h"
#include "wparctl/backup/mount_places.h"
#include "wparctl/filesystem/volume.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void wpar_system_links_done(struct wpar_system_links *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].place);
		free(l->v[i].target);
	}
	free(l->v);
	*l = (struct wpar_system_links){ 0 };
}

/* ---- In the system ---- */

static bool path_of(int fd, char ret[PATH_MAX])
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, ret, PATH_MAX - 1);
	if (n <= 0)
		return false;
	ret[n] = '\0';
	return ret[0] == '/';
}

char *wpar_system_real_path(int root, const char *path)
{
	autofd int fd = par_fs_open_in(root, path, O_PATH, 0);
	char top[PATH_MAX], found[PATH_MAX];

	if (fd < 0 || !path_of(root, top) || !path_of(fd, found) ||
	    !wpar_path_is_within(found, top))
		return NULL;
	return wpar_path_moved(found, top, "/");
}

static int find_link(int root, const char *place, struct wpar_system_links *l)
{
	autofd int fd = par_fs_open_plain(root, place, O_PATH | O_NOFOLLOW, 0);
	autofd int there = par_fs_open_in(root, place, O_PATH | O_DIRECTORY, 0);
	struct wpar_system_link *more;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISLNK(st.st_mode))
		return 0;
	more = reallocarray(l->v, l->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->v = more;
	more[l->n] = (struct wpar_system_link){
		.place = strdup(place),
		.target = there < 0 ? NULL : wpar_system_real_path(root, place)
	};
	return more[l->n++].place ? 0 : -ENOMEM;
}

/* Neither can be a link to the other. */
static int check_link(const struct wpar_system_link *l, const struct wpar_spec *s,
		      struct par_error **err)
{
	for (size_t i = 0; l->target && i < s->n_mounts; i++) {
		const char *other = s->mounts[i].directory;

		if (strcmp(other, l->place) == 0 || !wpar_path_is_within(other, l->target))
			continue;
		return par_fail(
			err, PAR_E_NOT_SUPPORTED, 0,
			"-t: %s of the system is a symbolic link to %s; in the copy the files "
			"would be in %s, and so there can be no file system at %s: leave that out, "
			"or make %s a directory before it is copied",
			l->place, l->target, l->place, other, l->place);
	}
	return 0;
}

int wpar_system_links_find(int root, const struct wpar_spec *s, struct wpar_system_links *ret,
			   struct par_error **err)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		const char *place = s->mounts[i].directory;

		if (strcmp(place, "/") != 0 && find_link(root, place, ret) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < ret->n; i++) {
		int r = check_link(&ret->v[i], s, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- In the plan ---- */

static bool is_copied(const struct wpar_system_plan *p, const char *path)
{
	for (size_t i = 0; i < p->empty.n; i++) {
		if (wpar_path_is_within(path, p->empty.v[i]))
			return false;
	}
	return true;
}

static int add_turned(struct wpar_system_plan *p, const struct wpar_system_link *l)
{
	struct wpar_system_turned *more = reallocarray(p->turned, p->n_turned + 1, sizeof(*more));
	struct wpar_system_turned *t;

	if (!more)
		return -ENOMEM;
	p->turned = more;
	t = &more[p->n_turned++];
	*t = (struct wpar_system_turned){ .place = strdup(l->place), .target = strdup(l->target) };
	return t->place && t->target ? 0 : -ENOMEM;
}

/* Its place is an empty directory. */
static int leave_empty(struct wpar_system_plan *p, const struct wpar_system_link *l)
{
	autofree char *text =
		l->target ? par_strdup_printf("%s: a link to %s, of which nothing is copied,",
					      l->place, l->target)
			  : par_strdup_printf("%s: a link that leads to no directory", l->place);

	if (!text || par_strv_add(&p->passed, text) < 0)
		return -ENOMEM;
	return l->target ? par_strv_add(&p->empty, l->place)
			 : wpar_system_plan_omit(p, l->place, "$");
}

/* The innermost of those that @path lies behind, but not @skip; NULL: none */
static const struct wpar_system_turned *find_turned(const struct wpar_system_plan *p,
						    const char *path,
						    const struct wpar_system_turned *skip)
{
	const struct wpar_system_turned *best = NULL;

	for (size_t i = 0; i < p->n_turned; i++) {
		const struct wpar_system_turned *t = &p->turned[i];

		if (t != skip && wpar_path_is_within(path, t->target) &&
		    (!best || strlen(t->target) > strlen(best->target)))
			best = t;
	}
	return best;
}

static char *name_but(const struct wpar_system_plan *p, const char *path,
		      const struct wpar_system_turned *skip)
{
	const struct wpar_system_turned *t = find_turned(p, path, skip);

	return t ? wpar_path_moved(path, t->target, t->place) : strdup(path);
}

char *wpar_system_links_name(const struct wpar_system_plan *p, const char *path)
{
	return name_but(p, path, NULL);
}

static int rename_all(struct wpar_system_plan *p)
{
	for (size_t i = 0; i < p->n_trees; i++) {
		char *name = wpar_system_links_name(p, p->trees[i].directory);

		if (!name)
			return -ENOMEM;
		if (strcmp(name, p->trees[i].directory) == 0) {
			free(name);
			continue;
		}
		p->trees[i].from = p->trees[i].directory;
		p->trees[i].directory = name;
	}
	for (size_t i = 0; i < p->empty.n; i++) {
		char *name = wpar_system_links_name(p, p->empty.v[i]);

		if (!name)
			return -ENOMEM;
		free(p->empty.v[i]);
		p->empty.v[i] = name;
	}
	return 0;
}

/* What a link leads to is read at the link's place, unless it is a file system of its own. */
static int read_there(struct wpar_system_plan *p, const struct wpar_system_link *l)
{
	struct wpar_system_tree *t;

	for (size_t i = 0; i < p->n_trees; i++) {
		if (strcmp(p->trees[i].directory, l->place) == 0)
			return 0;
	}
	if (wpar_system_plan_tree(p, l->place, 0) < 0)
		return -ENOMEM;
	t = &p->trees[p->n_trees - 1];
	t->from = strdup(l->target);
	return t->from ? 0 : -ENOMEM;
}

/* Where it is in the system a link will be. */
static int leave_out(struct wpar_system_plan *p, struct wpar_system_turned *t)
{
	t->name = name_but(p, t->target, t);
	if (!t->name || wpar_system_plan_omit(p, t->name, "$") < 0)
		return -ENOMEM;
	return par_strv_add(&p->empty, t->name);
}

int wpar_system_links_turn(struct wpar_system_plan *p, const struct wpar_system_facts *f)
{
	for (size_t i = 0; i < f->n_links; i++) {
		const struct wpar_system_link *l = &f->links[i];
		int r = l->target && is_copied(p, l->target) ? add_turned(p, l) : leave_empty(p, l);

		if (r < 0)
			return r;
	}
	if (rename_all(p) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_links; i++) {
		if (f->links[i].target && read_there(p, &f->links[i]) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < p->n_turned; i++) {
		if (leave_out(p, &p->turned[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- In the copy ---- */

/* The file system of the WPAR's that @path lies in, where that is an image; NULL */
static const struct wpar_mount *volume_of(const struct wpar_spec *s, const char *path)
{
	const struct wpar_mount *best = NULL;

	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *m = &s->mounts[i];

		if (wpar_mount_is_volume(m) && wpar_path_is_within(path, m->directory) &&
		    (!best || strlen(m->directory) > strlen(best->directory)))
			best = m;
	}
	return best;
}

static int open_volume(const struct wpar_mount *m, const char *base, struct par_error **err)
{
	autofree char *image = wpar_volume_path(base, m);

	return image ? wpar_volume_mount(image, wpar_vfs_of_kernel(m->vfs), "volume", err)
		     : par_oom(err);
}

/* What is above the name came with the other files. */
static int make_link(int top, const char *name, const char *place)
{
	autofree char *above = strdup(name);
	char *slash = above ? strrchr(above, '/') : NULL;
	autofd int folder = -1;

	if (!slash)
		return above ? -EINVAL : -ENOMEM;
	*slash = '\0';
	folder = par_fs_open_plain(top, *above ? above : ".", O_RDONLY | O_DIRECTORY, 0);
	if (folder < 0)
		return folder;
	return symlinkat(place, folder, slash + 1) < 0 && errno != EEXIST ? -errno : 0;
}

int wpar_system_links_make(const struct wpar_system_plan *p, const struct wpar_spec *s, int top,
			   const char *base, struct par_error **err)
{
	for (size_t i = 0; i < p->n_turned; i++) {
		const struct wpar_system_turned *t = &p->turned[i];
		const struct wpar_mount *m = volume_of(s, t->name);
		autofree char *name = wpar_path_moved(t->name, m ? m->directory : "/", "/");
		autofd int volume = m ? open_volume(m, base, err) : -1;
		int r;

		if (!name)
			return par_oom(err);
		if (m && volume < 0)
			return volume;
		r = make_link(m ? volume : top, name, t->place);
		if (r < 0)
			return par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
					"the link '%s' to '%s' cannot be made in the copy", t->name,
					t->place);
	}
	return 0;
}
