/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that wait for a system: see waiting.h. */
#include "lpard/daemon/methods/waiting.h"

#include "lpard/common/waiters.h"

struct lpar_waiting {
	struct par_waiters list;
	struct lpar_events *events;
	struct lpar_subscription *subscription;
	lpar_waiting_fn again;
	void *user;
};

struct waiting_call {
	struct lpar_waiting *all;
	struct lpar_call *call;
	struct par_waiter *waiter;
};

static void on_waiter_gone(struct lpar_call *call, void *user)
{
	struct waiting_call *w = user;

	(void)call;
	par_waiters_forget(&w->all->list, &w->waiter);
	free(w);
}

/* A call that must go on waiting is added again. */
static bool look_again(enum par_wake why, void *user)
{
	struct waiting_call *w = user;
	struct lpar_waiting *all = w->all;
	struct lpar_call *call = w->call;
	auto_error err = NULL;

	free(w);
	call->gone = NULL;
	if (why == PAR_WAKE_END) {
		par_fail(&err, PAR_E_DISCONNECTED, 0, "lpard is being stopped");
		lpar_call_fail(&call, &err);
	} else {
		all->again(call, all->user);
	}
	return false;
}

static void wake_waiting_calls(const struct lpar_event *event, void *user)
{
	struct lpar_waiting *all = user;

	if (event->type == LPAR_EVENT_SYSTEM_UP)
		par_waiters_wake(&all->list);
}

int lpar_waiting_new(struct par_event *loop, struct lpar_events *events, lpar_waiting_fn again,
		     void *user, struct lpar_waiting **ret, struct par_error **err)
{
	struct lpar_waiting *all = calloc(1, sizeof(*all));

	if (!all)
		return par_oom(err);
	*all = (struct lpar_waiting){ .events = events, .again = again, .user = user };
	par_waiters_init(&all->list, loop);
	all->subscription =
		lpar_events_subscribe(events, LPAR_EVENT_RANK_WAITS, wake_waiting_calls, all);
	if (!all->subscription) {
		free(all);
		return par_oom(err);
	}
	*ret = all;
	return 0;
}

void lpar_waiting_free(struct lpar_waiting **waiting)
{
	struct lpar_waiting *all = *waiting;

	if (!all)
		return;
	lpar_events_unsubscribe(all->events, &all->subscription);
	par_waiters_done(&all->list);
	free(all);
	*waiting = NULL;
}

void lpar_waiting_add(struct lpar_waiting *all, struct lpar_call *call, uint64_t ms)
{
	struct waiting_call *w = calloc(1, sizeof(*w));
	auto_error err = NULL;

	if (w)
		w->waiter = par_waiters_add(&all->list, ms, look_again, w);
	if (!w || !w->waiter) {
		free(w);
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	w->all = all;
	w->call = call;
	call->gone = on_waiter_gone;
	call->gone_user = w;
}
