/* SPDX-License-Identifier: Apache-2.0 */
/* Where a backup goes: see output.h. */
#include "wparctl/backup/output.h"

#include "lpard/common/fs.h"
#include "lpard/common/str.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void wpar_output_done(struct wpar_output *o)
{
	if (o->partial)
		unlink(o->partial);
	if (o->fd >= 0)
		close(o->fd);
	free(o->path);
	free(o->partial);
	*o = WPAR_NO_OUTPUT;
}

static int open_standard(struct wpar_output *o, struct par_error **err)
{
	if (isatty(1))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-f -: a backup is not written to a terminal; redirect it");
	o->standard = true;
	o->fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
	return o->fd < 0 ? par_fail(err, PAR_E_SYSTEM, errno, "could not use standard output") : 0;
}

static int fail_path(const char *path, struct par_error **err)
{
	return par_fail(err, errno == ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, errno,
			"-f: '%s' cannot be written", path);
}

/* A folder that others may write to is no place where a name can be trusted. */
static int check_partial(const char *path, const char *partial, int fd, struct par_error **err)
{
	struct stat st, named;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return par_fail(err, PAR_E_BUSY, 0, "-f: another command is writing '%s'", path);
	if (fstat(fd, &st) < 0 || lstat(partial, &named) < 0)
		return fail_path(partial, err);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"-f: '%s' is there, and is no file of this user's own; remove it",
				partial);
	if (st.st_dev != named.st_dev || st.st_ino != named.st_ino)
		return par_fail(err, PAR_E_BUSY, 0, "-f: another command has just written '%s'",
				path);
	return 0;
}

static int open_file(struct wpar_output *o, const char *path, struct par_error **err)
{
	const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	autofree char *partial = par_strdup_printf("%s.partial", path);
	int r;

	o->path = strdup(path);
	if (!partial || !o->path)
		return par_oom(err);
	o->fd = open(partial, flags, 0600);
	if (o->fd < 0)
		return errno == ELOOP ? par_fail(err, PAR_E_NOT_PERMITTED, 0,
						 "-f: '%s' is a symbolic link; remove it", partial)
				      : fail_path(path, err);
	r = check_partial(path, partial, o->fd, err);
	if (r < 0)
		return r;
	/* From here on it is ours to remove. */
	o->partial = take_ptr(partial);
	if (fchmod(o->fd, 0600) < 0 || ftruncate(o->fd, 0) < 0)
		return fail_path(path, err);
	return 0;
}

/* Behind all links, so that the name cannot hide where it is. */
static int check_place(const char *path, const char *inside, struct par_error **err)
{
	autofree char *copy = strdup(path);
	char folder[PATH_MAX], base[PATH_MAX];
	size_t n;

	if (!copy)
		return par_oom(err);
	if (!realpath(dirname(copy), folder))
		return fail_path(path, err);
	if (!realpath(inside, base))
		return 0;
	n = strlen(base);
	if (strncmp(folder, base, n) == 0 && (!folder[n] || folder[n] == '/'))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-f: '%s' lies in the workload partition that is saved", path);
	return 0;
}

static int open_named(struct wpar_output *o, const char *path, const char *inside,
		      struct par_error **err)
{
	struct stat st;
	int r;

	if (stat(path, &st) < 0 && errno != ENOENT)
		return fail_path(path, err);
	if (access(path, F_OK) < 0 || S_ISREG(st.st_mode)) {
		r = check_place(path, inside, err);
		return r < 0 ? r : open_file(o, path, err);
	}
	if (S_ISDIR(st.st_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-f: '%s' is a directory", path);
	o->fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	return o->fd < 0 ? fail_path(path, err) : 0;
}

int wpar_output_open(const char *path, const char *inside, struct wpar_output *ret,
		     struct par_error **err)
{
	int r;

	*ret = WPAR_NO_OUTPUT;
	if (!path && access(WPAR_BACKUP_DEVICE, F_OK) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"There is no tape drive %s; name a file, or another device, with "
				"-f.",
				WPAR_BACKUP_DEVICE);
	r = par_streq(path, "-") ? open_standard(ret, err)
				 : open_named(ret, path ? path : WPAR_BACKUP_DEVICE, inside, err);
	if (r < 0)
		wpar_output_done(ret);
	return r;
}

int wpar_output_finish(struct wpar_output *o, struct par_error **err)
{
	/* A pipe or a tape cannot be synced, and need not be. */
	if (fsync(o->fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		return par_fail(err, PAR_E_SYSTEM, errno,
				"the backup cannot be written to the disk");
	if (!o->path)
		return 0;
	if (rename(o->partial, o->path) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot get its name", o->path);
	free(o->partial);
	o->partial = NULL;
	par_fs_sync_folder_of(o->path);
	return 0;
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
