/* SPDX-License-Identifier: Apache-2.0 */
/* The mark of a start that is still to come: see pending.h.  It is a file, /run/wpars/NAME.pending.
 */
#include "wparctl/runtime/life/pending.h"

#include "lpard/common/event.h"
#include "lpard/common/fs.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/spec/spec.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define WATCH_MS 5000

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

void wpar_pending_watch_begin(struct wpar_pending_watch *w)
{
	w->due_ms = (int64_t)par_now_ms() + WATCH_MS;
}

int wpar_pending_timeout(const struct wpar_pending_watch *w)
{
	return w->due_ms ? par_left_ms((uint64_t)w->due_ms) : -1;
}

void wpar_pending_look(struct wpar_pending_watch *w, const char *name)
{
	autofree char *path = NULL;
	autofd int lock = -1;

	if (!w->due_ms || (int64_t)par_now_ms() < w->due_ms)
		return;
	w->due_ms = 0;
	path = pending_path(name);
	if (!path || access(path, F_OK) < 0)
		return;
	/* The command that left it is at work, or another is. */
	if (wpar_lock_busy(name) || wpar_lock(name, &lock, NULL) < 0)
		wpar_pending_watch_begin(w);
	else
		wpar_pending_end(name);
}
