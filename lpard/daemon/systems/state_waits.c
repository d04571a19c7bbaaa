/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for a state follow the events: see state_waits.h. */
#include "lpard/daemon/systems/state_waits.h"

#include "lpard/daemon/systems/inventory.h"

static void wake_state_waits(const struct lpar_event *event, void *user)
{
	struct lpar_managed *managed;
	struct lpar_lpar *lpar;

	if (event->type != LPAR_EVENT_STATE && event->type != LPAR_EVENT_BOOT)
		return;
	managed = lpar_managed_find(user, event->system);
	lpar = managed ? lpar_managed_by_uuid(managed, event->uuid) : NULL;
	if (lpar)
		par_waiters_wake(&lpar->waits);
}

int lpar_state_waits_subscribe(struct lpar_daemon *d)
{
	return lpar_events_subscribe(d->events, LPAR_EVENT_RANK_WAITS, wake_state_waits, d)
		       ? 0
		       : -ENOMEM;
}
