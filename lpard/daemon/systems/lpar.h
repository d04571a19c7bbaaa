/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One LPAR as the daemon knows it: the copy of its definition and state, the job that is changing
 * it, its reference codes, its terminal and its agent.
 */
#pragma once

#include "lpard/common/waiters.h"
#include "lpard/daemon/guest/agent_link.h"
#include "lpard/daemon/guest/console.h"
#include "lpard/daemon/systems/events.h"
#include "lpard/daemon/systems/managed_system.h"
#include "lpard/daemon/systems/refcodes.h"

struct lpar_job;

struct lpar_lpar {
	struct lpar_managed *managed;
	char uuid[PAR_UUID_LEN];     /* lower case */
	struct lpar_partition *part; /* replaced under managed->lock */
	struct hv_live live;
	uint64_t asked; /* number of the question that these two answer */
	bool reserved;	/* being made: the hypervisor does not have it yet */
	bool gone;	/* taken out: free it when the job has ended */
	struct lpar_job *job;
	bool left_void;	 /* started since: part->left_error is of a crash before */
	bool activating; /* ->job is an activation: lpar_lpar_set_activating() */
	bool stopping;	 /* the guest was asked to shut down: lpar_lpar_set_stopping() */
	/* What the list of events was told last. */
	bool told;	 /* that the LPAR is there; nothing else is told before that */
	bool told_agent; /* that the agent is there */
	enum lpar_state told_state;
	enum hv_run_state told_run;
	/* Resources promised to an activation that has not started its domain yet; managed->lock.
	 */
	struct lpar_usage claim;

	struct lpar_refcodes refcodes;
	struct lpar_guest_place place; /* of these two */
	struct lpar_console *console;
	struct lpar_agent_link *agent;
	struct par_waiters waits; /* for a change of state; woken by state_waits.h */
	unsigned int restarts;	  /* how often the guest started over within its domain */
	struct lpar_lpar *next_discarded;
};

struct lpar_lpar *lpar_lpar_new(struct lpar_managed *managed, const char *uuid);
void lpar_lpar_free(struct lpar_lpar **lpar);

/* lpar_lpar_running - a domain is there that executes (or is about to shut down) */
bool lpar_lpar_running(const struct lpar_lpar *lpar);

/* lpar_seen_state - the state by what is stored and what the hypervisor says; what jobs, console
 * and agent know comes on top of that in lpar_lpar_live() */
enum lpar_state lpar_seen_state(const struct lpar_partition *part, const struct hv_live *live);

/* lpar_lpar_live - what a listing shows; borrows from @lpar */
void lpar_lpar_live(const struct lpar_lpar *lpar, struct lpar_live *ret);

/* lpar_lpar_publish - publish an event of this LPAR: system, uuid, name and id are filled in */
void lpar_lpar_publish(const struct lpar_lpar *lpar, struct lpar_event event);

/*
 * lpar_lpar_stored - what the hypervisor said of the LPAR was taken over: publish what is new in
 * that
 * @was		the state before
 * @redefined	the definition is another than before
 */
void lpar_lpar_stored(struct lpar_lpar *lpar, const struct hv_live *was, bool redefined);
/* lpar_lpar_rebooted - the guest started over within its domain */
void lpar_lpar_rebooted(struct lpar_lpar *lpar);
/* lpar_lpar_removed - the LPAR was taken out of its system's LPARs */
void lpar_lpar_removed(struct lpar_lpar *lpar);
/* lpar_lpar_left_error - an operator powered the crashed LPAR off: part->left_error holds */
void lpar_lpar_left_error(struct lpar_lpar *lpar);
/* lpar_lpar_set_activating, lpar_lpar_set_stopping - what the LPAR's jobs know of its state */
void lpar_lpar_set_activating(struct lpar_lpar *lpar, bool activating);
void lpar_lpar_set_stopping(struct lpar_lpar *lpar, bool stopping);

/* lpar_lpar_refcode - remember a reference code now; the same as the last one is not repeated */
void lpar_lpar_refcode(struct lpar_lpar *lpar, const char *code);

/* lpar_lpar_sync - bring console and agent's channel in line with the LPAR's state */
void lpar_lpar_sync(struct lpar_lpar *lpar);

/*
 * lpar_lpar_wait - wait for a change
 * @fn		called after each change of state: 1 to go on waiting, else the wait ends
 * @timeout_ms	then @fn is called a last time, with @timed_out
 */
typedef int (*lpar_wait_fn)(struct lpar_lpar *lpar, bool timed_out, void *user);
int lpar_lpar_wait(struct lpar_lpar *lpar, uint64_t timeout_ms, lpar_wait_fn fn, void *user);
