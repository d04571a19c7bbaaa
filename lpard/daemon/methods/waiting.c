/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that wait for a system: see waiting.h. */
#include "lpard/daemon/methods/waiting.h"

struct lpar_waiting {
	struct par_waiters *list;
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
	par_waiters_forget(w->all->list, &w->waiter);
	free(w);
}

/* A call that must wait on is added anew. */
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

int lpar_waiting_new(struct par_waiters *list, lpar_waiting_fn again, void *user,
		     struct lpar_waiting **ret, struct par_error **err)
{
	struct lpar_waiting *all = calloc(1, sizeof(*all));

	if (!all)
		return par_oom(err);
	*all = (struct lpar_waiting){ .list = list, .again = again, .user = user };
	*ret = all;
	return 0;
}

void lpar_waiting_free(struct lpar_waiting **waiting)
{
	free(*waiting);
	*waiting = NULL;
}

void lpar_waiting_add(struct lpar_waiting *all, struct lpar_call *call, uint64_t ms)
{
	struct waiting_call *w = calloc(1, sizeof(*w));
	auto_error err = NULL;

	if (w)
		w->waiter = par_waiters_add(all->list, ms, look_again, w);
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
