/* SPDX-License-Identifier: Apache-2.0 */
/* What root mounts below the base directory of a running WPAR comes inside: by its monitor. */
#pragma once

#include <stdint.h>

struct wpar_outside_watch {
	int fd;	       /* POLLPRI: something was mounted or unmounted in the LPAR; -1: not now */
	int mountinfo; /* the same, always */
	int64_t due_ms, last_ms; /* when to look, when that was done: CLOCK_MONOTONIC; due 0: not */
	int wait_ms;		 /* how long a next event waits for others */
	uint64_t mark;		 /* wpar_outside_mark() */
};

/* wpar_outside_begin - be ready for what root mounts, or has mounted while nobody looked */
void wpar_outside_begin(struct wpar_outside_watch *o);

/* wpar_outside_event - @o->fd has said POLLPRI */
void wpar_outside_event(struct wpar_outside_watch *o);
/* wpar_outside_timeout - for poll(2), in milliseconds: -1 when nothing waits */
int wpar_outside_timeout(const struct wpar_outside_watch *o);
/* wpar_outside_look - when it is time: brings inside what is new, and takes away what has gone */
void wpar_outside_look(struct wpar_outside_watch *o, const char *name);
