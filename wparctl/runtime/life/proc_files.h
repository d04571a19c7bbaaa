/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/meminfo and /proc/cpuinfo of a WPAR with limits: files of ours, which its monitor writes at
 * the moment when somebody opens them (ADR 7).
 */
#pragma once

#include "wparctl/runtime/launch/proc_source.h"

#include <stdint.h>
#include <sys/types.h>

struct wpar_proc_watch {
	int fd;			   /* POLLIN: a file is opened or closed; -1: nobody watches */
	int cgroup;		   /* of the WPAR */
	int file[WPAR_PROC_FILES]; /* for writing */
	unsigned int readers[WPAR_PROC_FILES];
	int64_t written_ms[WPAR_PROC_FILES]; /* when that was: CLOCK_MONOTONIC, as the next */
	int64_t due_ms;			     /* when what is open is written again */
};

/*
 * wpar_proc_begin - the monitor watches the files of WPAR @name from now on
 * @root	its root's id, to which the kernel's bookkeeping is charged
 * Without fanotify(7) the files stay as they were when the WPAR was started.
 */
void wpar_proc_begin(struct wpar_proc_watch *w, const char *name, uid_t root);

/* wpar_proc_event - @w->fd is readable: who opens a file waits for this */
void wpar_proc_event(struct wpar_proc_watch *w);

/* wpar_proc_timeout - for poll(2), in milliseconds: -1 while nobody has a file open */
int wpar_proc_timeout(const struct wpar_proc_watch *w);

/* wpar_proc_look - when it is time: what is open is written again, for who reads it once more */
void wpar_proc_look(struct wpar_proc_watch *w);

/* wpar_proc_end - opens wait for nobody any more */
void wpar_proc_end(struct wpar_proc_watch *w);
