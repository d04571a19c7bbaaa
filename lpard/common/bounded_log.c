/* SPDX-License-Identifier: Apache-2.0 */
/* Logs with a most size: see bounded_log.h. */
#include "lpard/common/bounded_log.h"

#include "lpard/common/aside.h"
#include "lpard/common/cleanup.h"
#include "lpard/common/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_folder_of(const char *path)
{
	autofree char *folder = strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash || slash == folder)
		return false;
	*slash = '\0';
	return par_fs_mkdirs(folder, 0755) == 0;
}

static int open_log(const char *path)
{
	const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0640);

	return fd < 0 && errno == ENOENT && make_folder_of(path) ? open(path, flags, 0640) : fd;
}

/* It must be there by its name: another writer may just have put it aside. */
int par_bounded_log_open(const char *path, size_t *ret_size)
{
	for (int tries = 0; tries < 100; tries++) {
		autofd int fd = open_log(path);
		struct stat mine, there;

		if (fd < 0 || flock(fd, LOCK_EX) < 0 || fstat(fd, &mine) < 0)
			return -errno;
		*ret_size = (size_t)mine.st_size;
		if (stat(path, &there) == 0 && there.st_ino == mine.st_ino)
			return take_fd(&fd);
	}
	return -EAGAIN;
}

void par_bounded_log_append(const char *path, size_t max, const char *data, size_t len)
{
	size_t size = 0;
	autofd int fd = par_bounded_log_open(path, &size);

	if (fd < 0)
		return;
	if (size + len > max) {
		if (par_put_aside(path) < 0)
			return;
		close(take_fd(&fd));
		fd = par_bounded_log_open(path, &size);
	}
	if (fd >= 0)
		par_fs_write_all(fd, data, len);
}
