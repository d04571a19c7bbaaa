/* SPDX-License-Identifier: Apache-2.0 */
/* Consoles and agents' channels follow the events: see guests.h. */
#include "lpard/daemon/systems/guests.h"

#include "lpard/daemon/systems/inventory.h"

#include <string.h>

static void sync_all(struct lpar_managed *managed)
{
	for (size_t i = 0; i < managed->n_lpars; i++)
		lpar_lpar_sync(managed->lpars[i]);
}

/* The guest started (over): what console and agent said before is void. */
static void boot_guest(struct lpar_lpar *lpar)
{
	lpar_agent_link_boot(lpar->agent);
	lpar_console_boot(lpar->console);
	lpar_lpar_sync(lpar);
}

static void follow_lpar(const struct lpar_event *event, struct lpar_lpar *lpar)
{
	if (event->type == LPAR_EVENT_BOOT) {
		boot_guest(lpar);
		return;
	}
	/* Linux is up, whatever the console has shown of it so far. */
	if (event->type == LPAR_EVENT_AGENT_UP && lpar_agent_link_up(lpar->agent))
		lpar_console_agent(lpar->console);
	lpar_lpar_sync(lpar);
}

static void follow_event(const struct lpar_event *event, void *user)
{
	struct lpar_managed *managed = lpar_managed_find(user, event->system);
	struct lpar_lpar *lpar;

	if (!managed)
		return;
	switch (event->type) {
	case LPAR_EVENT_SYSTEM_UP:
	case LPAR_EVENT_SYSTEM_DOWN:
		sync_all(managed);
		return;
	case LPAR_EVENT_LPAR_ADDED:
	case LPAR_EVENT_STATE:
	case LPAR_EVENT_BOOT:
	case LPAR_EVENT_AGENT_UP:
	case LPAR_EVENT_AGENT_DOWN:
		/* While everything is being listed, SYSTEM_UP follows. */
		lpar = managed->listing ? NULL : lpar_managed_by_uuid(managed, event->uuid);
		if (lpar)
			follow_lpar(event, lpar);
		return;
	case LPAR_EVENT_SYSTEM_ADDED:
	case LPAR_EVENT_SYSTEM_REMOVED:
	case LPAR_EVENT_LPAR_CHANGED:
	case LPAR_EVENT_LPAR_REMOVED:
	case LPAR_EVENT_REFCODE:
	case LPAR_EVENT_JOB_STARTED:
	case LPAR_EVENT_JOB_PROGRESS:
	case LPAR_EVENT_JOB_ENDED:
	case LPAR_EVENT_AUDIT:
	case LPAR_EVENT_COUNT:
		return;
	}
}

int lpar_guests_subscribe(struct lpar_daemon *d)
{
	return lpar_events_subscribe(d->events, LPAR_EVENT_RANK_GUESTS, follow_event, d) ? 0
											 : -ENOMEM;
}
