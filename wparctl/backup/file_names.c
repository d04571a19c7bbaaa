/* SPDX-License-Identifier: Apache-2.0 */
/* What no backup has is said before one is read, and is no fault of it: see file_names.h. */
#include "wparctl/backup/file_names.h"

#include "wparctl/archive/run.h"

#include <limits.h>
#include <string.h>

static int fail_name(const char *name, const char *what, struct par_error **err)
{
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "the name '%.200s%s' %s", name,
			strlen(name) > 200 ? "..." : "", what);
}

static int check_name(const char *name, struct par_error **err)
{
	bool first = true;

	if (!*name)
		return fail_name(name, "is empty; / stands for all files", err);
	if (strlen(name) > WPAR_ARCHIVE_NAME)
		return fail_name(name, "is longer than any that a backup has", err);
	for (const char *part = name; *part; part += strspn(part, "/")) {
		const size_t n = strcspn(part, "/");

		if (n == 2 && strncmp(part, "..", n) == 0)
			return fail_name(name,
					 "has '..' in it; give it as inside the workload partition",
					 err);
		if (n > NAME_MAX)
			return fail_name(name, "has a part that is longer than any name", err);
		if (first && n == strlen(WPAR_ARCHIVE_INFO) &&
		    strncmp(part, WPAR_ARCHIVE_INFO, n) == 0)
			return fail_name(name,
					 "is no file of the workload partition; -m restores what "
					 "describes the backup",
					 err);
		first = first && (n == 0 || (n == 1 && *part == '.'));
		part += n;
	}
	return 0;
}

int wpar_backup_check_names(char *const *names, size_t n, struct par_error **err)
{
	if (n > WPAR_ARCHIVE_NAMES_MOST)
		return par_fail(err, PAR_E_TOO_LARGE, 0,
				"%zu names are more than the %d that can be given; name the "
				"directories that they are in",
				n, WPAR_ARCHIVE_NAMES_MOST);
	for (size_t i = 0; i < n; i++) {
		int r = check_name(names[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}
