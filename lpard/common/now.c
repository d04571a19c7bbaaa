/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks: see now.h. */
#include "lpard/common/now.h"

#include <limits.h>

static uint64_t read_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

uint64_t par_now_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

time_t par_now_s(void)
{
	return (time_t)(par_now_ms() / 1000);
}

int par_left_ms(uint64_t end_ms)
{
	const uint64_t now = par_now_ms();

	if (end_ms <= now)
		return 0;
	return end_ms - now < INT_MAX ? (int)(end_ms - now) : INT_MAX;
}

uint64_t par_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

struct timespec par_after_ms(clockid_t clock, uint64_t ms)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_sec += (time_t)(ms / 1000);
	ts.tv_nsec += (long)(ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}
