/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that wait for a system: see waiting.h. */
#include "lpard/daemon/methods/waiting.h"

struct waiter {
	struct waiter *next, **at; /* at: what points to this one */
	struct lpar_call *call;
};

struct lpar_waiting {
	struct waiter *list;
	struct waiter *woken; /* being looked at again */
	struct par_source *timer;
	lpar_waiting_fn again;
	void *user;
};

static void put_first(struct waiter **list, struct waiter *w)
{
	w->next = *list;
	w->at = list;
	if (w->next)
		w->next->at = &w->next;
	*list = w;
}

static void waiter_free(struct waiter *w)
{
	*w->at = w->next;
	if (w->next)
		w->next->at = w->at;
	free(w);
}

static void on_waiter_gone(struct lpar_call *call, void *user)
{
	(void)call;
	waiter_free(user);
}

/* The first of the list, which is not empty */
static struct lpar_call *take_first(struct waiter **list)
{
	struct lpar_call *call = (*list)->call;

	waiter_free(*list);
	call->gone = NULL;
	return call;
}

static void on_waited_enough(struct par_source *s, void *user)
{
	(void)s;
	lpar_waiting_wake(user);
}

int lpar_waiting_new(struct par_event *loop, lpar_waiting_fn again, void *user,
		     struct lpar_waiting **ret, struct par_error **err)
{
	struct lpar_waiting *all = calloc(1, sizeof(*all));
	int r;

	if (!all)
		return par_oom(err);
	all->again = again;
	all->user = user;
	r = par_event_timer(loop, UINT64_MAX, on_waited_enough, all, &all->timer, err);
	if (r < 0) {
		free(all);
		return r;
	}
	*ret = all;
	return 0;
}

void lpar_waiting_add(struct lpar_waiting *all, struct lpar_call *call, uint64_t ms)
{
	struct waiter *w = calloc(1, sizeof(*w));
	auto_error err = NULL;

	if (!w) {
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	w->call = call;
	put_first(&all->list, w);
	call->gone = on_waiter_gone;
	call->gone_user = w;
	(void)par_source_timer(all->timer, ms);
}

void lpar_waiting_wake(struct lpar_waiting *all)
{
	/* A call that must wait on is added to the list again: woken are those of now. */
	while (all->list) {
		struct waiter *w = all->list;

		all->list = w->next;
		if (w->next)
			w->next->at = &all->list;
		put_first(&all->woken, w);
	}
	while (all->woken)
		all->again(take_first(&all->woken), all->user);
}

void lpar_waiting_free(struct lpar_waiting **waiting)
{
	struct lpar_waiting *all = *waiting;

	if (!all)
		return;
	while (all->list) {
		struct lpar_call *call = take_first(&all->list);
		auto_error err = NULL;

		par_fail(&err, PAR_E_DISCONNECTED, 0, "lpard is being stopped");
		lpar_call_fail(&call, &err);
	}
	par_source_free(&all->timer);
	free(all);
	*waiting = NULL;
}
