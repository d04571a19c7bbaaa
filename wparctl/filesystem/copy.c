/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a tree: see copy.h. */
#include "wparctl/filesystem/copy.h"

#include "lpard/common/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define MAX_DEPTH 64

/* A copy of a tree that is under way. */
struct copying {
	const struct wpar_copy_opts *opts;
	char *path;  /* PATH_MAX bytes: the way from the top, "" there */
	bool clones; /* files may share their blocks; false from the first that cannot */
	bool setgid; /* what is made in the current folder gets that folder's group */
};

static int copy_data(int from, int to, bool *clones)
{
	char chunk[65536];
	ssize_t n;

	if (*clones && ioctl(to, FICLONE, from) == 0)
		return 0;
	*clones = false;
	/* Small files, mostly: a read and a write are cheaper than copy_file_range. */
	while ((n = read(from, chunk, sizeof(chunk))) > 0) {
		for (ssize_t done = 0; done < n;) {
			ssize_t w = write(to, chunk + done, (size_t)(n - done));

			if (w < 0)
				return -errno;
			done += w;
		}
	}
	return n < 0 ? -errno : 0;
}

/* Owner and mode that the copy has: those of @st, unless nobody in a WPAR has its ids. */
static void set_ids(struct stat *st, const struct wpar_copy_opts *opts)
{
	if (opts->ids_below && (st->st_uid >= opts->ids_below || st->st_gid >= opts->ids_below)) {
		st->st_uid = 0;
		st->st_gid = 0;
		st->st_mode &= ~(mode_t)(S_ISUID | S_ISGID);
	}
	st->st_uid += opts->add_to_ids;
	st->st_gid += opts->add_to_ids;
}

/* @st: as set_ids() has it */
static int copy_file(int from, const char *name, int to, const char *to_name, const struct stat *st,
		     bool *clones)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	autofd int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autofd int out = -1;
	struct stat now;
	int r;

	if (in < 0)
		return -errno;
	if (fstat(in, &now) < 0 || !S_ISREG(now.st_mode))
		return -EINVAL;
	out = openat(to, to_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return -errno;
	r = copy_data(in, out, clones);
	if (r < 0)
		return r;
	/* The owner first: a change of owner takes the setuid bit away. */
	if (fchown(out, st->st_uid, st->st_gid) < 0 || fchmod(out, st->st_mode & 07777) < 0 ||
	    futimens(out, times) < 0)
		return -errno;
	return 0;
}

/* @setgid: as in struct copying */
static int copy_link(int from, const char *name, int to, const char *to_name, const struct stat *st,
		     bool setgid)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (symlinkat(target, to, to_name) < 0)
		return -errno;
	/* Most are root's, as they are made. */
	if ((st->st_uid || st->st_gid || setgid) &&
	    fchownat(to, to_name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

int wpar_copy_one(int from, const char *name, int to, const char *to_name,
		  const struct wpar_copy_opts *opts)
{
	bool clones = true;
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	set_ids(&st, opts);
	if (S_ISREG(st.st_mode))
		return copy_file(from, name, to, to_name, &st, &clones);
	return S_ISLNK(st.st_mode) ? copy_link(from, name, to, to_name, &st, true) : -EINVAL;
}

static int copy_level(int from, int to, struct copying *c, int depth);

static int copy_folder(int from, int to, const char *name, const struct stat *st, struct copying *c,
		       int depth)
{
	autofd int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autofd int out = -1;
	struct stat now;

	if (in < 0 || fstat(in, &now) < 0)
		return -errno;
	if (now.st_dev != st->st_dev || depth >= MAX_DEPTH)
		return 0;
	if (mkdirat(to, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0 || fchown(out, st->st_uid, st->st_gid) < 0 ||
	    fchmod(out, st->st_mode & 07777) < 0)
		return -errno;
	return copy_level(in, out, c, depth + 1);
}

static int copy_level(int from, int to, struct copying *c, int depth)
{
	const struct wpar_copy_opts *opts = c->opts;
	char *path = c->path;
	size_t len = strlen(path);
	struct dirent *e;
	struct stat top, made;
	DIR *dir;
	int r = 0, fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir || fstat(fd, &top) < 0 || fstat(to, &made) < 0)
		return -errno;
	while (r == 0 && (e = readdir(dir))) {
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (fstatat(from, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_dev != top.st_dev || len + strlen(e->d_name) + 2 > PATH_MAX)
			continue;
		snprintf(path + len, PATH_MAX - len, "%s%s", len ? "/" : "", e->d_name);
		c->setgid = made.st_mode & S_ISGID;
		if (!opts->want || opts->want(path, st.st_mode, opts->user)) {
			set_ids(&st, opts);
			if (S_ISDIR(st.st_mode))
				r = copy_folder(from, to, e->d_name, &st, c, depth);
			else if (S_ISREG(st.st_mode) && !opts->dirs_only)
				r = copy_file(from, e->d_name, to, e->d_name, &st, &c->clones);
			else if (S_ISLNK(st.st_mode) && !opts->dirs_only)
				r = copy_link(from, e->d_name, to, e->d_name, &st, c->setgid);
		}
		path[len] = '\0';
	}
	closedir(dir);
	return r;
}

int wpar_copy_tree(int from, int to, const struct wpar_copy_opts *opts)
{
	static const struct wpar_copy_opts all = { 0 };
	autofree char *path = calloc(1, PATH_MAX);
	struct copying c = { .opts = opts ? opts : &all, .path = path, .clones = true };

	return path ? copy_level(from, to, &c, 0) : -ENOMEM;
}
