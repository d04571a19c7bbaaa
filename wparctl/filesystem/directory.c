/* SPDX-License-Identifier: Apache-2.0 */
/* The base directory of a new WPAR: see directory.h. */
#include "wparctl/filesystem/directory.h"

#include <dirent.h>
#include <string.h>

#define MOST_TRIES 1000

/* 1 when there is something in the directory, 0 when it is empty or not there. */
static int directory_in_use(const char *directory, struct par_error **err)
{
	autofree char *path = wpar_path("%s", directory);
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *e;
	int used = 0;

	if (!path)
		return par_oom(err);
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The base directory %s is not usable: %s.", directory,
				strerror(errno));
	while (!used && (e = readdir(dir)))
		used = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(dir);
	return used;
}

int wpar_directory_expect_kept(const char *directory, struct par_error **err)
{
	int r = directory_in_use(directory, err);

	if (r == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"There are no preserved file systems in %s.", directory);
	if (r < 0)
		return r;
	return 0;
}

int wpar_directory_choose(struct wpar_spec *s, bool another, struct par_error **err)
{
	int r = directory_in_use(s->directory, err);

	for (unsigned int n = 1; r > 0 && another && n < MOST_TRIES; n++) {
		autofree char *other = par_strdup_printf(WPAR_BASE_DIR "/%s_%u", s->name, n);

		if (!other)
			return par_oom(err);
		r = directory_in_use(other, err);
		if (r == 0) {
			free(s->directory);
			s->directory = take_ptr(other);
		}
	}
	if (r > 0)
		return par_fail(err, PAR_E_EXISTS, 0, "The base directory %s is not empty.",
				s->directory);
	return r;
}
