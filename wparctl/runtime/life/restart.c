/* SPDX-License-Identifier: Apache-2.0 */
/* The mark of a restart: see restart.h.  It is a file, /run/wpars/NAME.restart. */
#include "wparctl/runtime/life/restart.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

static char *restart_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s.restart", name);
}

int wpar_restart_begin(const char *name)
{
	autofree char *path = restart_path(name);
	autofd int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;

	if (!path)
		return -ENOMEM;
	return fd < 0 ? -errno : 0;
}

bool wpar_restart_begun(const char *name)
{
	autofree char *path = restart_path(name);

	return path && access(path, F_OK) == 0;
}

void wpar_restart_end(const char *name)
{
	autofree char *path = restart_path(name);

	if (path)
		unlink(path);
}
