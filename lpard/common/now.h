/* SPDX-License-Identifier: Apache-2.0 */
/* What time is it: one reader of the clocks for all programs. */
#pragma once

#include <stdint.h>
#include <time.h>

/* par_now_ms - CLOCK_MONOTONIC in milliseconds */
uint64_t par_now_ms(void);

/* par_now_s - CLOCK_MONOTONIC in seconds, rounded down */
time_t par_now_s(void);

/* par_left_ms - how long poll(2) may still wait for @end_ms of par_now_ms(); 0 when that is past */
int par_left_ms(uint64_t end_ms);

/* par_wall_ms - milliseconds since 1970; the clock may be set back and forth */
uint64_t par_wall_ms(void);

/* par_after_ms - the moment in @ms milliseconds, as pthread_cond_timedwait(3) wants it */
struct timespec par_after_ms(clockid_t clock, uint64_t ms);
