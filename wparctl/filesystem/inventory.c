/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of files: see inventory.h; their text is in inventory_text.c. */
#include "wparctl/filesystem/inventory.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#define MAX_DEPTH 64

void wpar_entry_done(struct wpar_entry *e)
{
	free(e->path);
	free(e->target);
	free(e->digest);
	*e = (struct wpar_entry){ 0 };
}

void wpar_inventory_done(struct wpar_inventory *l)
{
	for (size_t i = 0; i < l->n; i++)
		wpar_entry_done(&l->v[i]);
	free(l->v);
	*l = (struct wpar_inventory){ 0 };
}

/* The slash is the lowest of all characters. */
int wpar_inventory_compare_paths(const char *a, const char *b)
{
	unsigned int x, y;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	x = *a == '/' ? 1 : (unsigned char)*a;
	y = *b == '/' ? 1 : (unsigned char)*b;
	return (int)x - (int)y;
}

int wpar_inventory_add(struct wpar_inventory *l, struct wpar_entry *e)
{
	/* Powers of two: a copy of /usr has a hundred thousand. */
	if ((l->n & (l->n - 1)) == 0) {
		size_t room = l->n ? 2 * l->n : 1;
		struct wpar_entry *more = reallocarray(l->v, room, sizeof(*more));

		if (!more) {
			wpar_entry_done(e);
			return -ENOMEM;
		}
		l->v = more;
	}
	l->v[l->n++] = *e;
	*e = (struct wpar_entry){ 0 };
	return 0;
}

static int by_path(const void *a, const void *b)
{
	const struct wpar_entry *x = a, *y = b;

	return wpar_inventory_compare_paths(x->path, y->path);
}

void wpar_inventory_sort(struct wpar_inventory *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_path);
}

const struct wpar_entry *wpar_inventory_find(const struct wpar_inventory *l, const char *path)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = wpar_inventory_compare_paths(path, l->v[mid].path);

		if (c == 0)
			return &l->v[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

bool wpar_entry_same(const struct wpar_entry *a, const struct wpar_entry *b)
{
	if (a->mode != b->mode || a->uid != b->uid || a->gid != b->gid)
		return false;
	if (S_ISLNK(a->mode))
		return par_streq(a->target, b->target);
	if (!S_ISREG(a->mode))
		return S_ISDIR(a->mode);
	return a->size == b->size &&
	       (a->mtime_ns == b->mtime_ns || (a->digest && par_streq(a->digest, b->digest)));
}

int wpar_entry_of(const char *path, const struct stat *st, const char *target, uint32_t ids_below,
		  struct wpar_entry *ret)
{
	bool foreign = ids_below && (st->st_uid >= ids_below || st->st_gid >= ids_below);
	bool file = S_ISREG(st->st_mode);

	*ret = (struct wpar_entry){
		.path = strdup(path),
		.mode = foreign ? st->st_mode & ~(unsigned int)(S_ISUID | S_ISGID) : st->st_mode,
		.uid = foreign ? 0 : st->st_uid,
		.gid = foreign ? 0 : st->st_gid,
		.size = file ? (uint64_t)st->st_size : 0,
		.mtime_ns = file ? st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec : 0,
		.target = target ? strdup(target) : NULL,
	};
	if (ret->path && (!target || ret->target))
		return 0;
	wpar_entry_done(ret);
	return -ENOMEM;
}

int wpar_digest_fd(int fd, uint64_t size, char ret[PAR_SHA256_TEXT])
{
	struct par_sha256 sum;
	char chunk[16384];
	ssize_t n;

	par_sha256_init(&sum);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		if ((uint64_t)n > size)
			return -EAGAIN;
		size -= (uint64_t)n;
		par_sha256_put(&sum, chunk, (size_t)n);
	}
	if (n < 0)
		return -errno;
	if (size)
		return -EAGAIN;
	par_sha256_finish(&sum, ret);
	return 0;
}

static int add_digest(int at, const char *name, struct wpar_entry *e)
{
	autofd int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char text[PAR_SHA256_TEXT];
	int r = fd < 0 ? -errno : wpar_digest_fd(fd, e->size, text);

	if (r < 0)
		return r;
	e->digest = strdup(text);
	return e->digest ? 0 : -ENOMEM;
}

static int scan_one(int at, const char *name, const char *path, const struct stat *st,
		    const struct wpar_inventory_opts *opts, struct wpar_inventory *ret)
{
	struct wpar_entry e;
	char target[PATH_MAX];
	ssize_t n = 0;
	int r;

	if (S_ISLNK(st->st_mode))
		n = readlinkat(at, name, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	r = wpar_entry_of(path, st, S_ISLNK(st->st_mode) ? target : NULL, opts->ids_below, &e);
	if (r < 0)
		return r;
	if (opts->digests && S_ISREG(st->st_mode))
		r = add_digest(at, name, &e);
	if (r < 0) {
		wpar_entry_done(&e);
		return r;
	}
	return wpar_inventory_add(ret, &e);
}

/* @path is PATH_MAX bytes: the way to the directory @dir, with its prefix; closes @fd. */
static int scan_level(int fd, char *path, const struct wpar_inventory_opts *opts, int depth,
		      struct wpar_inventory *ret)
{
	DIR *dir = fdopendir(fd);
	size_t len = strlen(path);
	struct dirent *e;
	struct stat top;
	int r = 0;

	if (!dir || fstat(fd, &top) < 0) {
		r = -errno;
		if (dir)
			closedir(dir);
		else
			close(fd);
		return r;
	}
	while (r == 0 && (e = readdir(dir))) {
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_dev != top.st_dev || len + strlen(e->d_name) + 2 > PATH_MAX)
			continue;
		snprintf(path + len, PATH_MAX - len, "%s%s", len ? "/" : "", e->d_name);
		if ((S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode)) &&
		    (!opts->want || opts->want(path, st.st_mode, opts->user))) {
			r = scan_one(fd, e->d_name, path, &st, opts, ret);
			if (r == 0 && S_ISDIR(st.st_mode) && depth < MAX_DEPTH) {
				int below = openat(fd, e->d_name,
						   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

				r = below < 0 ? -errno
					      : scan_level(below, path, opts, depth + 1, ret);
			}
		}
		if (r == -ENOENT && opts->live)
			r = 0;
		path[len] = '\0';
	}
	closedir(dir);
	return r;
}

int wpar_inventory_scan(int top, const char *prefix, const struct wpar_inventory_opts *opts,
			struct wpar_inventory *ret)
{
	autofree char *path = calloc(1, PATH_MAX);
	int fd = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!path) {
		close(fd);
		return -ENOMEM;
	}
	snprintf(path, PATH_MAX, "%s", prefix);
	return scan_level(fd, path, opts, 0, ret);
}
