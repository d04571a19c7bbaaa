/* SPDX-License-Identifier: Apache-2.0 */
/* The private root of a system WPAR: see rootfs.h; how far its creation has come: root_mark.h. */
#include "wparctl/filesystem/rootfs.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/native.h"
#include "wparctl/filesystem/origin.h"
#include "wparctl/filesystem/root_mark.h"
#include "wparctl/filesystem/shield.h"
#include "wparctl/filesystem/sizes.h"
#include "wparctl/filesystem/snapshot.h"
#include "wparctl/filesystem/subvolume.h"
#include "wparctl/filesystem/volume.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static bool is_empty(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	bool empty = dir != NULL;

	while (dir && empty && (e = readdir(dir)))
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	if (dir)
		closedir(dir);
	return empty;
}

/* The folder above and the last name of the base directory: "/wpars" and "dev01". */
static int open_above(const struct wpar_spec *s, bool make, char **ret_name, struct par_error **err)
{
	autofree char *path = wpar_path("%s", s->directory);
	char *slash = path ? strrchr(path, '/') : NULL;
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd, r = 0;

	if (!slash || !slash[1] || slash == path)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "'%s' cannot be a base directory",
				s->directory);
	*slash = '\0';
	if (make)
		r = par_fs_mkdirs(path, 0700);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", path);
	/* What was made before links were refused can still be removed. */
	fd = make ? par_fs_open_plain(root, path, O_RDONLY | O_DIRECTORY, 0)
		  : par_fs_open_in(root, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd == -ELOOP)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the base directory '%s' lies behind a symbolic link",
				s->directory);
	if (fd < 0)
		return par_fail(err, fd == -ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, fd,
				"'%s' cannot be opened", path);
	*ret_name = strdup(slash + 1);
	if (!*ret_name) {
		close(fd);
		return par_oom(err);
	}
	return fd;
}

/*
 * The first folder on the way to the base directory that is not there: "/srv/a" of "/srv/a/w";
 * NULL when all are.
 */
static char *first_missing(const struct wpar_spec *s)
{
	autofree char *path = wpar_path("%s", s->directory);

	for (char *p = path; p && (p = strchr(p + 1, '/')); *p = '/') {
		*p = '\0';
		if (access(path, F_OK) < 0)
			return take_ptr(path);
	}
	return path && access(path, F_OK) < 0 ? take_ptr(path) : NULL;
}

/* Removes the empty folders from the base directory up to @first: those that this creation made. */
static void remove_made(const struct wpar_spec *s, const char *first)
{
	autofree char *path = wpar_path("%s", s->directory);
	char *slash;

	while (path && first && strlen(path) >= strlen(first) &&
	       (rmdir(path) == 0 || errno == ENOENT) && (slash = strrchr(path, '/')))
		*slash = '\0';
}

/* Other users must not reach what a WPAR's root may leave in its files. */
static int check_above(int above, const struct wpar_spec *s, struct par_error **err)
{
	if (wpar_shield_close_wpars(above, s->directory) || wpar_shield_folder(above))
		return 0;
	return par_fail(err, PAR_E_NOT_PERMITTED, 0,
			"the directory above '%s' must be accessible by root only (mode 700)",
			s->directory);
}

/* On btrfs it is a subvolume of its own: removed at once, and saved from a snapshot. */
static int make_top(int above, const char *name)
{
	int r = wpar_subvolume_make(above, name);

	if (r == 0 || r == -EEXIST)
		return 0;
	return mkdirat(above, name, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static int remove_top(int above, const char *name)
{
	int r = wpar_subvolume_remove(above, name);

	return r == -EOPNOTSUPP ? par_fs_remove_tree(above, name) : r == -ENOENT ? 0 : r;
}

/* An empty base directory: made, or emptied of what an interrupted creation left. */
static int open_fresh(const struct wpar_spec *s, const char *made, struct par_error **err)
{
	autofree char *name = NULL;
	struct wpar_root_mark m;
	bool ours = wpar_root_mark_read(s->name, &m) > 0 && strcmp(m.word, "making") == 0 &&
		    strcmp(m.directory, s->directory) == 0;
	autofd int above = open_above(s, true, &name, err), fd = -1;
	int r;

	if (above < 0)
		return above;
	r = check_above(above, s, err);
	if (r < 0)
		return r;
	r = ours ? remove_top(above, name) : 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be cleared", s->directory);
	r = make_top(above, name);
	if (r < 0)
		return par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"'%s' cannot be made", s->directory);
	fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", s->directory);
	if (!is_empty(fd))
		return par_fail(err, PAR_E_EXISTS, 0, "the base directory '%s' is not empty",
				s->directory);
	/* Only now: what is marked may be removed. */
	r = wpar_root_mark_write(s, "making", made);
	if (r < 0)
		return par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"'%s' cannot be marked", s->directory);
	return take_fd(&fd);
}

static int open_made(int top, const char *directory)
{
	int fd = par_fs_open_plain(top, directory, O_PATH | O_DIRECTORY, 0), r;

	/* Those that most WPARs have, such as /usr, are in the template. */
	if (fd != -ENOENT)
		return fd;
	r = par_fs_mkdirs_plain(top, directory);
	return r < 0 ? r : par_fs_open_plain(top, directory, O_PATH | O_DIRECTORY, 0);
}

/* As the start will look for it: without following a link. */
static int make_mount_point(int top, const char *directory, struct par_error **err)
{
	autofd int fd = open_made(top, directory);

	if (fd == -ENOENT || fd == -EEXIST || fd == -ENOTDIR || fd == -ELOOP)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-M directory=%s: in a new workload partition that is, or lies "
				"below, a file or a symbolic link",
				directory);
	return fd < 0 ? fd : 0;
}

/* The mount points of -M. */
static int make_mount_points(int top, const struct wpar_spec *s, struct par_error **err)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		int r;

		if (par_streq(s->mounts[i].directory, "/"))
			continue;
		r = make_mount_point(top, s->mounts[i].directory, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_rootfs_mount_points(const struct wpar_spec *s, struct par_error **err)
{
	auto_error why = NULL;
	autofree char *name = NULL;
	autofd int above = -1, top = -1;
	int r;

	if (s->type != WPAR_SYSTEM || s->version.image_digest)
		return 0;
	above = open_above(s, false, &name, err);
	if (above < 0)
		return above;
	top = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = top < 0 ? -errno : make_mount_points(top, s, &why);
	if (r == 0)
		return 0;
	if (!why)
		return par_fail(err, PAR_E_SYSTEM, r, "a mount point in '%s' cannot be made",
				s->directory);
	par_error_move(err, &why);
	return r;
}

/* The upper layer; the lower layers are the image's and are shared (spec.version). */
static int fill_versioned(int top)
{
	static const char *const folders[] = { "upper", "work" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (mkdirat(top, folders[i], 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return fchmod(top, 0700) < 0 ? -errno : 0;
}

/* "x ./usr" for each folder and file at the top, as the tools that AIX's mkwpar calls do. */
static void say_members(int top, const struct wpar_report *report)
{
	struct dirent **list = NULL;
	int n = report ? scandirat(top, ".", &list, NULL, alphasort) : 0;

	for (int i = 0; i < n; i++) {
		if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0)
			wpar_report_say(report, WPAR_NOTE_STEP, "x ./%s", list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

/* What is in it: the LPAR's own root part, what @from has, or of a versioned one nothing. */
static int fill_top(int top, const struct wpar_spec *s, const char *base,
		    const struct wpar_rootfs_source *from, struct par_error **err)
{
	int r;

	if (s->version.image_digest)
		return fill_versioned(top);
	if (from) {
		r = from->fill(from->user, top, base, s, err);
		if (r < 0)
			return r;
		return make_mount_points(top, s, err);
	}
	r = wpar_native_fill(top, s, err);
	if (r < 0)
		return r;
	r = make_mount_points(top, s, err);
	return r < 0 ? r : wpar_volumes_take(s, base, top, err);
}

static int fill_marked(int top, const struct wpar_spec *s, const char *made,
		       const struct wpar_rootfs_source *from, const struct wpar_report *report,
		       struct par_error **err)
{
	autofree char *base = wpar_path("%s", s->directory);
	int r = base ? wpar_sizes_begin(top, s, err) : -ENOMEM;

	if (r < 0)
		return r;
	r = wpar_volumes_begin(base, NULL, s, err);
	if (r < 0)
		return r;
	r = fill_top(top, s, base, from, err);
	if (r < 0)
		return r;
	r = wpar_sizes_end(top, s, err);
	if (r < 0)
		return r;
	if (!s->version.image_digest)
		say_members(top, report);
	/* What is called complete is there after a power failure too. */
	if (syncfs(top) < 0)
		return -errno;
	return wpar_root_mark_write(s, "complete", made);
}

static int remove_base(const struct wpar_spec *s, const struct wpar_root_mark *m, int above,
		       const char *name)
{
	struct statvfs fs;
	int r;

	/* Where nothing can be removed the WPAR stays whole. */
	if (faccessat(above, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && fstatvfs(above, &fs) == 0 &&
	    fs.f_flag & ST_RDONLY)
		return -EROFS;
	/* It may say so already: a mkwpar that has failed. */
	r = strcmp(m->word, "making") != 0
		    ? wpar_root_mark_write(s, "making", *m->made ? m->made : NULL)
		    : 0;
	if (r == -ENOSPC || r == -EDQUOT)
		r = wpar_root_mark_overwrite(s, m->made);
	return r < 0 ? r : remove_top(above, name);
}

static int remove_base_and_volumes(const struct wpar_spec *s, const struct wpar_root_mark *m,
				   int above, const char *name)
{
	autofree char *base = wpar_path("%s", s->directory);
	int r = remove_base(s, m, above, name);

	if (r < 0)
		return r;
	r = base ? wpar_snapshot_clear(base) : -ENOMEM;
	return r < 0 ? r : wpar_volumes_remove(base);
}

static void remove_begun(const struct wpar_spec *s)
{
	autofree char *base = wpar_path("%s", s->directory);

	if (base)
		rmdir(base); /* ignoring: it is not there yet, or not ours */
}

int wpar_rootfs_remove(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *name = NULL, *mark = wpar_root_mark_path(s->name);
	auto_error why = NULL;
	autofd int above = -1;
	struct wpar_root_mark m;
	int r = s->type == WPAR_SYSTEM ? wpar_root_mark_read(s->name, &m) : 0;

	/* Only what wpar_rootfs_create() has made, and only in the place where it was made. */
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the state of '%s' cannot be read", s->name);
	if (r == 0 || !mark)
		return 0;
	r = 0;
	if (strcmp(m.directory, s->directory) == 0 && strcmp(m.word, WPAR_MARK_BEGUN) == 0) {
		remove_begun(s);
	} else if (strcmp(m.directory, s->directory) == 0) {
		above = open_above(s, false, &name, &why);
		if (above < 0 && (!why || why->id != PAR_E_NOT_FOUND)) {
			par_error_move(err, &why);
			return above;
		}
		r = above < 0 ? 0 : remove_base_and_volumes(s, &m, above, name);
	}
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be removed", s->directory);
	if (*m.made && strcmp(m.directory, s->directory) == 0)
		remove_made(s, m.made);
	wpar_origin_remove(s->name);
	unlink(mark);
	return 0;
}

static int create_whole(const struct wpar_spec *s, const char *made,
			const struct wpar_rootfs_source *from, const struct wpar_report *report,
			struct par_error **err)
{
	auto_error why = NULL;
	autofd int top = open_fresh(s, made, err);
	int r;

	if (top < 0)
		return top;
	r = fill_marked(top, s, made, from, report, &why);
	if (r == 0)
		return 0;
	wpar_rootfs_remove(s, NULL);
	if (!why && (r == -ENOSPC || r == -EDQUOT))
		return par_fail(err, PAR_E_NO_SPACE, 0,
				"the file systems of '%s' cannot be made in '%s': %s", s->name,
				s->directory, strerror(-r));
	if (!why)
		return par_fail(err, PAR_E_SYSTEM, r, "the file systems of '%s' cannot be made",
				s->name);
	par_error_move(err, &why);
	return r;
}

int wpar_rootfs_create(const struct wpar_spec *s, const struct wpar_rootfs_source *from,
		       const struct wpar_report *report, struct par_error **err)
{
	autofree char *first = NULL, *kept = wpar_path(WPAR_BASE_DIR);
	const char *made;
	int r;

	if (s->type != WPAR_SYSTEM)
		return 0;
	first = first_missing(s);
	/* The folder of all WPARs stays when the last is removed. */
	made = par_streq(first, kept) ? NULL : first;
	/* Killed behind its first mkdir(2), it would leave a directory that nobody knows. */
	r = first ? wpar_root_mark_write(s, WPAR_MARK_BEGUN, made) : 0;
	if (r < 0)
		return par_fail(err, r == -ENOSPC || r == -EDQUOT ? PAR_E_NO_SPACE : PAR_E_SYSTEM,
				r, "'%s' cannot be marked", s->directory);
	r = create_whole(s, made, from, report, err);
	if (r < 0)
		remove_made(s, first);
	return r;
}

static int move_volumes(const struct wpar_spec *old, const struct wpar_spec *new,
			struct par_error **err)
{
	autofree char *from = wpar_path("%s", old->directory);
	autofree char *to = wpar_path("%s", new->directory);
	int r = from && to ? wpar_volumes_move(from, to) : -ENOMEM;

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the file systems of %s cannot be moved to %s", old->directory,
				new->directory)
		     : 0;
}

/* A directory that is there already in the new place only was moved by a killed one. */
static int move_base(const struct wpar_spec *old, const struct wpar_spec *new,
		     struct par_error **err)
{
	autofree char *from_name = NULL, *to_name = NULL;
	autofd int from = open_above(old, false, &from_name, err);
	autofd int to = from < 0 ? -1 : open_above(new, true, &to_name, err);
	int r;

	if (from < 0 || to < 0)
		return from < 0 ? from : to;
	r = check_above(to, new, err);
	if (r < 0)
		return r;
	if (renameat(from, from_name, to, to_name) == 0)
		return fsync(from) < 0 || fsync(to) < 0 ? -errno : move_volumes(old, new, err);
	if (errno == ENOENT && faccessat(to, to_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return move_volumes(old, new, err);
	if (errno == EXDEV)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"the base directory %s cannot become %s, which is on another file "
				"system",
				old->directory, new->directory);
	return par_fail(err, errno == ENOTEMPTY || errno == EEXIST ? PAR_E_EXISTS : PAR_E_SYSTEM,
			errno, "the base directory %s cannot become %s", old->directory,
			new->directory);
}

/* The WPAR's root may have put anything there: a link is left alone. */
static void rename_host(const struct wpar_spec *new)
{
	autofree char *base = wpar_path("%s", new->directory);
	autofree char *text = par_strdup_printf("%s\n", new->hostname);
	autofd int top = base ? open(base, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	autofd int etc = top < 0 ? -1 : par_fs_open_plain(top, "etc", O_RDONLY | O_DIRECTORY, 0);
	struct stat st;

	if (etc >= 0 && text && fstatat(etc, "hostname", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode))
		par_fs_replace(etc, "hostname", text, strlen(text), 0644);
}

int wpar_rootfs_move(const struct wpar_spec *old, const struct wpar_spec *new,
		     struct par_error **err)
{
	bool moves = !par_streq(old->directory, new->directory), known;
	struct wpar_root_mark m;
	int r;

	if (old->type != WPAR_SYSTEM)
		return 0;
	r = moves ? move_base(old, new, err) : 0;
	if (r < 0)
		return r;
	if (new->hostname && !par_streq(old->hostname, new->hostname) && !new->version.image_digest)
		rename_host(new);
	if (!moves && strcmp(old->name, new->name) == 0)
		return 0;
	if (strcmp(old->name, new->name) != 0)
		wpar_origin_copy(old->name, new->name);
	/* What was made for the base directory of before is no part of another one. */
	known = !moves && wpar_root_mark_read(old->name, &m) > 0 && *m.made;
	r = wpar_root_mark_write(new, "complete", known ? m.made : NULL);
	if (r == 0)
		return 0;
	if (moves)
		move_base(new, old, NULL);
	return par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
			"'%s' cannot be marked", new->directory);
}

void wpar_rootfs_forget_name(const char *name)
{
	autofree char *mark = wpar_root_mark_path(name);

	wpar_origin_remove(name);
	if (mark)
		unlink(mark);
}

int wpar_rootfs_complete(const char *name)
{
	struct wpar_root_mark m;
	int r = wpar_root_mark_read(name, &m);

	return r <= 0 ? r : strcmp(m.word, "complete") == 0;
}

/* Another word for what is there. */
static int mark_anew(const struct wpar_spec *s, const char *word, struct par_error **err)
{
	struct wpar_root_mark m;
	int r = wpar_root_mark_read(s->name, &m);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the state of '%s' cannot be read", s->name);
	r = wpar_root_mark_write(s, word, r > 0 && *m.made ? m.made : NULL);
	return r < 0 ? par_fail(err, r == -ENOSPC || r == -EDQUOT ? PAR_E_NO_SPACE : PAR_E_SYSTEM,
				r, "'%s' cannot be marked", s->directory)
		     : 0;
}

int wpar_rootfs_mark_migrating(const struct wpar_spec *s, struct par_error **err)
{
	return mark_anew(s, WPAR_MARK_MIGRATING, err);
}

int wpar_rootfs_mark_complete(const struct wpar_spec *s, struct par_error **err)
{
	return mark_anew(s, "complete", err);
}

bool wpar_rootfs_is_migrating(const char *name)
{
	struct wpar_root_mark m;

	return wpar_root_mark_read(name, &m) > 0 && strcmp(m.word, WPAR_MARK_MIGRATING) == 0;
}
