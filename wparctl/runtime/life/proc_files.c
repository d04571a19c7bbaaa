/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See proc_files.h.  The monitor itself never opens what it has marked, nor does anything that it
 * waits for: its own open would wait for itself.
 */
#include "wparctl/runtime/life/proc_files.h"

#include "lpard/common/now.h"
#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch/creator.h"
#include "wparctl/resources/proc_text.h"
#include "wparctl/runtime/launch/proc_source.h"

#include <fcntl.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN_MS 1000 /* what top(1) and others keep open and read again */
#define FRESH_MS                                                                        \
	50 /* who opens it in a loop has no more of the monitor's time than this allows \
	    */

/* The kernel bounds how many groups of fanotify a user may have (128): each WPAR's is its own
 * root's. */
static int group_of(uid_t root)
{
	struct wpar_creator creator;
	int fd = -1;

	if (wpar_creator_begin(&creator, root))
		fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK,
				   O_RDONLY | O_CLOEXEC);
	wpar_creator_end(&creator);
	return fd;
}

void wpar_proc_begin(struct wpar_proc_watch *w, const char *name, uid_t root)
{
	autofree char *run = wpar_path("/run/wpars/%s", name);

	*w = (struct wpar_proc_watch){ .fd = -1, .cgroup = -1 };
	for (int i = 0; i < WPAR_PROC_FILES; i++)
		w->file[i] = -1;
	if (!run)
		return;
	w->cgroup = wpar_cgroup_open(name, false, NULL);
	for (int i = 0; i < WPAR_PROC_FILES; i++)
		w->file[i] = wpar_proc_source_open(run, i);
	w->fd = group_of(root);
	for (int i = 0; i < WPAR_PROC_FILES && w->fd >= 0; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/fd/%d", w->file[i]);
		if (w->file[i] < 0 ||
		    fanotify_mark(w->fd, FAN_MARK_ADD, FAN_OPEN_PERM | FAN_CLOSE_NOWRITE, AT_FDCWD,
				  path) < 0)
			wpar_proc_end(w);
	}
}

static void proc_write(struct wpar_proc_watch *w, int i, int64_t now)
{
	wpar_proc_source_write(w->file[i], i, w->cgroup);
	w->written_ms[i] = now;
}

static int which_file(const struct wpar_proc_watch *w, int fd)
{
	struct stat there, ours;

	for (int i = 0; i < WPAR_PROC_FILES; i++) {
		if (fstat(fd, &there) == 0 && fstat(w->file[i], &ours) == 0 &&
		    there.st_ino == ours.st_ino && there.st_dev == ours.st_dev)
			return i;
	}
	return -1;
}

static void proc_answer(struct wpar_proc_watch *w, const struct fanotify_event_metadata *e)
{
	struct fanotify_response answer = { .fd = e->fd, .response = FAN_ALLOW };
	int i = which_file(w, e->fd);

	if (i >= 0 && e->mask & FAN_OPEN_PERM) {
		const int64_t now = (int64_t)par_now_ms();

		if (!w->written_ms[i] || now - w->written_ms[i] >= FRESH_MS)
			proc_write(w, i, now);
		w->readers[i]++;
		w->due_ms = now + AGAIN_MS;
	}
	if (i >= 0 && e->mask & FAN_CLOSE_NOWRITE && w->readers[i] > 0)
		w->readers[i]--;
	if (e->mask & FAN_OPEN_PERM && write(w->fd, &answer, sizeof(answer)) < 0)
		wpar_proc_end(w);
	close(e->fd);
}

void wpar_proc_event(struct wpar_proc_watch *w)
{
	struct fanotify_event_metadata events[64];
	ssize_t n = read(w->fd, events, sizeof(events));

	/* A group that names no file by a handle has events of this length only. */
	for (ssize_t i = 0; i < n / (ssize_t)sizeof(events[0]); i++) {
		const struct fanotify_event_metadata *e = &events[i];

		if (e->mask & FAN_Q_OVERFLOW) /* how many have it open is not known any more */
			memset(w->readers, 0, sizeof(w->readers));
		else if (e->fd >= 0)
			proc_answer(w, e);
	}
}

static bool is_read(const struct wpar_proc_watch *w)
{
	for (int i = 0; i < WPAR_PROC_FILES && w->fd >= 0; i++) {
		if (w->readers[i] > 0)
			return true;
	}
	return false;
}

int wpar_proc_timeout(const struct wpar_proc_watch *w)
{
	int64_t left = w->due_ms - (int64_t)par_now_ms();

	return !is_read(w) ? -1 : left < 0 ? 0 : (int)left;
}

void wpar_proc_look(struct wpar_proc_watch *w)
{
	const int64_t now = (int64_t)par_now_ms();

	if (!is_read(w) || now < w->due_ms)
		return;
	for (int i = 0; i < WPAR_PROC_FILES; i++) {
		if (w->readers[i] > 0)
			proc_write(w, i, now);
	}
	w->due_ms = now + AGAIN_MS;
}

void wpar_proc_end(struct wpar_proc_watch *w)
{
	for (int i = 0; i < WPAR_PROC_FILES; i++) {
		if (w->file[i] >= 0)
			close(w->file[i]);
		w->file[i] = -1;
	}
	if (w->cgroup >= 0)
		close(w->cgroup);
	w->cgroup = -1;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}
