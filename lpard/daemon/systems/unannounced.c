/* SPDX-License-Identifier: Apache-2.0 */
/* Looking where no event tells: see unannounced.h. */
#include "lpard/daemon/systems/unannounced.h"

#include "lpard/daemon/systems/fetch.h"
#include "lpard/daemon/systems/inventory.h"

#define PAUSE_MS 2000

/* Reads the saved LPARs of a system anew; true when there are some. */
static bool look(struct lpar_managed *managed)
{
	bool some = false;

	for (size_t i = 0; i < managed->n_lpars; i++) {
		if (managed->lpars[i]->live.state != HV_RUN_SUSPENDED)
			continue;
		some = true;
		if (lpar_managed_up(managed))
			lpar_managed_refetch(managed, managed->lpars[i]->uuid);
	}
	return some;
}

static void on_timer(struct par_source *s, void *user)
{
	struct lpar_daemon *d = user;
	bool some = false;

	for (size_t i = 0; i < d->n_systems; i++)
		some = look(d->systems[i]) || some;
	if (some)
		(void)par_source_timer(s, PAUSE_MS);
}

static void on_event(const struct lpar_event *event, void *user)
{
	struct lpar_daemon *d = user;
	bool saved = event->type == LPAR_EVENT_STATE || event->type == LPAR_EVENT_LPAR_ADDED;

	if (saved && event->now == LPAR_STATE_SUSPENDED)
		(void)par_source_timer(d->unannounced, PAUSE_MS);
}

int lpar_unannounced_subscribe(struct lpar_daemon *d, struct par_error **err)
{
	int r = par_event_timer(d->loop, UINT64_MAX, on_timer, d, &d->unannounced, err);

	if (r < 0)
		return r;
	return lpar_events_subscribe(d->events, LPAR_EVENT_RANK_OTHERS, on_event, d) ? 0
										     : par_oom(err);
}

void lpar_unannounced_free(struct lpar_daemon *d)
{
	par_source_free(&d->unannounced);
}
