/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of those who wait for something, each with a function and a time limit.  Belongs to the
 * loop's thread.
 *
 * A waiter's function may add waiters (they are called from the next wake on), have any waiter
 * forgotten, and wake the list again.  It must not end the list.
 */
#pragma once

#include "lpard/common/event.h"

struct par_waiter;

enum par_wake {
	PAR_WAKE_CHANGED, /* par_waiters_wake(): look whether what you wait for is there */
	PAR_WAKE_TIMEOUT, /* your time limit is over */
	PAR_WAKE_END,	  /* par_waiters_done(): it will never come */
};

/* Returns true to go on waiting; after TIMEOUT and END the waiter is freed whatever it returns. */
typedef bool (*par_waiter_fn)(enum par_wake why, void *user);

struct par_waiters {
	struct par_event *loop;
	struct par_source *timer; /* of the nearest limit; made with the first waiter */
	struct par_waiter *first; /* in the order of adding */
	uint64_t round;		  /* counts wakes */
};

/* par_waiters_init - an empty list; end it with par_waiters_done() */
void par_waiters_init(struct par_waiters *w, struct par_event *loop);

/* par_waiters_done - call every waiter for the last time (PAR_WAKE_END); the list is empty then */
void par_waiters_done(struct par_waiters *w);

/*
 * par_waiters_add - wait; @fn is not called from within
 * @timeout_ms	UINT64_MAX: without a limit
 * Returns the waiter, which the list owns: for par_waiters_forget() until @fn has returned false or
 * was called with TIMEOUT or END.  NULL: out of memory or of descriptors.
 */
struct par_waiter *par_waiters_add(struct par_waiters *w, uint64_t timeout_ms, par_waiter_fn fn,
				   void *user);

/* par_waiters_forget - free a waiter without calling it; *waiter becomes NULL, which is fine too */
void par_waiters_forget(struct par_waiters *w, struct par_waiter **waiter);

/* par_waiters_wake - call all who wait now, in the order of adding (PAR_WAKE_CHANGED) */
void par_waiters_wake(struct par_waiters *w);

/* par_waiters_any - does somebody wait? */
bool par_waiters_any(const struct par_waiters *w);
