/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR's own files, from outside: see own_files.h. */
#include "wparctl/filesystem/own_files.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/volume.h"

#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

void wpar_own_files_close(struct wpar_own_files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].prefix);
		if (f->v[i].top >= 0)
			close(f->v[i].top);
	}
	free(f->v);
	*f = (struct wpar_own_files){ 0 };
}

/* The directory by itself: what is mounted below is not part of it. */
static int open_bare(const char *path)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int base = par_fs_open_plain(root, path, O_PATH | O_DIRECTORY, 0);
	int tree;

	if (base < 0)
		return base;
	tree = (int)syscall(SYS_open_tree, base, "",
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return tree < 0 ? -errno : tree;
}

/* Takes @top over. */
static int add_part(struct wpar_own_files *f, const char *prefix, int top)
{
	struct wpar_own_part *more = reallocarray(f->v, f->n + 1, sizeof(*more));

	if (more) {
		f->v = more;
		more[f->n] = (struct wpar_own_part){ .prefix = strdup(prefix), .top = top };
		if (more[f->n++].prefix)
			return 0;
		return -ENOMEM;
	}
	if (top >= 0)
		close(top);
	return -ENOMEM;
}

static int open_volume(const char *base, const struct wpar_mount *m, struct par_error **err)
{
	autofree char *image = wpar_volume_path(base, m);

	return image ? wpar_volume_mount(image, wpar_vfs_of_kernel(m->vfs), "volume", err)
		     : par_oom(err);
}

static int add_mount(struct wpar_own_files *f, const char *base, const struct wpar_mount *m,
		     struct par_error **err)
{
	int top = -1;

	if (wpar_mount_is_volume(m)) {
		top = open_volume(base, m, err);
		if (top < 0)
			return top;
	} else if (wpar_mount_is_own(m)) {
		/* One that is not there, or is a link, is what a start will complain about. */
		top = par_fs_open_plain(f->v[0].top, m->directory, O_PATH | O_DIRECTORY, 0);
	}
	return add_part(f, m->directory + 1, top) < 0 ? par_oom(err) : 0;
}

int wpar_own_files_open(const struct wpar_spec *s, struct wpar_own_files *ret,
			struct par_error **err)
{
	const struct wpar_mount *root = wpar_spec_mount(s, "/");
	autofree char *base = wpar_path("%s", s->directory);
	auto_own_files f = { 0 };
	int r;

	if (!base)
		return par_oom(err);
	if (root && !wpar_mount_is_own(root))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"the root directory of %s lies on a server and is not synchronized",
				s->name);
	r = open_bare(base);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be opened", base);
	if (add_part(&f, "", r) < 0)
		return par_oom(err);
	for (size_t i = 0; i < s->n_mounts; i++) {
		r = strcmp(s->mounts[i].directory, "/") == 0
			    ? 0
			    : add_mount(&f, base, &s->mounts[i], err);
		if (r < 0)
			return r;
	}
	*ret = f;
	f = (struct wpar_own_files){ 0 };
	return 0;
}

const struct wpar_own_part *wpar_own_files_part(const struct wpar_own_files *f, const char *path,
						const char **ret_rest)
{
	const struct wpar_own_part *best = NULL;
	size_t length = 0;

	for (size_t i = 0; i < f->n; i++) {
		size_t n = strlen(f->v[i].prefix);

		if (n == 0 && !best)
			best = &f->v[i];
		if (n <= length || strncmp(path, f->v[i].prefix, n) != 0)
			continue;
		if (path[n] == '\0')
			return NULL;
		if (path[n] != '/')
			continue;
		best = &f->v[i];
		length = n;
	}
	if (!best || best->top < 0)
		return NULL;
	*ret_rest = path + length + (length ? 1 : 0);
	return best;
}

/* Would the digest tell what the times do not? */
static bool digest_helps(const struct wpar_entry *has, const struct wpar_entry *other)
{
	return other && other->digest && S_ISREG(other->mode) && has->size == other->size &&
	       has->mtime_ns != other->mtime_ns;
}

/* By the descriptor that was looked at: it is a regular file, and no open waits for it. */
static int add_digest(int found, struct wpar_entry *e)
{
	char link[64], text[PAR_SHA256_TEXT];
	autofd int fd = -1;
	int r;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", found);
	fd = open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = wpar_digest_fd(fd, e->size, text);
	if (r == -EAGAIN)
		return 0; /* it is being written: it has changed */
	if (r < 0)
		return r;
	e->digest = strdup(text);
	return e->digest ? 0 : -ENOMEM;
}

static int entry_of_found(int found, const char *path, struct wpar_entry *ret)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n = 0;

	if (fstat(found, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		n = readlinkat(found, "", target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	return wpar_entry_of(path, &st, S_ISLNK(st.st_mode) ? target : NULL, 0, ret);
}

int wpar_own_files_look(const struct wpar_own_files *f, const struct wpar_entry *before,
			const struct wpar_entry *after, struct wpar_inventory *ret)
{
	const struct wpar_entry *given = before ? before : after;
	const char *path = given ? given->path : "", *rest = NULL;
	const struct wpar_own_part *part = wpar_own_files_part(f, path, &rest);
	autofd int found = -1;
	struct wpar_entry e = { 0 };
	int r;

	if (!part)
		return 0;
	found = par_fs_open_plain(part->top, rest, O_PATH | O_NOFOLLOW, 0);
	if (found == -ENOENT || found == -ENOTDIR || found == -ELOOP)
		return 0;
	if (found < 0)
		return found;
	r = entry_of_found(found, path, &e);
	if (r < 0)
		return r;
	if (S_ISREG(e.mode) && (digest_helps(&e, before) || digest_helps(&e, after)))
		r = add_digest(found, &e);
	if (r < 0) {
		wpar_entry_done(&e);
		return r;
	}
	return wpar_inventory_add(ret, &e);
}

static int look_at_all(const struct wpar_own_files *f, const struct wpar_inventory *before,
		       const struct wpar_inventory *after, struct wpar_inventory *ret)
{
	for (size_t i = 0; i < after->n; i++) {
		int r = wpar_own_files_look(f, wpar_inventory_find(before, after->v[i].path),
					    &after->v[i], ret);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < before->n; i++) {
		int r = wpar_inventory_find(after, before->v[i].path)
				? 0
				: wpar_own_files_look(f, &before->v[i], NULL, ret);

		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_own_files_list(const struct wpar_own_files *f, const struct wpar_inventory *before,
			const struct wpar_inventory *after, struct wpar_inventory *ret)
{
	auto_inventory l = { 0 };
	int r = look_at_all(f, before, after, &l);

	if (r < 0)
		return r;
	wpar_inventory_sort(&l);
	*ret = l;
	l = (struct wpar_inventory){ 0 };
	return 0;
}
