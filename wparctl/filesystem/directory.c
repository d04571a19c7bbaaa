/* SPDX-License-Identifier: Apache-2.0 */
/* The base directory of a new WPAR: see directory.h. */
#include "wparctl/filesystem/directory.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/shield.h"

#include <dirent.h>
#include <string.h>

static int fail_not_usable(const char *directory, int r, struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "The base directory %s is not usable: %s.",
			directory, strerror(-r));
}

static bool is_used(DIR *dir)
{
	struct dirent *e;

	while ((e = readdir(dir))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			return true;
	}
	return false;
}

int wpar_directory_in_use(const char *directory, struct par_error **err)
{
	autofree char *path = wpar_path("%s", directory);
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int fd = path ? par_fs_open_plain(root, path, O_RDONLY | O_DIRECTORY, 0) : -ENOMEM;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	bool used;

	if (!path)
		return par_oom(err);
	if (fd == -ENOENT)
		return 0;
	if (fd == -ELOOP)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The base directory %s lies behind a symbolic link; name the place "
				"itself by -d.",
				directory);
	if (!dir)
		return fail_not_usable(directory, fd < 0 ? fd : -errno, err);
	take_fd(&fd);
	used = is_used(dir);
	closedir(dir);
	return used;
}

/* Kept file systems are looked at as they would be at a start. */
static int check_kept(const char *directory, struct par_error **err)
{
	autofree char *path = wpar_path("%s", directory);
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd int fd = path ? par_fs_open_plain(root, path, O_RDONLY | O_DIRECTORY, 0) : -ENOMEM;
	autofd int above = fd < 0 ? -1 : openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || above < 0)
		return fail_not_usable(directory, fd < 0 ? fd : -errno, err);
	wpar_shield_close_wpars(above, directory);
	return wpar_shield_check(fd, directory, err);
}

int wpar_directory_expect_kept(const char *directory, struct par_error **err)
{
	int r = wpar_directory_in_use(directory, err);

	if (r == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"There are no preserved file systems in %s.", directory);
	if (r < 0)
		return r;
	return check_kept(directory, err);
}
