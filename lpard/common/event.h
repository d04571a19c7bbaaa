/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event loop on epoll: descriptors, timers, child processes by pidfd, signals, and posts from
 * other threads.  Everything but par_event_post() belongs to the loop's own thread.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/now.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

struct par_event;  /* the loop */
struct par_source; /* something it waits for */

typedef void (*par_io_fn)(struct par_source *s, int fd, uint32_t events, void *user);
typedef void (*par_timer_fn)(struct par_source *s, void *user);
typedef void (*par_child_fn)(struct par_source *s, pid_t pid, int wait_status, void *user);
typedef void (*par_signal_fn)(struct par_source *s, int signo, void *user);
typedef void (*par_post_fn)(void *user);

/* par_event_new - a loop; free with par_event_free() (which frees its sources too) */
int par_event_new(struct par_event **ret, struct par_error **err);
void par_event_free(struct par_event **e);

/* par_event_run - until par_event_stop(); returns the status given there */
int par_event_run(struct par_event *e);
/* par_event_run_once - handle what is ready, waiting at most @timeout_ms (-1: for ever) */
int par_event_run_once(struct par_event *e, int timeout_ms);
void par_event_stop(struct par_event *e, int status);

/* par_event_io - call @fn on EPOLLIN/EPOLLOUT…; the descriptor stays the caller's */
int par_event_io(struct par_event *e, int fd, uint32_t events, par_io_fn fn, void *user,
		 struct par_source **ret, struct par_error **err);
/* par_source_events - change what an io source waits for; 0 pauses it */
int par_source_events(struct par_source *s, uint32_t events);

/* par_event_timer - call @fn once after @ms milliseconds; re-arm with par_source_timer() */
int par_event_timer(struct par_event *e, uint64_t ms, par_timer_fn fn, void *user,
		    struct par_source **ret, struct par_error **err);
/* par_source_timer - fire (once) @ms from now; UINT64_MAX disarms */
int par_source_timer(struct par_source *s, uint64_t ms);

/* par_event_child - call @fn when child @pid has ended; it is reaped then */
int par_event_child(struct par_event *e, pid_t pid, par_child_fn fn, void *user,
		    struct par_source **ret, struct par_error **err);

/* par_event_signal - blocks @signo in this thread and calls @fn for it */
int par_event_signal(struct par_event *e, int signo, par_signal_fn fn, void *user,
		     struct par_source **ret, struct par_error **err);

/* par_event_post - from any thread: call @fn in the loop, in the order of posting */
int par_event_post(struct par_event *e, par_post_fn fn, void *user);

/* par_source_free - stop and forget; safe within its own callback; NULL inside is fine */
void par_source_free(struct par_source **s);
