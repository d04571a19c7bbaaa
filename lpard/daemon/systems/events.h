/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of events: whatever happens to managed systems, LPARs and jobs is published here once,
 * and every part of the daemon that has to act on it subscribes.  An event is a value: it names its
 * subject and never points at it, so that an event can be queued, written down and sent.
 *
 * The list belongs to the loop's thread.
 *
 * Delivery is synchronous and in one order.  lpar_events_publish() has called every subscriber when
 * it returns, those of a lower rank first, those of one rank in the order of subscribing.  An event
 * that is published by a subscriber is delivered when all have had the one before: all see the
 * events in the order of their numbers, and no subscriber is called from within its own call.
 *
 * A subscriber may publish, subscribe and end any subscription, its own too.  It must not free a
 * managed system or an LPAR, nor the list.  What the event names may be gone when it is looked up.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/core/model/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

enum lpar_event_type {
#define X(id, name, text) LPAR_EVENT_##id,
#include "lpard/daemon/systems/events.def"
#undef X
	LPAR_EVENT_COUNT
};

/* Texts belong to the publisher and are good during the delivery.  NULL and 0: not given. */
struct lpar_event {
	enum lpar_event_type type;
	uint64_t number;  /* 1, 2, … since lpard started: set by publishing */
	uint64_t time_ms; /* since 1970: set by publishing */
	const char *system;
	const char *uuid; /* of the LPAR, lower case; NULL: of the whole system */
	const char *lpar; /* its name */
	uint32_t lpar_id;
	enum lpar_state was, now; /* STATE; now: LPAR_ADDED */
	const char *code;	  /* REFCODE */
	const char *text;	  /* see events.def */
	uint64_t job;		  /* JOB_*; 0: none */
	const char *operation;	  /* JOB_*, AUDIT */
	unsigned int percent;	  /* JOB_PROGRESS */
	const char *result;	  /* JOB_ENDED: "ok" or par_error_name(); AUDIT: see audit.h */
	/* AUDIT, JOB_STARTED; of these only the user of AUDIT is for clients of Subscribe */
	uint32_t uid;
	int32_t pid;
	const char *user;
	uint64_t took_ms;
	const char *command;
	const char *detail;
	/* For lpar_event_json(), which makes one object for all subscribers: set by publishing */
	struct json_object **json;
};

/* The order of calls: first streams follow their guest, then jobs look at what has become of it,
 * then the others are told. */
enum lpar_event_rank {
	LPAR_EVENT_RANK_GUESTS, /* consoles and agents' channels */
	LPAR_EVENT_RANK_WAITS,	/* jobs and calls that wait for something */
	LPAR_EVENT_RANK_OTHERS, /* clients, and whatever only looks on */
};

struct lpar_events;
struct lpar_subscription;

typedef void (*lpar_event_fn)(const struct lpar_event *event, void *user);

/* lpar_event_name - "LparAdded"; never NULL */
const char *lpar_event_name(enum lpar_event_type type);
/* lpar_event_parse - the type with that name; false when there is none */
bool lpar_event_parse(const char *name, enum lpar_event_type *ret);

/* lpar_events_new - a list nobody subscribes to yet */
int lpar_events_new(struct lpar_events **ret, struct par_error **err);
/* lpar_events_free - subscriptions still there are freed, too; NULL inside is fine */
void lpar_events_free(struct lpar_events **events);

/*
 * lpar_events_subscribe - call @fn for events to come
 * Returns what lpar_events_unsubscribe() takes, NULL when out of memory.
 */
struct lpar_subscription *lpar_events_subscribe(struct lpar_events *events,
						enum lpar_event_rank rank, lpar_event_fn fn,
						void *user);
/* lpar_events_unsubscribe - end a subscription; *subscription becomes NULL, which is fine too */
void lpar_events_unsubscribe(struct lpar_events *events, struct lpar_subscription **subscription);

/* lpar_events_publish - @event is copied where that is needed; NULL events: nobody listens */
void lpar_events_publish(struct lpar_events *events, const struct lpar_event *event);

/* lpar_events_last - the number of the event that was published last; 0: none */
uint64_t lpar_events_last(const struct lpar_events *events);
