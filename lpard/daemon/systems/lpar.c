/* SPDX-License-Identifier: Apache-2.0 */
/* One LPAR as the daemon knows it: see lpar.h. */
#include "lpard/daemon/systems/lpar.h"

#include "lpard/common/log.h"

#include <ctype.h>
#include <string.h>

/* A wait for a change of state. */
struct wait {
	struct lpar_lpar *lpar;
	lpar_wait_fn fn;
	void *user;
};

bool lpar_lpar_running(const struct lpar_lpar *lpar)
{
	switch (lpar->live.state) {
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

static enum lpar_guest guest_of(const struct lpar_lpar *lpar)
{
	if (!lpar_lpar_running(lpar))
		return LPAR_GUEST_OFF;
	return lpar_managed_up(lpar->managed) ? LPAR_GUEST_RUNNING : LPAR_GUEST_UNREACHABLE;
}

void lpar_lpar_sync(struct lpar_lpar *lpar)
{
	enum lpar_guest guest = guest_of(lpar);

	lpar_agent_link_sync(lpar->agent, guest);
	/* A boot is followed until Linux speaks for itself. */
	lpar_console_sync(lpar->console, guest, lpar->live.run_id,
			  !lpar_agent_link_up(lpar->agent));
}

enum lpar_state lpar_seen_state(const struct lpar_partition *part, const struct hv_live *live)
{
	bool error = part->error_refcode || part->damaged;

	if (part->damaged && live->run_id >= 0)
		return LPAR_STATE_NOT_AVAILABLE;
	switch (live->state) {
	case HV_RUN_OFF:
		break;
	case HV_RUN_RUNNING:
		return LPAR_STATE_RUNNING;
	case HV_RUN_PAUSED:
	case HV_RUN_SUSPENDED:
		return LPAR_STATE_SUSPENDED;
	case HV_RUN_SHUTTING_DOWN:
		return LPAR_STATE_SHUTTING_DOWN;
	case HV_RUN_CRASHED:
		/* libvirt remembers a crash until the next start. */
		error = error || live->run_id >= 0 || !part->left_error;
		break;
	}
	return error ? LPAR_STATE_ERROR : LPAR_STATE_NOT_ACTIVATED;
}

static enum lpar_state state_of(const struct lpar_lpar *lpar)
{
	enum lpar_state seen = lpar_seen_state(lpar->part, &lpar->live);

	if (lpar->live.state == HV_RUN_CRASHED && lpar->left_void)
		seen = LPAR_STATE_ERROR;
	/* libvirt 11 says "paused" of a domain that is being started. */
	if (lpar->activating && (lpar_state_off(seen) || seen == LPAR_STATE_SUSPENDED))
		return LPAR_STATE_STARTING;
	if (seen != LPAR_STATE_RUNNING)
		return seen;
	if (lpar->stopping)
		return LPAR_STATE_SHUTTING_DOWN;
	if (fw_stage_info(lpar_console_stage(lpar->console))->open_firmware &&
	    !lpar_agent_link_up(lpar->agent))
		return LPAR_STATE_OPEN_FIRMWARE;
	return LPAR_STATE_RUNNING;
}

/* What is published */

void lpar_lpar_publish(const struct lpar_lpar *lpar, struct lpar_event event)
{
	event.system = lpar->managed->name;
	event.uuid = lpar->uuid;
	event.lpar = lpar->part->name;
	event.lpar_id = lpar->part->id;
	lpar_events_publish(lpar->managed->daemon->events, &event);
}

static void tell_lpar_event(const struct lpar_lpar *lpar, enum lpar_event_type type,
			    const char *text)
{
	/* Of a removed system nothing is published: a new system may have its name by now. */
	if (lpar->told && !lpar->managed->removed)
		lpar_lpar_publish(lpar, (struct lpar_event){ .type = type, .text = text });
}

/* Something that the state follows from has changed. */
static void tell_state(struct lpar_lpar *lpar)
{
	struct lpar_event event = { .type = LPAR_EVENT_STATE,
				    .was = lpar->told_state,
				    .now = state_of(lpar) };

	if (!lpar->told || lpar->managed->removed ||
	    (event.now == event.was && lpar->live.state == lpar->told_run))
		return;
	lpar->told_state = event.now;
	lpar->told_run = lpar->live.state;
	lpar_lpar_publish(lpar, event);
}

static void tell_added(struct lpar_lpar *lpar)
{
	lpar->told = true;
	lpar->told_state = state_of(lpar);
	lpar->told_run = lpar->live.state;
	lpar_lpar_publish(lpar, (struct lpar_event){ .type = LPAR_EVENT_LPAR_ADDED,
						     .now = lpar->told_state });
}

void lpar_lpar_removed(struct lpar_lpar *lpar)
{
	tell_lpar_event(lpar, LPAR_EVENT_LPAR_REMOVED, NULL);
	lpar->told = false;
}

void lpar_lpar_left_error(struct lpar_lpar *lpar)
{
	lpar->left_void = false;
	tell_state(lpar);
}

void lpar_lpar_set_activating(struct lpar_lpar *lpar, bool activating)
{
	lpar->activating = activating;
	tell_state(lpar);
}

void lpar_lpar_set_stopping(struct lpar_lpar *lpar, bool stopping)
{
	lpar->stopping = stopping;
	tell_state(lpar);
}

void lpar_lpar_refcode(struct lpar_lpar *lpar, const char *code)
{
	if (!lpar_refcodes_add(&lpar->refcodes, code) || !lpar->told || lpar->managed->removed)
		return;
	lpar_lpar_publish(lpar, (struct lpar_event){ .type = LPAR_EVENT_REFCODE, .code = code });
}

static bool other_resources(const struct lpar_lpar *lpar, const struct hv_live *was)
{
	return lpar->live.run_id == was->run_id &&
	       (lpar->live.mem_mib != was->mem_mib || lpar->live.vcpus != was->vcpus);
}

void lpar_lpar_stored(struct lpar_lpar *lpar, const struct hv_live *was, bool redefined)
{
	bool running = lpar_lpar_running(lpar), known = lpar->told;
	bool crashed = lpar->live.state == HV_RUN_CRASHED;

	if (lpar->live.state != was->state)
		par_log(PAR_LOG_INFO, "lpar=%s system=%s is %s", lpar->part->name,
			lpar->managed->name, hv_run_state_name(lpar->live.state));
	if (!running)
		lpar->stopping = false;
	if (!known)
		tell_added(lpar);
	else if (redefined || other_resources(lpar, was))
		tell_lpar_event(lpar, LPAR_EVENT_LPAR_CHANGED, NULL);
	/* A start that lpard saw; a guest that runs already when lpard starts has its stages behind
	 * it. */
	if (running && lpar->live.run_id != was->run_id && !lpar->managed->listing) {
		lpar->stopping = false;
		tell_lpar_event(lpar, LPAR_EVENT_BOOT, "start");
	}
	if (running)
		lpar->left_void = true;
	tell_state(lpar);
	/* The panic's code stays on the panel, whether the console showed it or not. */
	if (crashed && (lpar->left_void || !lpar->part->left_error))
		lpar_lpar_refcode(lpar, fw_stage_info(FW_STAGE_PANIC)->refcode);
	else if (!running && was->state == HV_RUN_RUNNING)
		lpar_lpar_refcode(lpar, "00000000");
}

void lpar_lpar_rebooted(struct lpar_lpar *lpar)
{
	par_log(PAR_LOG_INFO, "lpar=%s system=%s restarts", lpar->part->name, lpar->managed->name);
	lpar->stopping = false;
	lpar->restarts++;
	tell_lpar_event(lpar, LPAR_EVENT_BOOT, "restart");
	tell_state(lpar);
}

/* What the guest's streams ask and report */

static const char *guest_name(void *user)
{
	const struct lpar_lpar *lpar = user;

	return lpar->part->name;
}

static int guest_run(par_work_fn work, par_work_fn done, void *work_user, void *user)
{
	struct lpar_lpar *lpar = user;

	return lpar_managed_run(lpar->managed, work, done, work_user);
}

static void guest_stage(enum fw_stage_id stage, void *user)
{
	struct lpar_lpar *lpar = user;

	lpar_lpar_refcode(lpar, fw_stage_info(stage)->refcode);
	tell_state(lpar);
}

static void guest_agent(bool up, void *user)
{
	struct lpar_lpar *lpar = user;

	if (!lpar->console)
		return; /* the LPAR is being freed */
	if (!up && !lpar->told_agent)
		return; /* a channel was closed on which nobody had answered */
	lpar->told_agent = up;
	tell_lpar_event(lpar, up ? LPAR_EVENT_AGENT_UP : LPAR_EVENT_AGENT_DOWN,
			up ? lpar_agent_link_os_version(lpar->agent) : NULL);
	tell_state(lpar);
}

static const struct lpar_guest_ops guest_ops = {
	.name = guest_name,
	.run = guest_run,
	.stage = guest_stage,
	.agent = guest_agent,
};

struct lpar_lpar *lpar_lpar_new(struct lpar_managed *managed, const char *uuid)
{
	struct lpar_lpar *lpar = calloc(1, sizeof(*lpar));
	struct par_event *loop = managed->daemon->loop;

	if (!lpar)
		return NULL;
	lpar->managed = managed;
	lpar->live.run_id = -1;
	for (size_t i = 0; i < sizeof(lpar->uuid) - 1 && uuid[i]; i++)
		lpar->uuid[i] = (char)tolower((unsigned char)uuid[i]);
	par_waiters_init(&lpar->waits, loop);
	lpar->place = (struct lpar_guest_place){
		.loop = loop, .hv = managed->hv, .uuid = lpar->uuid, .ops = &guest_ops, .user = lpar
	};
	lpar->console = lpar_console_new(&lpar->place);
	lpar->agent = lpar_agent_link_new(&lpar->place);
	if (!lpar->console || !lpar->agent)
		lpar_lpar_free(&lpar);
	return lpar;
}

void lpar_lpar_free(struct lpar_lpar **lpar)
{
	struct lpar_lpar *l = *lpar;

	if (!l)
		return;
	l->live = (struct hv_live){ .state = HV_RUN_OFF, .run_id = -1 };
	par_waiters_done(&l->waits);
	lpar_console_free(&l->console);
	lpar_agent_link_free(&l->agent);
	lpar_partition_free(&l->part);
	lpar_refcodes_done(&l->refcodes);
	free(l);
	*lpar = NULL;
}

void lpar_lpar_live(const struct lpar_lpar *lpar, struct lpar_live *ret)
{
	const struct lpar_agent_info *info = lpar_agent_link_info(lpar->agent);

	*ret = (struct lpar_live){ .state = state_of(lpar),
				   .holds = lpar->live.run_id >= 0,
				   .rmc_state = LPAR_RMC_INACTIVE };
	if (!ret->holds)
		return;
	ret->mem_mib = lpar->live.mem_mib;
	ret->procs = lpar->live.vcpus;
	if (info) {
		ret->rmc_state = LPAR_RMC_ACTIVE;
		ret->os_version = lpar_agent_link_os_version(lpar->agent);
		ret->rmc_ipaddr = info->ipaddr;
	}
}

static bool on_state_wake(enum par_wake why, void *user)
{
	struct wait *w = user;
	int r = w->fn(w->lpar, why != PAR_WAKE_CHANGED, w->user);

	if (r > 0 && why == PAR_WAKE_CHANGED)
		return true;
	free(w);
	return false;
}

int lpar_lpar_wait(struct lpar_lpar *lpar, uint64_t timeout_ms, lpar_wait_fn fn, void *user)
{
	struct wait *w = malloc(sizeof(*w));

	if (!w)
		return -ENOMEM;
	*w = (struct wait){ .lpar = lpar, .fn = fn, .user = user };
	if (!par_waiters_add(&lpar->waits, timeout_ms, on_state_wake, w)) {
		free(w);
		return -ENOMEM;
	}
	return 0;
}
