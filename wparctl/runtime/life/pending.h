/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mark of a start that is still to come: a command that ends with a start, and was killed
 * before it or failed in it, has left the WPAR Defined; the same command again goes on from there.
 * The mark says which command that is, and goes with any start, with a change by hand, and with the
 * system.  A start takes it away when the WPAR is seen to run; where its command was killed before,
 * the monitor does, a few seconds later: all of them may have been killed.
 */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * wpar_pending_begin - before the WPAR is left in a state that its command would refuse
 * @command	what wpar_pending_is() is asked for; @len bytes, of any value
 * 0 or a negative errno
 */
int wpar_pending_begin(const char *name, const char *command, size_t len);

/* wpar_pending_is - is the start of that command still to come? */
bool wpar_pending_is(const char *name, const char *command, size_t len);

/* wpar_pending_end - the WPAR runs, or is not to */
void wpar_pending_end(const char *name);

/* What the monitor does about a mark that its command, which was killed, has left. */
struct wpar_pending_watch {
	int64_t due_ms; /* when to look: CLOCK_MONOTONIC; 0: no more */
};

/* wpar_pending_watch_begin - the WPAR has begun to run */
void wpar_pending_watch_begin(struct wpar_pending_watch *w);
/* wpar_pending_timeout - for poll(2), in milliseconds: -1 when nothing waits */
int wpar_pending_timeout(const struct wpar_pending_watch *w);
/* wpar_pending_look - when it is time: takes the mark away, unless a command has the WPAR's lock */
void wpar_pending_look(struct wpar_pending_watch *w, const char *name);
