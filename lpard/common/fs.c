/* SPDX-License-Identifier: Apache-2.0 */
/* Files and paths in foreign trees: see fs.h. */
#include "lpard/common/fs.h"

#include <dirent.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

static int open_resolved(int rootfd, const char *path, uint64_t flags, mode_t mode,
			 uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = (flags & (O_CREAT | O_TMPFILE)) ? mode : 0,
		.resolve = resolve | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	/* -EAGAIN: a rename went on elsewhere while the kernel resolved ".." */
	for (int i = 0; i < 64; i++) {
		fd = syscall(SYS_openat2, rootfd, path, &how, sizeof(how));
		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN && errno != EINTR)
			break;
	}
	return -errno;
}

int par_fs_open_in(int rootfd, const char *path, uint64_t flags, mode_t mode)
{
	return open_resolved(rootfd, path, flags, mode, RESOLVE_IN_ROOT);
}

int par_fs_open_plain(int rootfd, const char *path, uint64_t flags, mode_t mode)
{
	return open_resolved(rootfd, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

int par_fs_open_folder(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int par_fs_read_fd(int fd, size_t max, struct par_buf *ret)
{
	const size_t before = ret->len;
	char chunk[4096];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		if (ret->len + (size_t)n > max)
			return -EFBIG;
		if (par_buf_put(ret, chunk, (size_t)n) < 0)
			return -ENOMEM;
		/* That was all; many files are read for each command.  The kernel's own have
		 * another size, or none. */
		if (ret->len - before == (size_t)st.st_size)
			break;
	}
	return par_buf_put(ret, "", 0);
}

int par_fs_read(const char *path, size_t max, struct par_buf *ret)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? -errno : par_fs_read_fd(fd, max, ret);
}

int par_fs_read_own(const char *path, size_t max, struct par_buf *ret)
{
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode) &&
	    ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH))))
		return -EPERM;
	return par_fs_read_fd(fd, max, ret);
}

/* Some files of the kernel's are used up by reading (/proc/kmsg), or have a reader wait. */
static bool is_of_kernel(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 || fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC;
}

/* Looked at before it is opened: an open alone can do something to a device, or wait for one. */
int par_fs_read_in(int rootfd, const char *path, size_t max, struct par_buf *ret)
{
	autofd int found = par_fs_open_in(rootfd, path, O_PATH, 0);
	char link[64];
	struct stat st;

	if (found < 0)
		return found;
	if (fstat(found, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || is_of_kernel(found))
		return -EINVAL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", found);
	return par_fs_read(link, max, ret);
}

int par_fs_write_str(int dirfd, const char *path, const char *text)
{
	autofd int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int par_fs_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd writable = { .fd = fd, .events = POLLOUT };

			poll(&writable, 1, -1);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The name of a new file beside @path; NULL: out of memory. */
static char *name_beside(const char *path, uint32_t number)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	return par_strdup_printf("%.*s.%s.new.%08x", (int)(base - path), path, base, number);
}

/*
 * The numbers that a new file gets first.  What is left of killed programs has one of them, so that
 * par_fs_replace_clear() need not read the folder, which can have thousands of other files; only
 * when all of them are taken there may be more.
 */
#define FIRST_NUMBERS 8

/*
 * A new file beside @path, under a name that nobody else holds; *ret_name is owned.  The name has a
 * dot in front: what a killed program leaves is in no listing.  O_EXCL keeps it safe, not the
 * random number, so that need not wait for the kernel's entropy at boot.
 */
static int create_beside(int dirfd, const char *path, char **ret_name)
{
	uint32_t number;
	int fd = -EEXIST;

	for (uint32_t tries = 0; tries < 100 && fd == -EEXIST; tries++) {
		autofree char *name = NULL;

		number = tries;
		if (tries >= FIRST_NUMBERS &&
		    getrandom(&number, sizeof(number), GRND_INSECURE) != (ssize_t)sizeof(number))
			return -errno;
		name = name_beside(path, number);
		if (!name)
			return -ENOMEM;
		fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			fd = -errno;
		else
			*ret_name = take_ptr(name);
	}
	return fd;
}

static int drop_new(int dirfd, const char *name, int error)
{
	unlinkat(dirfd, name, 0);
	return error;
}

/* @like: NULL, or whose owner and group the new one gets. */
static int replace(int dirfd, const char *path, const void *data, size_t len, mode_t mode,
		   const struct stat *like, bool sync)
{
	autofree char *name = NULL;
	autofd int fd = create_beside(dirfd, path, &name);
	int r;

	if (fd < 0)
		return fd;
	r = par_fs_write_all(fd, data, len);
	if (r < 0)
		return drop_new(dirfd, name, r);
	if (like && fchown(fd, like->st_uid, like->st_gid) < 0)
		return drop_new(dirfd, name, -errno);
	if (fchmod(fd, mode) < 0 || (sync && fsync(fd) < 0) ||
	    renameat(dirfd, name, dirfd, path) < 0)
		return drop_new(dirfd, name, -errno);
	return 0;
}

int par_fs_replace(int dirfd, const char *path, const void *data, size_t len, mode_t mode)
{
	return replace(dirfd, path, data, len, mode, NULL, true);
}

int par_fs_replace_like(int dirfd, const char *path, const void *data, size_t len,
			const struct stat *like)
{
	return replace(dirfd, path, data, len, like->st_mode & 0777, like, true);
}

int par_fs_replace_volatile(int dirfd, const char *path, const void *data, size_t len, mode_t mode)
{
	return replace(dirfd, path, data, len, mode, NULL, false);
}

/* True when all of the first numbers were taken. */
static bool clear_first(int at, const char *path)
{
	bool all = true;

	for (uint32_t number = 0; number < FIRST_NUMBERS; number++) {
		autofree char *name = name_beside(path, number);

		all &= name && unlinkat(at, name, 0) == 0;
	}
	return all;
}

static void clear_folder(int at, const char *path)
{
	const char *slash = strrchr(path, '/');
	autofree char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	autofree char *start = par_strdup_printf(".%s.new.", slash ? slash + 1 : path);
	int fd = folder && start ? openat(at, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (e = readdir(dir))) {
		/* The eight digits that create_beside() has put behind the name. */
		if (par_starts_with(e->d_name, start) && strlen(e->d_name) == strlen(start) + 8)
			unlinkat(dirfd(dir), e->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

void par_fs_replace_clear(int at, const char *path)
{
	if (clear_first(at, path))
		clear_folder(at, path);
}

void par_fs_sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	autofree char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	autofd int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0 && fsync(fd) < 0)
		return; /* some file systems cannot */
}

int par_fs_mkdirs(const char *path, mode_t mode)
{
	autofree char *p = strdup(path);

	if (!p)
		return -ENOMEM;
	/* Mostly it is there, or its folder is. */
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return -errno;
	for (char *s = p + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		if (mkdir(p, 0755) < 0 && errno != EEXIST)
			return -errno;
		*s = '/';
	}
	if (mkdir(p, mode) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

typedef int open_below_fn(int rootfd, const char *path, uint64_t flags, mode_t mode);

/* mkdir of the last name of @path, in the folder that @open_below finds below @rootfd. */
static int mkdir_in(int rootfd, char *path, open_below_fn *open_below)
{
	char *slash = strrchr(path, '/');
	autofd int above = -1;

	*slash = '\0';
	above = open_below(rootfd, *path ? path : "/", O_PATH | O_DIRECTORY, 0);
	*slash = '/';
	if (above < 0)
		return above;
	return mkdirat(above, slash + 1, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static int mkdirs_below(int rootfd, const char *path, open_below_fn *open_below)
{
	autofree char *p = par_strdup_printf("%s%s", *path == '/' ? "" : "/", path);

	if (!p)
		return -ENOMEM;
	for (char *s = p + 1; (s = strchr(s, '/')); s++) {
		int r;

		*s = '\0';
		r = mkdir_in(rootfd, p, open_below);
		if (r < 0)
			return r;
		*s = '/';
	}
	return mkdir_in(rootfd, p, open_below);
}

int par_fs_mkdirs_in(int rootfd, const char *path)
{
	return mkdirs_below(rootfd, path, par_fs_open_in);
}

int par_fs_mkdirs_plain(int rootfd, const char *path)
{
	return mkdirs_below(rootfd, path, par_fs_open_plain);
}

/* One directory on the way down: its stream, and the name it has above. */
struct level {
	DIR *dir;
	char name[256];
};

static int level_enter(int above, const char *name, struct level *l)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV | RESOLVE_BENEATH,
	};
	long fd = syscall(SYS_openat2, above, name, &how, sizeof(how));

	if (fd < 0)
		return -errno;
	l->dir = fdopendir((int)fd);
	if (!l->dir) {
		int r = -errno;

		close((int)fd);
		return r;
	}
	snprintf(l->name, sizeof(l->name), "%s", name);
	return 0;
}

/* Remove what can be removed at once; 1: @name is a directory to go down into. */
static int remove_one(int at, const char *name)
{
	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return errno == ENOTEMPTY || errno == EEXIST ? 1 : -errno;
}

/* Each level costs a descriptor: what lies deeper is moved up first, no tree is too deep. */
#define MAX_LEVELS 32

struct removal {
	struct level levels[MAX_LEVELS];
	size_t depth;
	unsigned int moved; /* directories moved up to the top, for their names */
	bool again;	    /* the top must be read once more */
};

static int move_up(struct removal *rm, const char *name)
{
	int from = dirfd(rm->levels[rm->depth - 1].dir), top = dirfd(rm->levels[0].dir);
	char up[32];

	rm->again = true;
	for (;;) {
		snprintf(up, sizeof(up), ".removing.%u", rm->moved++);
		if (renameat2(from, name, top, up, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
}

static int go_down(struct removal *rm, int at, const char *name)
{
	int r;

	if (rm->depth == MAX_LEVELS)
		return move_up(rm, name);
	r = level_enter(rm->depth ? dirfd(rm->levels[rm->depth - 1].dir) : at, name,
			&rm->levels[rm->depth]);
	if (r < 0)
		return r;
	rm->depth++;
	return 0;
}

/* The level has been read to its end and is dropped; the one above is the current one again. */
static int go_up(struct removal *rm, int at)
{
	struct level *l = &rm->levels[rm->depth - 1];
	int above;

	if (rm->depth == 1 && rm->again) {
		rm->again = false;
		rewinddir(l->dir);
		return 0;
	}
	closedir(l->dir);
	rm->depth--;
	above = rm->depth ? dirfd(rm->levels[rm->depth - 1].dir) : at;
	return unlinkat(above, l->name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

int par_fs_remove_tree(int at, const char *name)
{
	autofree struct removal *rm = calloc(1, sizeof(*rm));
	int r;

	if (!rm)
		return -ENOMEM;
	r = remove_one(at, name);
	while (r > 0 || (r == 0 && rm->depth > 0)) {
		struct dirent *e;

		if (r > 0)
			r = go_down(rm, at, name);
		if (r < 0)
			break;
		errno = 0;
		e = readdir(rm->levels[rm->depth - 1].dir);
		if (!e) {
			r = errno ? -errno : go_up(rm, at);
			continue;
		}
		name = e->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			r = remove_one(dirfd(rm->levels[rm->depth - 1].dir), name);
	}
	while (rm && rm->depth > 0)
		closedir(rm->levels[--rm->depth].dir);
	return r;
}
