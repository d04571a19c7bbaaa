/* SPDX-License-Identifier: Apache-2.0 */
/* The list of events: see events.h. */
#include "lpard/daemon/systems/events.h"

#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/common/now.h"

#include <stdlib.h>
#include <string.h>

struct lpar_subscription {
	struct lpar_subscription *next;
	enum lpar_event_rank rank;
	lpar_event_fn fn;
	void *user;
	uint64_t since; /* number of the last event before it */
	bool over;	/* ended during a delivery, which frees it */
};

/* An event that waits until the one before was delivered; owns its texts. */
struct queued {
	struct queued *next;
	struct lpar_event event;
};

struct lpar_events {
	struct lpar_subscription *first; /* by rank */
	struct queued *queue, **tail;
	uint64_t last;
	bool delivering;
};

static const char *const names[LPAR_EVENT_COUNT] = {
#define X(id, name, text) [LPAR_EVENT_##id] = name,
#include "lpard/daemon/systems/events.def"
#undef X
};

const char *lpar_event_name(enum lpar_event_type type)
{
	return type < LPAR_EVENT_COUNT ? names[type] : "?";
}

bool lpar_event_parse(const char *name, enum lpar_event_type *ret)
{
	for (int i = 0; i < LPAR_EVENT_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*ret = (enum lpar_event_type)i;
			return true;
		}
	}
	return false;
}

int lpar_events_new(struct lpar_events **ret, struct par_error **err)
{
	struct lpar_events *e = calloc(1, sizeof(*e));

	if (!e)
		return par_oom(err);
	e->tail = &e->queue;
	*ret = e;
	return 0;
}

static void queued_free(struct queued *q)
{
	const char **texts[] = { &q->event.system, &q->event.uuid, &q->event.lpar,
				 &q->event.code,   &q->event.text, &q->event.operation,
				 &q->event.result, &q->event.user, &q->event.command,
				 &q->event.detail };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free((char *)*texts[i]);
	free(q);
}

/* A copy with texts of its own; NULL when out of memory. */
static struct queued *copy(const struct lpar_event *event)
{
	struct queued *q = calloc(1, sizeof(*q));
	bool whole = true;

	if (!q)
		return NULL;
	q->event = *event;
#define OWN(field)                                                           \
	do {                                                                 \
		q->event.field = event->field ? strdup(event->field) : NULL; \
		whole = whole && !q->event.field == !event->field;           \
	} while (0)
	OWN(system);
	OWN(uuid);
	OWN(lpar);
	OWN(code);
	OWN(text);
	OWN(operation);
	OWN(result);
	OWN(user);
	OWN(command);
	OWN(detail);
#undef OWN
	if (whole)
		return q;
	queued_free(q);
	return NULL;
}

void lpar_events_free(struct lpar_events **events)
{
	struct lpar_events *e = *events;

	if (!e)
		return;
	while (e->queue) {
		struct queued *q = e->queue;

		e->queue = q->next;
		queued_free(q);
	}
	while (e->first) {
		struct lpar_subscription *s = e->first;

		e->first = s->next;
		free(s);
	}
	free(e);
	*events = NULL;
}

struct lpar_subscription *lpar_events_subscribe(struct lpar_events *e, enum lpar_event_rank rank,
						lpar_event_fn fn, void *user)
{
	struct lpar_subscription *s = calloc(1, sizeof(*s)), **at = &e->first;

	if (!s)
		return NULL;
	*s = (struct lpar_subscription){ .rank = rank, .fn = fn, .user = user, .since = e->last };
	while (*at && (*at)->rank <= rank)
		at = &(*at)->next;
	s->next = *at;
	*at = s;
	return s;
}

static void sweep(struct lpar_events *e)
{
	struct lpar_subscription **at = &e->first;

	while (*at) {
		struct lpar_subscription *s = *at;

		if (!s->over) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
	}
}

void lpar_events_unsubscribe(struct lpar_events *e, struct lpar_subscription **subscription)
{
	if (!*subscription)
		return;
	(*subscription)->over = true;
	*subscription = NULL;
	if (!e->delivering)
		sweep(e);
}

static void deliver(struct lpar_events *e, const struct lpar_event *event)
{
	auto_json json = NULL;
	struct lpar_event delivered = *event;

	delivered.json = &json;
	for (struct lpar_subscription *s = e->first; s; s = s->next) {
		if (!s->over && s->since < delivered.number)
			s->fn(&delivered, s->user);
	}
}

/* What was published meanwhile, in its order. */
static void deliver_queue(struct lpar_events *e)
{
	while (e->queue) {
		struct queued *q = e->queue;

		e->queue = q->next;
		if (!e->queue)
			e->tail = &e->queue;
		deliver(e, &q->event);
		queued_free(q);
	}
}

void lpar_events_publish(struct lpar_events *e, const struct lpar_event *event)
{
	struct lpar_event numbered = *event;
	struct queued *q;

	if (!e)
		return;
	numbered.number = ++e->last;
	numbered.time_ms = par_wall_ms();
	if (!e->delivering) {
		e->delivering = true;
		deliver(e, &numbered);
		deliver_queue(e);
		e->delivering = false;
		sweep(e);
		return;
	}
	q = copy(&numbered);
	if (!q) {
		/* Its number is missing then, which a subscriber who counts notices. */
		par_log(PAR_LOG_ERR, "event %llu (%s) is lost: out of memory",
			(unsigned long long)numbered.number, lpar_event_name(event->type));
		return;
	}
	*e->tail = q;
	e->tail = &q->next;
}

uint64_t lpar_events_last(const struct lpar_events *e)
{
	return e->last;
}
