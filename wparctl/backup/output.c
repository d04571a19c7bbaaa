/* SPDX-License-Identifier: Apache-2.0 */
/* Where a backup goes: see output.h. */
#include "wparctl/backup/output.h"

#include "lpard/common/interrupt.h"
#include "lpard/common/str.h"
#include "wparctl/backup/room.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define READER_EVERY 100 /* milliseconds: is there one that reads the pipe? */
#define ROOM	     10	 /* thousandths of a disk: with these it is not the one that is full */
#define MAX_LINKS    40	 /* one after the other, as the kernel has it */

void wpar_output_done(struct wpar_output *o)
{
	if (o->partial)
		unlinkat(o->folder, o->partial, 0);
	if (o->fd >= 0)
		close(o->fd);
	if (o->folder >= 0)
		close(o->folder);
	free(o->path);
	free(o->name);
	free(o->partial);
	*o = WPAR_NO_OUTPUT;
}

int wpar_backup_place(const char *path, const char **ret, struct par_error **err)
{
	if (path && !*path)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the name of the backup is empty; give that of a file");
	if (!path && access(WPAR_BACKUP_DEVICE, F_OK) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"There is no tape drive %s; name a file, or another device, with "
				"-f.",
				WPAR_BACKUP_DEVICE);
	*ret = path ? path : WPAR_BACKUP_DEVICE;
	return 0;
}

static int open_standard(struct wpar_output *o, struct par_error **err)
{
	/* One that is closed is that (lpard/common/process.c). */
	if ((fcntl(1, F_GETFL) & O_ACCMODE) == O_RDONLY)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-f -: standard output is closed; redirect it");
	if (isatty(1))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-f -: a backup is not written to a terminal; redirect it");
	o->standard = true;
	o->fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
	return o->fd < 0 ? par_fail(err, PAR_E_SYSTEM, errno, "could not use standard output") : 0;
}

static int fail_path(const char *path, struct par_error **err)
{
	if (errno == ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, errno,
				"-f: '%s' cannot be written: there is no such folder", path);
	return par_fail(err, PAR_E_SYSTEM, errno, "-f: '%s' cannot be written", path);
}

/* ---- A file ---- */

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int fail_writing(const char *path, struct par_error **err)
{
	return par_fail(err, PAR_E_BUSY, 0, "-f: another command is writing '%s'", path);
}

/*
 * What a killed command has left.  Whoever could read that once may have it open still, so it is
 * not written to, but removed.
 */
static int remove_left(struct wpar_output *o, const char *partial, struct par_error **err)
{
	autofd int fd = openat(o->folder, partial,
			       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st, named;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && errno == ELOOP)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"-f: '%s.partial' is a symbolic link; remove it", o->path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_path(o->path, err);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"-f: '%s.partial' is there, and is no file of this user's own; "
				"remove it",
				o->path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return fail_writing(o->path, err);
	if (fstatat(o->folder, partial, &named, AT_SYMLINK_NOFOLLOW) < 0 || !is_same(&st, &named))
		return fail_writing(o->path, err);
	return unlinkat(o->folder, partial, 0) < 0 ? fail_path(o->path, err) : 0;
}

static int open_file(struct wpar_output *o, struct par_error **err)
{
	autofree char *partial = par_strdup_printf("%s.partial", o->name);
	struct stat st, named;
	int r;

	if (!partial)
		return par_oom(err);
	r = remove_left(o, partial, err);
	if (r < 0)
		return r;
	o->fd = openat(o->folder, partial,
		       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	if (o->fd < 0)
		return errno == EEXIST ? fail_writing(o->path, err) : fail_path(o->path, err);
	/* Another command may have taken it for one that was left. */
	if (flock(o->fd, LOCK_EX | LOCK_NB) < 0 || fstat(o->fd, &st) < 0 ||
	    fstatat(o->folder, partial, &named, AT_SYMLINK_NOFOLLOW) < 0 || !is_same(&st, &named))
		return fail_writing(o->path, err);
	/* From here on it is ours to remove. */
	o->partial = take_ptr(partial);
	return fchmod(o->fd, 0600) < 0 ? fail_path(o->path, err) : 0;
}

/* Behind all links, so that the name cannot hide where it is. */
static int check_place(const struct wpar_output *o, const char *inside, struct par_error **err)
{
	char link[40], folder[PATH_MAX], base[PATH_MAX];
	ssize_t len;
	size_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", o->folder);
	len = readlink(link, folder, sizeof(folder) - 1);
	if (len < 0)
		return fail_path(o->path, err);
	folder[len] = '\0';
	if (!realpath(inside, base))
		return 0;
	n = strlen(base);
	if (strncmp(folder, base, n) == 0 && (!folder[n] || folder[n] == '/'))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-f: '%s' lies in the workload partition that is saved", o->path);
	return 0;
}

/* ---- A device, a pipe ---- */

/* Nobody else can put another thing in the place of what has this name in the folder. */
static bool is_own_place(const struct stat *folder, const struct stat *st)
{
	const bool sticky = (folder->st_mode & S_ISVTX) && st->st_uid == geteuid();

	return folder->st_uid == geteuid() && (!(folder->st_mode & 0022) || sticky);
}

/*
 * A pipe waits for who reads it, which a signal must end: open(2) begins again after one.
 * Returns a descriptor or a negative errno.
 */
static int open_pipe(const char *link)
{
	int fd, flags, r = 0;

	while ((fd = open(link, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0 && errno == ENXIO && r == 0)
		r = par_interrupt_sleep(READER_EVERY);
	if (r < 0 || fd < 0)
		return r < 0 ? r : -errno;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

/* First held without being opened: what is opened then is what was looked at. */
static int open_special(struct wpar_output *o, const struct stat *folder, bool magic,
			struct par_error **err)
{
	autofd int held = openat(o->folder, o->name, O_PATH | (magic ? 0 : O_NOFOLLOW) | O_CLOEXEC);
	char link[40];
	struct stat st;

	if (held < 0 || fstat(held, &st) < 0)
		return fail_path(o->path, err);
	if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-f: '%s' is no device or pipe; name the file itself", o->path);
	if (!is_own_place(folder, &st) && !(S_ISFIFO(st.st_mode) && st.st_uid == geteuid()))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"-f: '%s' is a device or a pipe where others can put another one; "
				"name one in a folder of this user's alone",
				o->path);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", held);
	if (!S_ISFIFO(st.st_mode)) {
		o->fd = open(link, O_WRONLY | O_NOCTTY | O_CLOEXEC);
		return o->fd < 0 ? fail_path(o->path, err) : 0;
	}
	o->fd = open_pipe(link);
	if (o->fd >= 0 || par_interrupted())
		return par_interrupt_check(err);
	errno = -o->fd;
	return fail_path(o->path, err);
}

/* ---- What the name is ---- */

/* @path begins at the folder @at; @o gets the folder that it names, and the name there. */
static int open_folder(struct wpar_output *o, int at, const char *path, struct par_error **err)
{
	autofree char *copy = strdup(path);
	autofree char *name = strdup(path);
	int fd;

	if (!copy || !name)
		return par_oom(err);
	fd = openat(at, dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_path(o->path, err);
	if (o->folder >= 0)
		close(o->folder);
	o->folder = fd;
	free(o->name);
	o->name = strdup(basename(name));
	return o->name ? 0 : par_oom(err);
}

/* The link at @o's name: 0: it is followed; 1: it is one of /proc's, without a path. */
static int follow(struct wpar_output *o, const struct stat *folder, const struct stat *st,
		  struct par_error **err)
{
	char target[PATH_MAX];
	struct statfs fs;
	ssize_t len;

	if (!is_own_place(folder, st))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"-f: '%s' is a symbolic link where others can put another one; "
				"name what it leads to",
				o->path);
	if (fstatfs(o->folder, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
		return 1;
	len = readlinkat(o->folder, o->name, target, sizeof(target) - 1);
	if (len < 0)
		return fail_path(o->path, err);
	target[len] = '\0';
	return open_folder(o, o->folder, target, err);
}

static int open_named(struct wpar_output *o, const char *path, const char *inside,
		      struct par_error **err)
{
	struct stat folder = { 0 }, st;
	int r;

	o->path = strdup(path);
	if (!o->path)
		return par_oom(err);
	if (path[strlen(path) - 1] == '/') {
		errno = EISDIR;
		return fail_path(path, err);
	}
	r = open_folder(o, AT_FDCWD, path, err);
	for (int links = 0; r == 0; links++) {
		if (fstat(o->folder, &folder) < 0)
			return fail_path(path, err);
		if (fstatat(o->folder, o->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno != ENOENT)
				return fail_path(path, err);
			st.st_mode = S_IFREG;
		}
		if (S_ISREG(st.st_mode)) {
			r = check_place(o, inside, err);
			return r < 0 ? r : open_file(o, err);
		}
		if (S_ISDIR(st.st_mode))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-f: '%s' is a directory",
					path);
		if (!S_ISLNK(st.st_mode))
			return open_special(o, &folder, false, err);
		errno = ELOOP;
		r = links < MAX_LINKS ? follow(o, &folder, &st, err) : fail_path(path, err);
	}
	return r == 1 ? open_special(o, &folder, true, err) : r;
}

int wpar_output_open(const char *path, const char *inside, struct wpar_output *ret,
		     struct par_error **err)
{
	int r;

	*ret = WPAR_NO_OUTPUT;
	r = wpar_backup_place(path, &path, err);
	if (r < 0)
		return r;
	r = strcmp(path, "-") == 0 ? open_standard(ret, err) : open_named(ret, path, inside, err);
	if (r < 0)
		wpar_output_done(ret);
	return r;
}

int wpar_output_finish(struct wpar_output *o, struct par_error **err)
{
	/* A pipe or a tape cannot be synced, and need not be. */
	if (fsync(o->fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		return par_fail(err,
				errno == ENOSPC || errno == EDQUOT ? PAR_E_NO_SPACE : PAR_E_SYSTEM,
				errno, "the backup cannot be written to the disk");
	if (!o->partial)
		return 0;
	if (renameat(o->folder, o->partial, o->folder, o->name) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot get its name", o->path);
	free(o->partial);
	o->partial = NULL;
	fsync(o->folder); /* ignoring: the backup itself is on the disk */
	return 0;
}

/* Is it where the backup is written to that is full?  Of what is no file nothing tells its room. */
static bool is_full(const struct wpar_output *o, int work)
{
	const unsigned int left = wpar_room_left(work);
	struct stat st;

	if (o->fd < 0)
		return false;
	if (fstat(o->fd, &st) == 0 && S_ISREG(st.st_mode))
		return wpar_room_left(o->fd) <= left;
	return left >= ROOM;
}

void wpar_output_name_disk(const struct wpar_output *o, int work, const char *directory,
			   struct par_error **err)
{
	if (!err || !*err || (*err)->id != PAR_E_NO_SPACE)
		return;
	if (!is_full(o, work)) {
		if (work >= 0)
			par_error_wrap(err, "the disk of '%s'", directory);
		return;
	}
	if (o->standard)
		par_error_wrap(err, "what standard output goes to");
	else
		par_error_wrap(err, o->partial ? "the disk of '%s'" : "the device '%s'", o->path);
}

const char *wpar_output_packing(const char *path)
{
	static const struct {
		const char *ending, *packing;
	} rows[] = { { ".gz", "gzip" },
		     { ".tgz", "gzip" },
		     { ".xz", "xz" },
		     { ".txz", "xz" },
		     { ".tar", "none" } };
	const size_t len = path ? strlen(path) : 0;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		const size_t n = strlen(rows[i].ending);

		if (len > n && strcmp(path + len - n, rows[i].ending) == 0)
			return rows[i].packing;
	}
	return "zstd";
}
