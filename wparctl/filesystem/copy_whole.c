/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a tree as it is: see copy_whole.h. */
#include "wparctl/filesystem/copy_whole.h"

#include "lpard/common/interrupt.h"
#include "lpard/common/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LISTS 4096 /* of links, by inode */
#define MAX_DEPTH                                                                      \
	300 /* each takes three descriptors of 1,024 at most, closed with their folder \
	     */

/* A file with several names, and the one by which it was copied. */
struct link {
	ino_t inode;
	char *path;
	size_t next; /* in the list of its inode; 0: none, otherwise one more than its place */
};

struct whole {
	wpar_copy_want want;
	void *user;
	char path[PATH_MAX];
	int top; /* of the copy */
	dev_t device;
	struct link *links;
	size_t n_links, room;
	size_t first[LISTS];
};

/* One name of a folder: there, and here. */
struct entry {
	int from, to;
	const char *name;
	const struct stat *st;
};

/* ---- What a file has beside its contents ---- */

/* Calls by path, since there are none for symbolic links that are open; @at leads to the folder. */
static void path_in(int at, const char *name, char ret[PATH_MAX])
{
	snprintf(ret, PATH_MAX, "/proc/self/fd/%d/%s", at, name);
}

static int copy_attribute(const char *from, const char *to, const char *name)
{
	autofree char *value = malloc(XATTR_SIZE_MAX);
	ssize_t n = value ? lgetxattr(from, name, value, XATTR_SIZE_MAX) : -1;

	if (!value)
		return -ENOMEM;
	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	return lsetxattr(to, name, value, (size_t)n, 0) < 0 ? -errno : 0;
}

static int copy_attributes(const struct entry *e)
{
	autofree char *list = NULL;
	char from[PATH_MAX], to[PATH_MAX];
	ssize_t n;

	path_in(e->from, e->name, from);
	path_in(e->to, e->name, to);
	n = llistxattr(from, NULL, 0);
	if (n <= 0)
		return n < 0 && errno != EOPNOTSUPP ? -errno : 0;
	list = malloc((size_t)n);
	if (!list)
		return -ENOMEM;
	n = llistxattr(from, list, (size_t)n);
	for (const char *name = list; n > 0 && name < list + n; name += strlen(name) + 1) {
		int r = copy_attribute(from, to, name);

		if (r < 0)
			return r;
	}
	return n < 0 ? -errno : 0;
}

/* In this order: a change of owner takes set-user-ID and capabilities away. */
static int put_facts(const struct entry *e)
{
	const struct timespec times[2] = { e->st->st_atim, e->st->st_mtim };
	int r;

	if (fchownat(e->to, e->name, e->st->st_uid, e->st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	r = copy_attributes(e);
	if (r < 0)
		return r;
	if (!S_ISLNK(e->st->st_mode) && fchmodat(e->to, e->name, e->st->st_mode & 07777, 0) < 0)
		return -errno;
	return utimensat(e->to, e->name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

/* ---- Contents ---- */

static int copy_range(int in, int out, off_t at, off_t end)
{
	char chunk[65536];

	while (at < end) {
		const size_t most =
			(size_t)(end - at) < sizeof(chunk) ? (size_t)(end - at) : sizeof(chunk);
		ssize_t n = pread(in, chunk, most, at);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		for (ssize_t done = 0; done < n;) {
			ssize_t w = pwrite(out, chunk + done, (size_t)(n - done), at + done);

			if (w < 0)
				return -errno;
			done += w;
		}
		at += n;
		if (par_interrupted())
			return -EINTR;
	}
	return 0;
}

static int copy_data(int in, int out, off_t size)
{
	off_t at = 0;

	while (at < size && (at = lseek(in, at, SEEK_DATA)) >= 0) {
		off_t end = lseek(in, at, SEEK_HOLE);
		int r = end < 0 ? -errno : copy_range(in, out, at, end < size ? end : size);

		if (r < 0)
			return r;
		at = end;
	}
	if (at < 0 && errno != ENXIO)
		return -errno;
	return ftruncate(out, size) < 0 ? -errno : 0;
}

static int copy_file(const struct entry *e)
{
	autofd int in = openat(e->from, e->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	autofd int out =
		in < 0 ? -1
		       : openat(e->to, e->name,
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return out < 0 ? -errno : copy_data(in, out, e->st->st_size);
}

static int copy_symlink(const struct entry *e)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(e->from, e->name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	return symlinkat(target, e->to, e->name) < 0 ? -errno : 0;
}

/* ---- Names ---- */

/* 1: it is a further name of a file that has been copied */
static int link_again(struct whole *w, const struct entry *e)
{
	size_t *first = &w->first[e->st->st_ino % LISTS];

	for (size_t i = *first; i; i = w->links[i - 1].next) {
		if (w->links[i - 1].inode == e->st->st_ino)
			return linkat(w->top, w->links[i - 1].path, e->to, e->name, 0) < 0 ? -errno
											   : 1;
	}
	if (w->n_links == w->room) {
		struct link *more = reallocarray(w->links, 2 * w->room + 16, sizeof(*more));

		if (!more)
			return -ENOMEM;
		w->links = more;
		w->room = 2 * w->room + 16;
	}
	w->links[w->n_links] =
		(struct link){ .inode = e->st->st_ino, .path = strdup(w->path), .next = *first };
	*first = ++w->n_links;
	return w->links[w->n_links - 1].path ? 0 : -ENOMEM;
}

static int copy_level(struct whole *w, int from, int to, int depth);

static int copy_folder(struct whole *w, const struct entry *e, int depth)
{
	autofd int in = openat(e->from, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autofd int out = -1;

	if (depth >= MAX_DEPTH)
		return -ELOOP;
	/* lost+found of a file system that was just made. */
	if (in < 0 || (mkdirat(e->to, e->name, 0700) < 0 && errno != EEXIST))
		return -errno;
	out = openat(e->to, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return out < 0 ? -errno : copy_level(w, in, out, depth + 1);
}

static int copy_contents(struct whole *w, const struct entry *e, int depth)
{
	if (S_ISDIR(e->st->st_mode))
		return copy_folder(w, e, depth);
	if (S_ISREG(e->st->st_mode))
		return copy_file(e);
	if (S_ISLNK(e->st->st_mode))
		return copy_symlink(e);
	return mknodat(e->to, e->name, (e->st->st_mode & S_IFMT) | 0600, e->st->st_rdev) < 0
		       ? -errno
		       : 0;
}

static int copy_entry(struct whole *w, int from, int to, const char *name, int depth)
{
	struct stat st;
	const struct entry e = { .from = from, .to = to, .name = name, .st = &st };
	int r = 0;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (st.st_dev != w->device || S_ISSOCK(st.st_mode) || !w->want(w->path, w->user))
		return 0;
	if (!S_ISDIR(st.st_mode) && st.st_nlink > 1)
		r = link_again(w, &e);
	if (r != 0)
		return r < 0 ? r : 0;
	r = copy_contents(w, &e, depth);
	return r < 0 ? r : put_facts(&e);
}

static int copy_level(struct whole *w, int from, int to, int depth)
{
	const size_t len = strlen(w->path);
	int copy = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!dir)
		return -errno;
	while (r == 0 && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (len + strlen(e->d_name) + 2 > sizeof(w->path)) {
			r = -ENAMETOOLONG;
			break;
		}
		snprintf(w->path + len, sizeof(w->path) - len, "%s%s", len ? "/" : "", e->d_name);
		r = par_interrupted() ? -EINTR : copy_entry(w, from, to, e->d_name, depth);
		w->path[len] = '\0';
	}
	closedir(dir);
	return r;
}

static int copy_all(struct whole *w, int from, int to)
{
	struct stat st;
	const struct entry top = { .from = from, .to = to, .name = ".", .st = &st };
	int r;

	if (fstat(from, &st) < 0)
		return -errno;
	w->device = st.st_dev;
	w->top = to;
	r = copy_level(w, from, to, 0);
	return r < 0 ? r : put_facts(&top);
}

int wpar_copy_whole(int from, int to, wpar_copy_want want, void *user)
{
	struct whole *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->want = want;
	w->user = user;
	r = copy_all(w, from, to);
	for (size_t i = 0; i < w->n_links; i++)
		free(w->links[i].path);
	free(w->links);
	free(w);
	return r;
}
