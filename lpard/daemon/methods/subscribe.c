/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscribe: the list of events, as replies of one call that goes on until its client closes.  Each
 * subscriber has a queue of its own, and a client that does not read fills only that: when the
 * queue is full, events are counted instead of kept until the client has taken what is queued, and
 * is told how many it has lost, in their place.
 */
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/systems/event_json.h"

#include <string.h>

#define QUEUE_MAX 1024	      /* events kept for one client */
#define BATCH_MAX 32	      /* events in one reply */
#define AHEAD_MAX (32 * 1024) /* bytes of replies not taken yet; then events queue up */
#define LPAR_MAX  255	      /* bytes of the name of an LPAR; no hypervisor has longer ones */

struct subscriber {
	struct lpar_events *events;
	struct lpar_subscription *subscription;
	struct lpar_call *call;
	char *system; /* only of this one; NULL: of all */
	char *lpar;   /* only of the LPAR of this name; NULL: of all */
	uint64_t id;  /* only of the LPAR with this id; 0: of all */
	bool wanted[LPAR_EVENT_COUNT];
	struct json_object *queue; /* an array of events */
	uint64_t queued_number;	   /* of the last event in the queue, or that was sent */
	uint64_t lost;		   /* events after those of the queue */
	uint64_t lost_number;	   /* of the last of them */
	bool sending;
	bool over; /* the client went while it was sent to */
};

static void subscriber_free(struct subscriber *s)
{
	lpar_events_unsubscribe(s->events, &s->subscription);
	json_object_put(s->queue);
	free(s->system);
	free(s->lpar);
	free(s);
}

static void on_subscriber_gone(struct lpar_call *call, void *user)
{
	struct subscriber *s = user;

	(void)call;
	s->call = NULL;
	s->over = true;
	if (!s->sending)
		subscriber_free(s);
}

/* The next reply: some of the queue, or, when nothing is before them, the number of those lost. */
static struct json_object *make_reply(struct subscriber *s)
{
	size_t n = json_object_array_length(s->queue);
	size_t some = n < BATCH_MAX ? n : BATCH_MAX;
	auto_json reply = json_object_new_object();
	auto_json events = json_object_new_array();
	uint64_t number = some == n ? s->queued_number : 0;

	for (size_t i = 0; i < some; i++) {
		struct json_object *event = json_object_array_get_idx(s->queue, i);
		struct json_object *its_number = NULL;

		if (!events || json_object_array_add(events, json_object_get(event)) != 0)
			return NULL;
		if (json_object_object_get_ex(event, "number", &its_number))
			number = (uint64_t)json_object_get_int64(its_number);
	}
	if (n == 0 && s->lost > 0)
		number = s->lost_number;
	if (par_json_put(reply, "events", take_ptr(events)) < 0 ||
	    par_json_put(reply, "number", json_object_new_int64((int64_t)number)) < 0)
		return NULL;
	if (n == 0 && s->lost > 0 &&
	    par_json_put(reply, "lost", json_object_new_int64((int64_t)s->lost)) < 0)
		return NULL;
	if (n == 0 && s->lost > 0) {
		s->queued_number = s->lost_number;
		s->lost = 0;
	}
	if (some > 0)
		json_object_array_del_idx(s->queue, 0, some);
	return take_ptr(reply);
}

/* Send as long as the client takes it; the subscriber may be gone afterwards. */
static void pump_events(struct subscriber *s)
{
	if (s->sending)
		return;
	s->sending = true;
	while (!s->over && lpar_call_pending(s->call) < AHEAD_MAX &&
	       (json_object_array_length(s->queue) > 0 || s->lost > 0)) {
		struct json_object *reply = make_reply(s);

		if (!reply)
			break; /* no memory: with the next event again */
		lpar_call_progress(s->call, reply);
	}
	s->sending = false;
	if (s->over)
		subscriber_free(s);
}

static void on_subscriber_drained(struct lpar_call *call, void *user)
{
	(void)call;
	pump_events(user);
}

static bool wants_event(const struct subscriber *s, const struct lpar_event *event)
{
	if (!s->wanted[event->type])
		return false;
	if (s->system && strcmp(s->system, event->system) != 0)
		return false;
	if (s->lpar && !par_streq(s->lpar, event->lpar))
		return false;
	return s->id == 0 || s->id == event->lpar_id;
}

static void queue_event(const struct lpar_event *event, void *user)
{
	struct subscriber *s = user;
	struct json_object *o = NULL;

	if (s->over || !wants_event(s, event))
		return;
	if (s->lost == 0 && json_object_array_length(s->queue) < QUEUE_MAX)
		o = lpar_event_json(event);
	if (o && json_object_array_add(s->queue, o) == 0) {
		s->queued_number = event->number;
	} else {
		json_object_put(o);
		s->lost++;
		s->lost_number = event->number;
	}
	pump_events(s);
}

/* Which kinds of events: those named, or all */
static int read_kinds(struct subscriber *s, const struct par_strv *names, struct par_error **err)
{
	enum lpar_event_type type;

	for (size_t i = 0; i < LPAR_EVENT_COUNT; i++)
		s->wanted[i] = names->n == 0;
	for (size_t i = 0; i < names->n; i++) {
		if (!lpar_event_parse(names->v[i], &type))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "There is no event \"%s\"",
					par_printable(names->v[i]) ? names->v[i] : "?");
		s->wanted[type] = true;
	}
	return 0;
}

static int read_subject(struct subscriber *s, struct lpar_daemon *d,
			const struct lpar_params_Subscribe *p, struct par_error **err)
{
	struct lpar_managed *system = NULL;

	if (p->lpar && p->id)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"lpar\" and \"id\" cannot both be given");
	if ((p->lpar || p->id) && !p->system)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"system\" must be given with \"lpar\" or \"id\"");
	if (p->lpar && strlen(p->lpar) > LPAR_MAX)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"lpar\" must have at most %d bytes", LPAR_MAX);
	if (p->system) {
		system = lpar_managed_find(d, p->system);
		if (!system)
			return lpar_method_no_system(d, p->system, err);
	}
	s->id = p->id;
	/* Its name, also when it was given by its MTMS. */
	s->system = system ? strdup(system->name) : NULL;
	s->lpar = p->lpar ? strdup(p->lpar) : NULL;
	if ((system && !s->system) || (p->lpar && !s->lpar))
		return par_oom(err);
	return 0;
}

static int begin_subscription(struct subscriber *s, struct lpar_daemon *d,
			      const struct lpar_params_Subscribe *p, struct par_error **err)
{
	int r = read_kinds(s, &p->events, err);

	if (r < 0)
		return r;
	r = read_subject(s, d, p, err);
	if (r < 0)
		return r;
	s->queue = json_object_new_array();
	if (!s->queue)
		return par_oom(err);
	s->queued_number = lpar_events_last(d->events);
	s->subscription = lpar_events_subscribe(d->events, LPAR_EVENT_RANK_OTHERS, queue_event, s);
	return s->subscription ? 0 : par_oom(err);
}

void lpar_method_Subscribe(struct lpar_daemon *d, struct lpar_call *call,
			   struct lpar_params_Subscribe *params)
{
	struct subscriber *s = calloc(1, sizeof(*s));
	struct json_object *first = NULL;
	auto_error err = NULL;

	if (s) {
		s->events = d->events;
		if (begin_subscription(s, d, params, &err) == 0)
			first = make_reply(s);
	}
	if (!first) {
		if (!err)
			par_oom(&err);
		if (s)
			subscriber_free(s);
		lpar_call_fail(&call, &err);
		return;
	}
	s->call = call;
	call->gone = on_subscriber_gone;
	call->drained = on_subscriber_drained;
	call->gone_user = s;
	/* At once: from its number on nothing is missed. */
	s->sending = true;
	lpar_call_progress(call, first);
	s->sending = false;
	if (s->over)
		subscriber_free(s);
}
