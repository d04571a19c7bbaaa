/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often what dies is started again: at once, but a program that dies again and again is held
 * back.  Pure; PID 1 and srcmstr keep one such record for each program.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

#define WPAR_RESPAWN_TIMES  5	/* starts within ... */
#define WPAR_RESPAWN_WITHIN 60	/* ... seconds; the next one is held back for ... */
#define WPAR_RESPAWN_HOLD   300 /* ... seconds */

struct wpar_respawn {
	time_t first;	     /* start of the time that is counted in */
	unsigned int starts; /* in it */
	time_t held_until;   /* 0: it is not held back */
};

/*
 * wpar_respawn_allow - may it be started at @now (seconds of a clock that only grows)? then it
 * counts as started
 * @ret_begins	set when it is not, for the first time: the moment to say so; may be NULL
 */
bool wpar_respawn_allow(struct wpar_respawn *r, time_t now, bool *ret_begins);

/* wpar_respawn_wait - seconds until it may be started; 0: now */
time_t wpar_respawn_wait(const struct wpar_respawn *r, time_t now);
