/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first files of a WPAR on servers: see nfs_fill.h.  A directory of a server has a mark in it
 * from before it is filled until the WPAR is made, with the WPAR's name and UUID: by it what a
 * killed command has left is known again, and nothing else is ever removed there.  Only root of
 * this system can have made a mark: a WPAR's ids are others.
 */
#include "wparctl/filesystem/nfs_fill.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/copy.h"
#include "wparctl/filesystem/nfs.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#define MARK ".wpar.making"

/* A directory of a server, and what it is filled from. */
struct place {
	const struct wpar_mount *mount;
	int server; /* its root */
	bool marked;
};

struct wpar_nfs_fill {
	const struct wpar_spec *spec;
	struct place *places;
	size_t n;
	int base;
	bool copied; /* what is in @base stays there */
};

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static DIR *open_list(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);

	if (!dir && copy >= 0)
		close(copy);
	return dir;
}

/* 1: nothing is in it but the mark of a file system that was just made; negative errno. */
static int is_empty(int fd)
{
	DIR *dir = open_list(fd);
	struct dirent *e;
	bool empty = true;

	if (!dir)
		return -errno;
	while (empty && (e = readdir(dir)))
		empty = is_dot(e->d_name) || strcmp(e->d_name, "lost+found") == 0;
	closedir(dir);
	return empty;
}

/* What is called complete is gone before its mark. */
static int remove_all(int fd)
{
	DIR *dir = open_list(fd);
	struct dirent *e;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (e = readdir(dir))) {
		if (!is_dot(e->d_name) && strcmp(e->d_name, MARK) != 0 &&
		    strcmp(e->d_name, "lost+found") != 0)
			r = par_fs_remove_tree(fd, e->d_name);
	}
	closedir(dir);
	return r;
}

static char *mark_of(const struct wpar_spec *s)
{
	return par_strdup_printf("%s %s\n", s->name, s->uuid ? s->uuid : "");
}

static bool is_mark(int fd, uid_t root, struct stat *ret)
{
	return fstatat(fd, MARK, ret, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(ret->st_mode) &&
	       ret->st_uid == root && ret->st_nlink == 1;
}

bool wpar_nfs_has_mark(int fd, const struct wpar_spec *s, uid_t root)
{
	autofree char *mark = mark_of(s);
	auto_buf b = { 0 };
	struct stat st;

	/* Whoever may swap it while it is read has its directory, and so all that is in there. */
	return mark && s->uuid && is_mark(fd, root, &st) &&
	       par_fs_read_in(fd, MARK, 256, &b) == 0 && par_streq(b.data, mark);
}

static int fail_place(const struct place *p, int r, struct par_error **err)
{
	const struct wpar_mount *m = p->mount;

	if (r == -EACCES || r == -EPERM)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"-M directory=%s: root of this system may not fill %s of the NFS "
				"server %s; export it with no_root_squash, as long as the workload "
				"partition is made at least.",
				m->directory, m->device, m->host);
	if (r == -ENOSPC || r == -EDQUOT)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"-M directory=%s: %s of the NFS server %s is full.", m->directory,
				m->device, m->host);
	return par_fail(err, PAR_E_SYSTEM, r, "%s of the NFS server %s cannot be filled", m->device,
			m->host);
}

/* The directory is empty: nothing is in the way. */
static int mark_place(const struct wpar_nfs_fill *f, struct place *p)
{
	autofree char *mark = mark_of(f->spec);
	autofd int fd = mark ? openat(p->server, MARK,
				      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
			     : -1;
	int r;

	if (fd < 0)
		return mark ? -errno : -ENOMEM;
	p->marked = true;
	r = par_fs_write_all(fd, mark, strlen(mark));
	if (r < 0)
		return r;
	return fsync(fd) < 0 ? -errno : 0;
}

static int begin_place(const struct wpar_nfs_fill *f, struct place *p, bool has_files, bool kept,
		       struct par_error **err)
{
	int empty = is_empty(p->server), r;

	if (empty < 0)
		return fail_place(p, empty, err);
	if (!empty && has_files && !kept)
		return par_fail(err, PAR_E_EXISTS, 0,
				"-M directory=%s: %s of the NFS server %s is not empty.",
				p->mount->directory, p->mount->device, p->mount->host);
	if (!empty || kept)
		return 0;
	r = mark_place(f, p);
	return r < 0 ? fail_place(p, r, err) : 0;
}

/* What of the directory @user, a place, stays where it is: file systems mounted below it. */
struct below {
	const struct wpar_nfs_fill *fill;
	const struct place *place;
};

static bool is_moved(const char *path, unsigned int mode, void *user)
{
	const struct below *b = user;
	const char *top = b->place->mount->directory;
	autofree char *inside = par_strdup_printf("%s/%s", strcmp(top, "/") == 0 ? "" : top, path);

	(void)mode;
	for (size_t i = 0; inside && i < b->fill->spec->n_mounts; i++) {
		const char *other = b->fill->spec->mounts[i].directory;

		/* The mount point itself is needed. */
		if (strlen(other) > strlen(top) && strlen(inside) > strlen(other) &&
		    wpar_path_is_within(inside, other))
			return false;
	}
	return inside != NULL;
}

static bool has_mount_within(const struct wpar_spec *s, const char *directory)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (wpar_path_is_within(s->mounts[i].directory, directory))
			return true;
	}
	return false;
}

/* What was moved, and is no mount point of what stays. */
static int remove_moved(const struct wpar_nfs_fill *f, const struct place *p, int from)
{
	const char *top = strcmp(p->mount->directory, "/") == 0 ? "" : p->mount->directory;
	DIR *dir = open_list(from);
	struct dirent *e;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (e = readdir(dir))) {
		autofree char *inside = par_strdup_printf("%s/%s", top, e->d_name);

		if (inside && !is_dot(e->d_name) && !has_mount_within(f->spec, inside))
			r = par_fs_remove_tree(from, e->d_name);
	}
	closedir(dir);
	return r;
}

static int open_local(const struct wpar_nfs_fill *f, const struct place *p)
{
	const char *directory = p->mount->directory;

	return par_fs_open_plain(f->base, strcmp(directory, "/") == 0 ? "." : directory,
				 O_RDONLY | O_DIRECTORY, 0);
}

/* mkwpar -p: ids of another WPAR's range are nobody inside, and root could not read its own files.
 */
static int check_owner(const struct wpar_nfs_fill *f, const struct place *p, struct par_error **err)
{
	const struct wpar_spec *s = f->spec;
	struct stat st;

	if (fstat(p->server, &st) < 0)
		return fail_place(p, -errno, err);
	if (st.st_uid < WPAR_ID_FIRST || st.st_uid - s->idbase < s->idrange)
		return 0;
	return par_fail(err, PAR_E_EXISTS, 0,
			"-M directory=%s: %s of the NFS server %s belongs to the id %u there, and "
			"this workload partition would have the ids from %u; -p takes up what "
			"rmwpar -p here has kept, as long as no other has these ids",
			p->mount->directory, p->mount->device, p->mount->host,
			(unsigned int)st.st_uid, (unsigned int)s->idbase);
}

static int fill_place(const struct wpar_nfs_fill *f, struct place *p, bool kept,
		      struct par_error **err)
{
	struct below below = { .fill = f, .place = p };
	const struct wpar_copy_opts opts = { .want = is_moved,
					     .user = &below,
					     .add_to_ids = f->spec->idbase };
	autofd int from = open_local(f, p);
	struct stat st;
	int r, empty = from < 0 ? from : is_empty(from);

	/* What an image does not have is made by the start. */
	if (from == -ENOENT && f->copied)
		return 0;
	if (empty < 0 || fstat(from, &st) < 0)
		return fail_place(p, empty < 0 ? empty : -errno, err);
	r = begin_place(f, p, !empty, kept, err);
	if (r < 0)
		return r;
	r = kept ? check_owner(f, p, err) : 0;
	if (r < 0 || !p->marked)
		return r;
	r = wpar_copy_tree(from, p->server, &opts);
	if (r < 0)
		return fail_place(p, r, err);
	if (fchown(p->server, st.st_uid + f->spec->idbase, st.st_gid + f->spec->idbase) < 0 ||
	    fchmod(p->server, st.st_mode & 07777) < 0 || syncfs(p->server) < 0)
		return fail_place(p, -errno, err);
	r = f->copied ? 0 : remove_moved(f, p, from);
	return r < 0 ? fail_place(p, r, err) : 0;
}

static bool is_filled(const struct wpar_mount *m)
{
	return wpar_mount_is_nfs(m) && !wpar_mount_has_option(m->options, "ro");
}

static int open_place(const struct wpar_mount *m, struct place *ret, struct par_error **err)
{
	autofree char *options = wpar_nfs_options(m->options);
	autofd int mount = -1;

	if (!options)
		return par_oom(err);
	mount = wpar_nfs_mount(m->host, m->device, options, err);
	if (mount < 0)
		return mount;
	*ret = (struct place){ .mount = m };
	ret->server = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ret->server < 0 ? fail_place(ret, -errno, err) : 0;
}

/* The deepest first: what another file system hides must be moved into that one. */
static int fill_all(struct wpar_nfs_fill *f, bool kept, struct par_error **err)
{
	for (size_t i = f->spec->n_mounts; i-- > 0;) {
		struct place *p = &f->places[f->n];
		int r;

		if (!is_filled(&f->spec->mounts[i]))
			continue;
		r = open_place(&f->spec->mounts[i], p, err);
		if (r < 0)
			return r;
		f->n++;
		r = fill_place(f, p, kept, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int empty_place(const struct place *p)
{
	int r = remove_all(p->server);

	if (r < 0)
		return r;
	return unlinkat(p->server, MARK, 0) < 0 ? -errno : 0;
}

/* A command that was killed before the mark had its text has put nothing else there. */
static void drop_empty_mark(int fd)
{
	struct stat st;

	if (is_mark(fd, 0, &st) && st.st_size == 0)
		unlinkat(fd, MARK, 0);
}

void wpar_nfs_fill_free(struct wpar_nfs_fill **f)
{
	for (size_t i = 0; *f && i < (*f)->n; i++)
		close((*f)->places[i].server);
	if (*f)
		free((*f)->places);
	free(*f);
	*f = NULL;
}

void wpar_nfs_fill_done(struct wpar_nfs_fill *f)
{
	for (size_t i = 0; f && i < f->n; i++) {
		if (f->places[i].marked)
			unlinkat(f->places[i].server, MARK, 0);
	}
}

int wpar_nfs_fill_undo(struct wpar_nfs_fill *f)
{
	int r = 0;

	for (size_t i = 0; f && i < f->n; i++) {
		int failed = f->places[i].marked ? empty_place(&f->places[i]) : 0;

		r = failed < 0 ? failed : r;
	}
	return r;
}

static int begin_fill(const struct wpar_spec *s, struct wpar_nfs_fill **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->spec = s;
	(*ret)->places = calloc(s->n_mounts + 1, sizeof(*(*ret)->places));
	return (*ret)->places ? 0 : -ENOMEM;
}

int wpar_nfs_fill(const struct wpar_spec *s, bool kept, struct wpar_nfs_fill **ret,
		  struct par_error **err)
{
	autofree char *path = wpar_path("%s", s->directory);
	autofd int base = path ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

	*ret = NULL;
	if (s->type != WPAR_SYSTEM)
		return 0;
	if (base < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", s->directory);
	if (begin_fill(s, ret) < 0)
		return par_oom(err);
	(*ret)->base = base;
	return fill_all(*ret, kept, err);
}

int wpar_nfs_fill_from(const struct wpar_spec *s, int content, struct wpar_nfs_fill **ret,
		       struct par_error **err)
{
	*ret = NULL;
	if (begin_fill(s, ret) < 0)
		return par_oom(err);
	(*ret)->base = content;
	(*ret)->copied = true;
	return fill_all(*ret, false, err);
}

int wpar_nfs_clear(const struct wpar_spec *s, struct par_error **err)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		struct place p = { .server = -1 };
		auto_error why = NULL;
		int r;

		if (!is_filled(&s->mounts[i]))
			continue;
		r = open_place(&s->mounts[i], &p, &why);
		/* There is no such server, or directory: nothing was put there. */
		if (r < 0 && why && why->id == PAR_E_NOT_FOUND)
			continue;
		if (r < 0) {
			par_error_move(err, &why);
			return r;
		}
		if (wpar_nfs_has_mark(p.server, s, 0))
			r = empty_place(&p);
		else
			drop_empty_mark(p.server);
		close(p.server);
		if (r < 0)
			return fail_place(&p, r, err);
	}
	return 0;
}
