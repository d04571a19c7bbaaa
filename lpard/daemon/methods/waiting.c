/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that wait for a system: see parked.h. */
#include "lpard/daemon/methods/waiting.h"

#include "lpard/daemon/methods/dispatch.h"

struct lpar_waiting {
	struct lpar_waiting *next;
	struct lpar_daemon *daemon;
	struct lpar_call *call;
};

static void gone(struct lpar_call *call, void *user)
{
	struct lpar_waiting *p = user, **at = &p->daemon->parked;

	while (*at && *at != p)
		at = &(*at)->next;
	if (*at)
		*at = p->next;
	free(p);
	call->gone = NULL;
	lpar_call_reply(&call, NULL);
}

static void on_timer(struct par_source *s, void *user)
{
	(void)s;
	lpar_waiting_wake(user);
}

void lpar_waiting_add(struct lpar_daemon *d, struct lpar_call *call, uint64_t ms)
{
	struct lpar_waiting *p = calloc(1, sizeof(*p));
	auto_error err = NULL;

	if (p && !d->parked_timer)
		(void)par_event_timer(d->loop, UINT64_MAX, on_timer, d, &d->parked_timer, NULL);
	if (!p || !d->parked_timer) {
		free(p);
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	*p = (struct lpar_waiting){ .next = d->parked, .daemon = d, .call = call };
	d->parked = p;
	call->gone = gone;
	call->gone_user = p;
	(void)par_source_timer(d->parked_timer, ms);
}

void lpar_waiting_wake(struct lpar_daemon *d)
{
	struct lpar_waiting *list = d->parked;

	/* Who must wait on parks itself again. */
	d->parked = NULL;
	while (list) {
		struct lpar_waiting *p = list;

		list = p->next;
		p->call->gone = NULL;
		lpar_dispatch(p->call, d);
		free(p);
	}
}

void lpar_waiting_clear(struct lpar_daemon *d)
{
	while (d->parked) {
		struct lpar_waiting *p = d->parked;
		auto_error err = NULL;

		d->parked = p->next;
		p->call->gone = NULL;
		par_fail(&err, PAR_E_DISCONNECTED, 0, "lpard is being stopped");
		lpar_call_fail(&p->call, &err);
		free(p);
	}
	par_source_free(&d->parked_timer);
}
