/* SPDX-License-Identifier: Apache-2.0 */
/* Carries a plan of syncwpar out: see sync_apply.h. */
#include "wparctl/filesystem/sync_apply.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/copy.h"
#include "wparctl/spec/stop_at.h"

#include <string.h>
#include <sys/stat.h>

/* In each file system that gets files; nothing in a WPAR has such a name. */
#define STAGING	 ".syncwpar"
#define NEW_FILE "new"

static const char meanwhile[] = "changed in the workload partition meanwhile";

/* Where a step acts. */
struct place {
	const struct wpar_own_part *part;
	int folder; /* O_PATH */
	const char *name;
};

#define auto_place par_cleanup(place_close) struct place

static void place_close(struct place *p)
{
	if (p->folder >= 0)
		close(p->folder);
}

/* The folder that holds @path, below @top, without following a link; *ret_name is in @path. */
static int open_parent(int top, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	autofree char *parent = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");

	*ret_name = slash ? slash + 1 : path;
	return parent ? par_fs_open_plain(top, parent, O_PATH | O_DIRECTORY, 0) : -ENOMEM;
}

static int place_open(const struct wpar_own_files *files, const char *path, struct place *ret)
{
	const char *rest = NULL;

	*ret = (struct place){ .folder = -1 };
	ret->part = wpar_own_files_part(files, path, &rest);
	if (!ret->part)
		return -ENOENT;
	ret->folder = open_parent(ret->part->top, rest, &ret->name);
	return ret->folder < 0 ? ret->folder : 0;
}

/* Is what the WPAR has at the step's path what it had when the plan was made? */
static int is_as_planned(const struct wpar_own_files *files, const struct wpar_sync_step *s)
{
	auto_inventory now = { 0 };
	int r = wpar_own_files_look(files, s->now, NULL, &now);

	if (r < 0)
		return r;
	return now.n == 1 && wpar_entry_same(&now.v[0], s->now);
}

/* Of an id that no WPAR has: its root cannot enter it, and a file is whole before it gets there. */
static int open_staging(const struct wpar_own_part *part)
{
	int r = par_fs_remove_tree(part->top, STAGING);
	autofd int fd = -1;

	if (r < 0)
		return r;
	if (mkdirat(part->top, STAGING, 0700) < 0)
		return -errno;
	fd = par_fs_open_plain(part->top, STAGING, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	return fchown(fd, WPAR_ID_WIDTH, WPAR_ID_WIDTH) < 0 ? -errno : take_fd(&fd);
}

/* As the LPAR has it: the entry was made from the same file. */
static int check_copy(int folder, const char *name, const struct wpar_entry *is)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if ((st.st_mode & S_IFMT) != (is->mode & S_IFMT))
		return -ESTALE;
	if (S_ISREG(st.st_mode) &&
	    ((uint64_t)st.st_size != is->size ||
	     st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec != is->mtime_ns))
		return -ESTALE;
	return 0;
}

static int make_folder(int staging, const struct wpar_entry *is)
{
	autofd int fd = -1;

	if (mkdirat(staging, NEW_FILE, 0700) < 0)
		return -errno;
	fd = openat(staging, NEW_FILE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, is->uid, is->gid) < 0 || fchmod(fd, is->mode & 07777) < 0)
		return -errno;
	return 0;
}

static int make_new(int source, int staging, const struct wpar_entry *is)
{
	static const struct wpar_copy_opts opts = { .ids_below = WPAR_ID_WIDTH };
	const char *name;
	autofd int from = -1;
	int r;

	if (S_ISDIR(is->mode))
		return make_folder(staging, is);
	from = open_parent(source, is->path, &name);
	if (from < 0)
		return from == -ENOENT ? -ESTALE : from;
	r = wpar_copy_one(from, name, staging, NEW_FILE, &opts);
	if (r < 0)
		return r == -ENOENT || r == -EINVAL ? -ESTALE : r;
	return check_copy(staging, NEW_FILE, is);
}

/* A directory and something else change places; what comes out of the tree is removed. */
static int exchange(int staging, const struct place *to)
{
	if (renameat2(staging, NEW_FILE, to->folder, to->name, RENAME_EXCHANGE) < 0)
		return -errno;
	if (unlinkat(staging, NEW_FILE, 0) == 0 || unlinkat(staging, NEW_FILE, AT_REMOVEDIR) == 0)
		return 0;
	/* It is not empty: back. */
	(void)!renameat2(staging, NEW_FILE, to->folder, to->name, RENAME_EXCHANGE);
	return -ENOTEMPTY;
}

static int put_new(int staging, const struct wpar_sync_step *s, const struct place *to)
{
	if (s->kind == WPAR_SYNC_ADD)
		return renameat2(staging, NEW_FILE, to->folder, to->name, RENAME_NOREPLACE) < 0
			       ? -errno
			       : 0;
	if (S_ISDIR(s->now->mode) || S_ISDIR(s->after->mode))
		return exchange(staging, to);
	return renameat(staging, NEW_FILE, to->folder, to->name) < 0 ? -errno : 0;
}

/* Owner and mode of a folder that stays. */
static int change_folder(const struct wpar_sync_step *s, const struct place *to)
{
	autofd int fd = openat(to->folder, to->name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fchown(fd, s->after->uid, s->after->gid) < 0 ||
	    fchmod(fd, s->after->mode & 07777) < 0)
		return -errno;
	return 0;
}

static int add_or_replace(const struct wpar_own_files *files, int source,
			  const struct wpar_sync_step *s)
{
	auto_place to = { .folder = -1 };
	autofd int staging = -1;
	int r = place_open(files, s->path, &to);

	if (r < 0)
		return r;
	if (s->kind == WPAR_SYNC_REPLACE && S_ISDIR(s->now->mode) && S_ISDIR(s->after->mode)) {
		r = is_as_planned(files, s);
		return r > 0 ? change_folder(s, &to) : r < 0 ? r : -EEXIST;
	}
	staging = open_staging(to.part);
	if (staging < 0)
		return staging;
	r = make_new(source, staging, s->after);
	if (r < 0)
		return r;
	r = s->kind == WPAR_SYNC_ADD ? 1 : is_as_planned(files, s);
	if (r <= 0)
		return r < 0 ? r : -EEXIST;
	return put_new(staging, s, &to);
}

static int remove_one(const struct wpar_own_files *files, const struct wpar_sync_step *s)
{
	auto_place at = { .folder = -1 };
	int r = place_open(files, s->path, &at);

	if (r < 0)
		return r;
	r = is_as_planned(files, s);
	if (r <= 0)
		return r < 0 ? r : -EEXIST;
	return unlinkat(at.folder, at.name, S_ISDIR(s->now->mode) ? AT_REMOVEDIR : 0) < 0 ? -errno
											  : 0;
}

/* What the WPAR's root can bring about; -EPERM: a file that is immutable (chattr +i, +a). */
static bool is_of_wpar(int r)
{
	return r == -EPERM || r == -ENOENT || r == -EEXIST || r == -ELOOP || r == -ENOTDIR ||
	       r == -EISDIR || r == -ENOTEMPTY || r == -EXDEV || r == -EBUSY;
}

static const char *why_not(int r)
{
	if (r == -EPERM)
		return "it is immutable in the workload partition";
	return r == -ENOTEMPTY ? "files of the workload partition's own are in it" : meanwhile;
}

static int fail_step(const struct wpar_sync_step *s, int r, struct par_error **err)
{
	if (r == -ENOSPC || r == -EDQUOT)
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"there is no room for /%s in the workload partition; make its file "
				"system larger with chwpar -M, and run the command again",
				s->path);
	if (r == -ESTALE)
		return par_fail(err, PAR_E_BUSY, 0,
				"/%s changes in the global environment just now; run the command "
				"again when that is done",
				s->path);
	return par_fail(err, PAR_E_SYSTEM, r, "/%s cannot be synchronized", s->path);
}

/* A step that has failed with @r: the file is kept, or the whole has failed. */
static int keep_or_fail(struct wpar_sync_step *s, int r, struct par_error **err)
{
	if (!is_of_wpar(r))
		return fail_step(s, r, err);
	s->kind = WPAR_SYNC_KEEP;
	s->why = why_not(r);
	s->again = r != -ENOTEMPTY;
	return 0;
}

/* Folders of which others are part go last. */
static int remove_all(const struct wpar_own_files *files, struct wpar_sync_plan *p,
		      struct par_error **err)
{
	for (size_t i = p->n; i-- > 0;) {
		struct wpar_sync_step *s = &p->v[i];
		int r = s->kind == WPAR_SYNC_REMOVE ? remove_one(files, s) : 0;

		r = r < 0 ? keep_or_fail(s, r, err) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int add_all(const struct wpar_own_files *files, int source, struct wpar_sync_plan *p,
		   struct par_error **err)
{
	for (size_t i = 0; i < p->n; i++) {
		struct wpar_sync_step *s = &p->v[i];
		int r;

		if (s->kind != WPAR_SYNC_ADD && s->kind != WPAR_SYNC_REPLACE)
			continue;
		r = add_or_replace(files, source, s);
		wpar_test_stop_at("synchronizing");
		r = r < 0 ? keep_or_fail(s, r, err) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

/* This command's folders, and those that a killed one has left. */
static void remove_staging(const struct wpar_own_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		if (files->v[i].top >= 0)
			par_fs_remove_tree(files->v[i].top, STAGING);
	}
}

static int sync_to_disk(const struct wpar_own_files *files, struct par_error **err)
{
	for (size_t i = 0; i < files->n; i++) {
		autofd int fd = files->v[i].top < 0 ? -1
						    : openat(files->v[i].top, ".",
							     O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0 && syncfs(fd) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "/%s cannot be written to disk",
					files->v[i].prefix);
	}
	return 0;
}

static int apply_all(const struct wpar_own_files *files, int source, struct wpar_sync_plan *p,
		     struct par_error **err)
{
	int r = remove_all(files, p, err);

	return r < 0 ? r : add_all(files, source, p, err);
}

int wpar_sync_apply(const struct wpar_own_files *files, int source, struct wpar_sync_plan *p,
		    struct par_error **err)
{
	int r = apply_all(files, source, p, err);

	remove_staging(files);
	return r < 0 || p->n == 0 ? r : sync_to_disk(files, err);
}
