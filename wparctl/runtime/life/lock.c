/* SPDX-License-Identifier: Apache-2.0 */
/* The lock of a WPAR: see lock.h.  It is a file, /run/wpars/NAME.lock, and the kernel's lock on it.
 */
#include "wparctl/runtime/life/lock.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <sys/stat.h>

static char *lock_path(const char *name)
{
	return wpar_path("/run/wpars/%s.lock", name);
}

int wpar_lock(const char *name, int *ret_fd, struct par_error **err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *path = lock_path(name);
	autofree char *folder = wpar_path("/run/wpars");
	struct stat mine, there;
	int r;

	if (!path || !folder)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", folder);
	for (;;) {
		autofd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

		if (fd < 0 || fstat(fd, &mine) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", path);
		if (fcntl(fd, F_OFD_SETLK, &whole) < 0)
			return par_fail(err, PAR_E_BUSY, 0,
					"another operation on workload partition '%s' is under way",
					name);
		/* The holder before may have removed the file. */
		if (stat(path, &there) < 0 || there.st_ino != mine.st_ino ||
		    there.st_dev != mine.st_dev)
			continue;
		*ret_fd = take_fd(&fd);
		return 0;
	}
}

bool wpar_lock_busy(const char *name)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *path = lock_path(name);
	autofd int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;

	if (fd < 0)
		return false;
	return fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

void wpar_lock_forget(const char *name)
{
	autofree char *path = lock_path(name);

	if (path)
		unlink(path);
}
