/* SPDX-License-Identifier: Apache-2.0 */
/* A managed system: see managed_system.h. */
#include "lpard/daemon/systems/managed_system.h"

#include <string.h>

#define SETTLE_MS 5000 /* how long a connection that came down may take to come again */
/* The first connection: a libvirt just installed asks every qemu what that qemu can do. */
#define FIRST_SETTLE_MS 30000

struct lpar_managed *lpar_managed_find(struct lpar_daemon *d, const char *name)
{
	for (size_t i = 0; i < d->n_systems; i++) {
		if (strcmp(d->systems[i]->name, name) == 0 ||
		    lpar_system_matches(&d->systems[i]->sys, name))
			return d->systems[i];
	}
	return NULL;
}

bool lpar_managed_up(const struct lpar_managed *managed)
{
	return managed->connection == HV_CONNECTION_UP && managed->listed;
}

bool lpar_managed_settling(const struct lpar_managed *managed)
{
	uint64_t limit_ms = managed->down_message ? SETTLE_MS : FIRST_SETTLE_MS;

	return !lpar_managed_up(managed) && par_now_ms() - managed->since_ms < limit_ms;
}

int lpar_managed_down_error(const struct lpar_managed *managed, struct par_error **err)
{
	if (managed->down_message)
		return par_fail(err, PAR_E_DISCONNECTED, 0,
				"There is no connection to the managed system \"%s\" (%s).",
				managed->name, managed->down_message);
	return par_fail(err, PAR_E_DISCONNECTED, 0,
			"There is no connection to the managed system \"%s\".", managed->name);
}

void lpar_managed_publish(const struct lpar_managed *managed, enum lpar_event_type type,
			  const char *text)
{
	const struct lpar_event event = { .type = type, .system = managed->name, .text = text };

	lpar_events_publish(managed->daemon->events, &event);
}

void lpar_managed_hold(struct lpar_managed *managed)
{
	managed->in_use++;
}

void lpar_managed_release(struct lpar_managed *managed)
{
	if (--managed->in_use == 0 && managed->removed)
		managed->ops->unused(managed);
}

struct run {
	struct lpar_managed *managed;
	par_work_fn work, done;
	void *user;
};

static void run_work(void *user)
{
	struct run *r = user;

	r->work(r->user);
}

static void run_done(void *user)
{
	struct run r = *(struct run *)user;

	free(user);
	r.managed->ops->answers(r.managed);
	r.done(r.user);
	lpar_managed_release(r.managed);
}

int lpar_managed_run(struct lpar_managed *managed, par_work_fn work, par_work_fn done, void *user)
{
	struct run *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	*r = (struct run){ .managed = managed, .work = work, .done = done, .user = user };
	if (par_workers_run(managed->daemon->workers, run_work, run_done, r) < 0) {
		free(r);
		return -ENOMEM;
	}
	lpar_managed_hold(managed);
	return 0;
}
