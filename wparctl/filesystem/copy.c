/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a tree: see copy.h. */
#include "wparctl/filesystem/copy.h"

#include "lpard/common/interrupt.h"
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
};

/* A folder of both sides, open. */
struct level {
	int from, to;
	dev_t device; /* of @from */
	bool setgid;  /* what is made in @to gets the group of @to */
};

/* @size: what the file had when it was opened; a read that ends there needs no other to say so */
static int copy_data(int from, int to, off_t size, bool *clones)
{
	char chunk[65536];
	off_t copied = 0;
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
		copied += n;
		if (par_interrupted())
			return -EINTR;
		if (copied == size && n < (ssize_t)sizeof(chunk))
			break;
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

/*
 * Gives @fd what it does not have yet.  As root's most are made as they are to be, and each of
 * these changes is a transaction of the file system.  @want: as set_ids() has it
 */
static int put_right(int fd, const struct stat *want)
{
	struct stat is;

	if (fstat(fd, &is) < 0)
		return -errno;
	/* The owner first: a change of owner takes the setuid bit away. */
	if (is.st_uid != want->st_uid || is.st_gid != want->st_gid) {
		if (fchown(fd, want->st_uid, want->st_gid) < 0)
			return -errno;
		/* Not from a folder, which may have it of the one that it was made in. */
		if (!S_ISDIR(is.st_mode))
			is.st_mode &= ~(mode_t)(S_ISUID | S_ISGID);
	}
	if (((is.st_mode ^ want->st_mode) & 07777) && fchmod(fd, want->st_mode & 07777) < 0)
		return -errno;
	return 0;
}

/* @st: as set_ids() has it */
static int copy_open_file(int in, const struct stat *st, int to, const char *to_name, bool *clones)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	autofd int out = openat(to, to_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				st->st_mode & 0777);
	int r;

	if (out < 0)
		return -errno;
	r = copy_data(in, out, st->st_size, clones);
	if (r < 0)
		return r;
	r = put_right(out, st);
	if (r < 0)
		return r;
	return futimens(out, times) < 0 ? -errno : 0;
}

static int open_file(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static int open_folder(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* @device: 0, or a file that lies elsewhere is left out */
static int copy_file(int in, int to, const char *to_name, dev_t device,
		     const struct wpar_copy_opts *opts, bool *clones)
{
	struct stat st;

	if (fstat(in, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	if (device && st.st_dev != device)
		return 0;
	set_ids(&st, opts);
	return copy_open_file(in, &st, to, to_name, clones);
}

/* @st: what fstatat() says of it; @setgid: as in struct level */
static int copy_link(int from, const char *name, int to, const char *to_name, struct stat *st,
		     const struct wpar_copy_opts *opts, bool setgid)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (symlinkat(target, to, to_name) < 0)
		return -errno;
	set_ids(st, opts);
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
	autofd int in = -1;
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return copy_link(from, name, to, to_name, &st, opts, true);
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	in = open_file(from, name);
	return in < 0 ? -errno : copy_file(in, to, to_name, 0, opts, &clones);
}

static int copy_level(const struct level *l, struct copying *c, int depth);

static int copy_folder(const struct level *l, int in, const char *name, struct copying *c,
		       int depth)
{
	autofd int out = -1;
	struct level below = { .from = in, .device = l->device };
	struct stat st;
	int r;

	if (fstat(in, &st) < 0)
		return -errno;
	if (st.st_dev != l->device || depth >= MAX_DEPTH)
		return 0;
	set_ids(&st, c->opts);
	below.setgid = st.st_mode & S_ISGID;
	if (mkdirat(l->to, name, st.st_mode & 0777) < 0 && errno != EEXIST)
		return -errno;
	out = open_folder(l->to, name);
	r = out < 0 ? -errno : put_right(out, &st);
	below.to = out;
	return r < 0 ? r : copy_level(&below, c, depth + 1);
}

/*
 * One name of the folder @l, whose path is c->path.  Its folder says what kind it is; more is asked
 * for only where it decides: the file or folder itself is looked at when it is open.
 */
static int copy_entry(const struct level *l, const struct dirent64 *e, struct copying *c, int depth)
{
	const struct wpar_copy_opts *opts = c->opts;
	const char *name = e->d_name;
	struct stat st = { .st_mode = DTTOIF(e->d_type) };
	autofd int in = -1;

	if ((opts->want || e->d_type == DT_UNKNOWN || e->d_type == DT_LNK) &&
	    (fstatat(l->from, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != l->device))
		return 0;
	if (opts->want && !opts->want(c->path, st.st_mode, opts->user))
		return 0;
	if (opts->dirs_only && !S_ISDIR(st.st_mode))
		return 0;
	if (S_ISLNK(st.st_mode)) {
		int r = copy_link(l->from, name, l->to, name, &st, opts, l->setgid);

		return r == -ENOENT ? 0 : r;
	}
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return 0;
	in = S_ISDIR(st.st_mode) ? open_folder(l->from, name) : open_file(l->from, name);
	/* It was there a moment ago. */
	if (in < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISDIR(st.st_mode) ? copy_folder(l, in, name, c, depth)
				   : copy_file(in, l->to, name, l->device, opts, &c->clones);
}

/* Without opendir(3): a descriptor is there, and a tree has hundreds of folders. */
static int copy_level(const struct level *l, struct copying *c, int depth)
{
	const size_t size = 32768, len = strlen(c->path);
	autofree char *list = malloc(size);
	ssize_t n = 0;
	int r = 0;

	if (!list)
		return -ENOMEM;
	while (r == 0 && (n = getdents64(l->from, list, size)) > 0) {
		for (ssize_t at = 0; r == 0 && at < n;) {
			const struct dirent64 *e = (const void *)(list + at);

			at += e->d_reclen;
			if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
			    len + strlen(e->d_name) + 2 > PATH_MAX)
				continue;
			snprintf(c->path + len, PATH_MAX - len, "%s%s", len ? "/" : "", e->d_name);
			r = par_interrupted() ? -EINTR : copy_entry(l, e, c, depth);
			c->path[len] = '\0';
		}
	}
	return r < 0 ? r : n < 0 ? -errno : 0;
}

int wpar_copy_tree(int from, int to, const struct wpar_copy_opts *opts)
{
	static const struct wpar_copy_opts all = { 0 };
	autofree char *path = calloc(1, PATH_MAX);
	struct copying c = { .opts = opts ? opts : &all, .path = path, .clones = true };
	/* From its beginning, wherever @from is. */
	autofd int top = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct level l = { .from = top, .to = to };
	struct stat source, made;

	if (!path)
		return -ENOMEM;
	if (top < 0 || fstat(top, &source) < 0 || fstat(to, &made) < 0)
		return -errno;
	l.device = source.st_dev;
	l.setgid = made.st_mode & S_ISGID;
	return copy_level(&l, &c, 0);
}
