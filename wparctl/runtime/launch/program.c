/* SPDX-License-Identifier: Apache-2.0 */
/* Our own program, kept: see program.h.  It is a second name of the same file where that can be. */
#include "wparctl/runtime/launch/program.h"

#include "lpard/common/fs.h"
#include "lpard/common/hex.h"
#include "lpard/common/process.h"
#include "wparctl/runtime/launch/build_id.h"
#include "wparctl/spec/spec.h"

#include <string.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>

#define FOLDER WPAR_STORE_DIR "/programs"

static char *kept_path(const char *id)
{
	return wpar_path(FOLDER "/%s", id);
}

/* Root's own, and a program: nobody else can have put it there. */
static bool is_kept(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       !(st.st_mode & 022) && st.st_mode & 0100;
}

static bool can_run_there(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0 && !(fs.f_flag & ST_NOEXEC);
}

static int copy_all(int program, int to)
{
	struct stat st;
	off_t at = 0;

	if (fstat(program, &st) < 0)
		return -errno;
	while (at < st.st_size) {
		if (sendfile(to, program, &at, (size_t)(st.st_size - at)) <= 0)
			return errno ? -errno : -EIO;
	}
	return fsync(to) < 0 ? -errno : 0;
}

/*
 * On another file system than the program: a copy, whole or not at all, for it has no name before
 * it is whole.
 */
static int copy_program(int program, const char *folder, const char *path)
{
	autofd int to = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0755);
	int r = to < 0 ? -errno : copy_all(program, to);
	char link[64];

	if (r < 0)
		return r;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", to);
	if (linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

static int keep(int program, const char *self, const char *folder, const char *path)
{
	if (is_kept(path))
		return 0;
	/* Another start may do the same just now. */
	if (link(self, path) < 0 && errno != EEXIST) {
		int r = copy_program(program, folder, path);

		if (r < 0)
			return r;
	}
	return is_kept(path) ? 0 : -EPERM;
}

int wpar_program_keep(char ret[PATH_MAX], struct par_error **err)
{
	autofree char *folder = wpar_path(FOLDER), *path = NULL;
	char id[WPAR_BUILD_ID_SIZE];
	autofd int program = -1;
	int r = par_program_self(ret, PATH_MAX);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "/proc is not mounted");
	program = open(ret, O_RDONLY | O_CLOEXEC);
	if (program < 0 || !folder || !wpar_build_id_read(program, id))
		return 0;
	path = kept_path(id);
	if (!path)
		return par_oom(err);
	/* Where any of this cannot be there is no checkpoint after an upgrade; it starts all the
	 * same. */
	if (par_fs_mkdirs(folder, 0755) == 0 && can_run_there(folder) &&
	    keep(program, ret, folder, path) == 0 && strlen(path) < PATH_MAX)
		snprintf(ret, PATH_MAX, "%s", path);
	return 0;
}

bool wpar_program_kept(const char *id, char ret[PATH_MAX])
{
	autofree char *path = par_hex_is(id, strlen(id)) ? kept_path(id) : NULL;

	if (!path || !is_kept(path) || strlen(path) >= PATH_MAX)
		return false;
	snprintf(ret, PATH_MAX, "%s", path);
	return true;
}
