/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files processes watch (inotify).  The kernel says them by device and number, and criu opens
 * them by that where the file system can; an overlay, the root of a versioned WPAR, cannot, so
 * their names are looked for.
 */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct wpar_watch {
	uint64_t inode;
	pid_t pid; /* who watches it */
	bool named;
};

struct wpar_watches {
	struct wpar_watch *v;
	size_t n;
};

#define auto_watches par_cleanup(wpar_watches_done) struct wpar_watches
void wpar_watches_done(struct wpar_watches *w);

/*
 * wpar_watches_read - of a descriptor of @pid's, by the text of its /proc/PID/fdinfo/N
 * @dev	the device of the file system that they must be on, as stat(2) has it
 * One that is known already is left out.  0 or -ENOMEM.  Pure.
 */
int wpar_watches_read(struct wpar_watches *w, pid_t pid, const char *fdinfo, dev_t dev);

/*
 * wpar_watches_name - their paths below the directory @root, on its file system, into @ret
 * The tree is gone through until all have a name: what has none keeps @named false.
 * A negative errno when it cannot be read.
 */
int wpar_watches_name(struct wpar_watches *w, int root, struct par_strv *ret);
