/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of waiters: see waiters.h. */
#include "lpard/common/waiters.h"

struct par_waiter {
	struct par_waiter *next;
	par_waiter_fn fn;
	void *user;
	uint64_t limit_ms; /* of par_now_ms(); UINT64_MAX: none */
	uint64_t seen;	   /* the last wake that called it, or the one it was added in */
	bool calling;	   /* its function runs: whoever called frees it */
	bool over;	   /* free it when its function returns */
};

void par_waiters_init(struct par_waiters *w, struct par_event *loop)
{
	*w = (struct par_waiters){ .loop = loop };
}

bool par_waiters_any(const struct par_waiters *w)
{
	return w->first != NULL;
}

static void take_waiter_out(struct par_waiters *w, struct par_waiter *one)
{
	struct par_waiter **at = &w->first;

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	free(one);
}

/* Calls a waiter, which is gone afterwards unless it goes on waiting. */
static void call_waiter(struct par_waiters *w, struct par_waiter *one, enum par_wake why)
{
	bool stay;

	one->calling = true;
	stay = one->fn(why, one->user);
	one->calling = false;
	if (!stay || why != PAR_WAKE_CHANGED || one->over)
		take_waiter_out(w, one);
}

static void arm_nearest_limit(struct par_waiters *w)
{
	uint64_t nearest = UINT64_MAX, now = par_now_ms();

	if (!w->timer)
		return;
	for (struct par_waiter *one = w->first; one; one = one->next) {
		if (one->limit_ms < nearest)
			nearest = one->limit_ms;
	}
	if (nearest != UINT64_MAX)
		nearest = nearest > now ? nearest - now : 0;
	(void)par_source_timer(w->timer, nearest);
}

static void on_limit_over(struct par_source *s, void *user)
{
	struct par_waiters *w = user;
	uint64_t now = par_now_ms();
	struct par_waiter *one = w->first;

	(void)s;
	while (one) {
		if (one->calling || one->limit_ms > now) {
			one = one->next;
			continue;
		}
		call_waiter(w, one, PAR_WAKE_TIMEOUT);
		one = w->first; /* it may have changed the list */
	}
	arm_nearest_limit(w);
}

struct par_waiter *par_waiters_add(struct par_waiters *w, uint64_t timeout_ms, par_waiter_fn fn,
				   void *user)
{
	struct par_waiter *one, **at = &w->first;
	uint64_t now = par_now_ms();

	if (!w->timer &&
	    par_event_timer(w->loop, UINT64_MAX, on_limit_over, w, &w->timer, NULL) < 0)
		return NULL;
	one = calloc(1, sizeof(*one));
	if (!one)
		return NULL;
	*one = (struct par_waiter){ .fn = fn, .user = user, .seen = w->round };
	one->limit_ms = timeout_ms >= UINT64_MAX - now ? UINT64_MAX : now + timeout_ms;
	while (*at)
		at = &(*at)->next;
	*at = one;
	arm_nearest_limit(w);
	return one;
}

void par_waiters_forget(struct par_waiters *w, struct par_waiter **waiter)
{
	struct par_waiter *one = *waiter;

	*waiter = NULL;
	if (!one)
		return;
	if (one->calling)
		one->over = true;
	else
		take_waiter_out(w, one);
}

static struct par_waiter *next_unseen(struct par_waiters *w, uint64_t round)
{
	struct par_waiter *one = w->first;

	while (one && (one->calling || one->seen >= round))
		one = one->next;
	return one;
}

void par_waiters_wake(struct par_waiters *w)
{
	uint64_t round = ++w->round;
	struct par_waiter *one;

	while ((one = next_unseen(w, round))) {
		one->seen = round;
		call_waiter(w, one, PAR_WAKE_CHANGED);
	}
}

void par_waiters_done(struct par_waiters *w)
{
	while (w->first)
		call_waiter(w, w->first, PAR_WAKE_END);
	par_source_free(&w->timer);
}
