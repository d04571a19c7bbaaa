/* SPDX-License-Identifier: Apache-2.0 */
/* The mark of a start that is still to come: see pending.h.  It is a file, /run/wpars/NAME.pending.
 */
#include "wparctl/runtime/life/pending.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define COMMAND_MAX (4 << 20) /* what execve(2) takes, and more */

static char *pending_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s.pending", name);
}

/* Written in place: killed here, the command has not yet left anything to go on from. */
int wpar_pending_begin(const char *name, const char *command, size_t len)
{
	autofree char *path = pending_path(name);
	autofd int fd = -1;

	if (!path)
		return -ENOMEM;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : par_fs_write_all(fd, command, len);
}

int wpar_pending_read(const char *name, struct par_buf *ret)
{
	autofree char *path = pending_path(name);

	return path ? par_fs_read(path, COMMAND_MAX, ret) : -ENOMEM;
}

bool wpar_pending_is(const char *name, const char *command, size_t len)
{
	autofree char *path = pending_path(name);
	auto_buf b = { 0 };

	return path && par_fs_read(path, len, &b) >= 0 && b.len == len &&
	       (len == 0 || memcmp(b.data, command, len) == 0);
}

void wpar_pending_end(const char *name)
{
	autofree char *path = pending_path(name);

	if (path)
		unlink(path);
}
