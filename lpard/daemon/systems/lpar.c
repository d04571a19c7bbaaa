/* SPDX-License-Identifier: Apache-2.0 */
/* One LPAR as the daemon knows it: see entry.h. */
#include "lpard/daemon/systems/lpar.h"

#include "lpard/common/log.h"
#include "lpard/daemon/guest/console.h"
#include "lpard/daemon/guest/agent_link.h"

#include <ctype.h>
#include <string.h>

struct lpar_wait {
	struct lpar_wait *next;
	struct lpar_lpar *entry;
	struct par_source *timer;
	lpar_wait_fn fn;
	void *user;
};

struct lpar_lpar *lpar_lpar_new(struct lpar_managed *host, const char *uuid)
{
	struct lpar_lpar *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->host = host;
	e->live.run_id = -1;
	for (size_t i = 0; i < sizeof(e->uuid) - 1 && uuid[i]; i++)
		e->uuid[i] = (char)tolower((unsigned char)uuid[i]);
	e->console = lpar_console_new(e);
	e->link = lpar_agent_link_new(e);
	if (!e->console || !e->link)
		lpar_lpar_free(&e);
	return e;
}

static void call_waits(struct lpar_lpar *e, bool rebooted, bool going)
{
	struct lpar_wait *list = e->waits, *keep = NULL;

	e->waits = NULL;
	while (list) {
		struct lpar_wait *w = list;

		list = w->next;
		if (w->fn(e, rebooted, going, w->user) > 0 && !going) {
			w->next = keep;
			keep = w;
			continue;
		}
		par_source_free(&w->timer);
		free(w);
	}
	while (keep) {
		struct lpar_wait *w = keep;

		keep = w->next;
		w->next = e->waits;
		e->waits = w;
	}
}

void lpar_lpar_free(struct lpar_lpar **entry)
{
	struct lpar_lpar *e = *entry;

	if (!e)
		return;
	e->live = (struct hv_live){ .state = HV_RUN_OFF, .run_id = -1 };
	call_waits(e, false, true);
	lpar_agent_link_free(&e->link);
	lpar_console_free(&e->console);
	lpar_partition_free(&e->part);
	free(e->refcodes);
	free(e);
	*entry = NULL;
}

bool lpar_lpar_running(const struct lpar_lpar *e)
{
	switch (e->live.state) {
	case HV_RUN_RUNNING:
	case HV_RUN_PAUSED:
	case HV_RUN_SHUTTING_DOWN:
		return true;
	case HV_RUN_OFF:
	case HV_RUN_CRASHED:
	case HV_RUN_SUSPENDED:
		return false;
	}
	return false;
}

static enum lpar_state state_of(const struct lpar_lpar *e)
{
	switch (e->live.state) {
	case HV_RUN_OFF:
		if (e->activating)
			return LPAR_STATE_STARTING;
		return e->part->error_refcode ? LPAR_STATE_ERROR : LPAR_STATE_NOT_ACTIVATED;
	case HV_RUN_RUNNING:
		if (e->stopping)
			return LPAR_STATE_SHUTTING_DOWN;
		if (fw_stage_info(lpar_console_stage(e->console))->open_firmware &&
		    !lpar_agent_link_up(e->link))
			return LPAR_STATE_OPEN_FIRMWARE;
		return LPAR_STATE_RUNNING;
	case HV_RUN_PAUSED:
	case HV_RUN_SUSPENDED:
		return LPAR_STATE_SUSPENDED;
	case HV_RUN_SHUTTING_DOWN:
		return LPAR_STATE_SHUTTING_DOWN;
	case HV_RUN_CRASHED:
		return LPAR_STATE_ERROR;
	}
	return LPAR_STATE_NOT_AVAILABLE;
}

void lpar_lpar_live(const struct lpar_lpar *e, struct lpar_live *ret)
{
	const struct lpar_agent_info *info = lpar_agent_link_info(e->link);

	*ret = (struct lpar_live){ .state = state_of(e), .rmc_state = LPAR_RMC_INACTIVE };
	if (!lpar_lpar_running(e))
		return;
	ret->mem_mib = e->live.mem_mib;
	ret->procs = e->live.vcpus;
	if (info) {
		ret->rmc_state = LPAR_RMC_ACTIVE;
		ret->os_version = lpar_agent_link_os_version(e->link);
	}
}

void lpar_lpar_changed(struct lpar_lpar *e, const struct hv_live *was)
{
	bool running = lpar_lpar_running(e);

	if (e->live.state != was->state)
		par_log(PAR_LOG_INFO, "lpar=%s system=%s is %s", e->part->name, e->host->name,
			hv_run_state_name(e->live.state));
	if (!running)
		e->stopping = false;
	/* A start that we saw; what runs already when lpard comes up has its stages behind it. */
	if (running && e->live.run_id != was->run_id && !e->host->listing) {
		e->stopping = false;
		lpar_agent_link_boot(e->link);
		lpar_console_boot(e->console);
	}
	if (!running && was->state == HV_RUN_RUNNING)
		lpar_lpar_refcode(e, "00000000");
	lpar_agent_link_sync(e->link);
	lpar_console_sync(e->console);
	call_waits(e, false, false);
}

void lpar_lpar_rebooted(struct lpar_lpar *e)
{
	par_log(PAR_LOG_INFO, "lpar=%s system=%s restarts", e->part->name, e->host->name);
	e->stopping = false;
	lpar_agent_link_boot(e->link);
	lpar_console_boot(e->console);
	lpar_console_sync(e->console);
	call_waits(e, true, false);
}

void lpar_lpar_refcode(struct lpar_lpar *e, const char *code)
{
	struct lpar_refcode_kept *k;

	if (!e->refcodes)
		e->refcodes = calloc(LPAR_REFCODES, sizeof(*e->refcodes));
	if (!e->refcodes)
		return;
	if (e->n_refcodes > 0 && strcmp(e->refcodes[0].code, code) == 0)
		return;
	if (e->n_refcodes == LPAR_REFCODES)
		e->n_refcodes--;
	memmove(&e->refcodes[1], &e->refcodes[0], e->n_refcodes * sizeof(*e->refcodes));
	e->n_refcodes++;
	k = &e->refcodes[0];
	k->time = time(NULL);
	snprintf(k->code, sizeof(k->code), "%s", code);
}

static void wait_over(struct par_source *s, void *user)
{
	struct lpar_wait *w = user, **at = &w->entry->waits;

	(void)s;
	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	par_source_free(&w->timer);
	(void)w->fn(w->entry, false, true, w->user);
	free(w);
}

int lpar_lpar_wait(struct lpar_lpar *e, uint64_t timeout_ms, lpar_wait_fn fn, void *user)
{
	struct lpar_wait *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	*w = (struct lpar_wait){ .next = e->waits, .entry = e, .fn = fn, .user = user };
	if (par_event_timer(e->host->daemon->loop, timeout_ms, wait_over, w, &w->timer, NULL) < 0) {
		free(w);
		return -ENOMEM;
	}
	e->waits = w;
	return 0;
}
