/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning and the end of managed systems: see managed_life.h. */
#include "lpard/daemon/systems/managed_life.h"

#include "lpard/daemon/systems/fetch.h"
#include "lpard/daemon/systems/inventory.h"
#include "lpard/daemon/systems/refresh.h"

#include <string.h>

static void free_now(struct lpar_managed *managed)
{
	free(managed->lpars);
	free(managed->set.v);
	lpar_system_done(&managed->sys);
	pthread_mutex_destroy(&managed->lock);
	free(managed->name);
	free(managed->down_message);
	free(managed);
}

/* Ends the connection: no event comes any more, but some may be on their way to the loop. */
static void disconnect(struct lpar_managed *managed)
{
	if (!managed->hv)
		return;
	/* Consoles and channels first: when those end they let go of the hypervisor's port. */
	lpar_managed_clear(managed);
	hv_close(&managed->hv);
}

void lpar_managed_free(struct lpar_managed **managed)
{
	if (!*managed)
		return;
	lpar_managed_answers(*managed);
	disconnect(*managed);
	/* What was posted to the loop meanwhile lets it go; jobs that still wait end with theirs.
	 */
	for (int i = 0; (*managed)->in_use > 0 && i < 4; i++)
		(void)par_event_run_once((*managed)->daemon->loop, 0);
	free_now(*managed);
	*managed = NULL;
}

/*
 * A removed system that nobody holds.  Until the connection has ended its thread may still post an
 * event, which holds the system; the last of those brings us here again.
 */
static void unused(struct lpar_managed *managed)
{
	disconnect(managed);
	if (managed->in_use == 0)
		free_now(managed);
}

static const struct lpar_managed_ops managed_ops = {
	.answers = lpar_managed_answers,
	.unused = unused,
};

static int fill_system(struct lpar_managed *managed)
{
	const struct lpar_config_system *c = managed->config;
	struct lpar_system *s = &managed->sys;

	managed->name = strdup(c->name);
	s->name = strdup(c->name);
	s->description = c->description ? strdup(c->description) : NULL;
	s->type_model = c->type_model ? strdup(c->type_model) : NULL;
	s->serial = c->serial ? strdup(c->serial) : NULL;
	s->state = LPAR_SYSTEM_NO_CONNECTION;
	return managed->name && s->name ? 0 : -ENOMEM;
}

int lpar_managed_new(struct lpar_daemon *d, const struct lpar_config_system *config,
		     struct lpar_managed **ret, struct par_error **err)
{
	static const enum hv_accel_choice accel[] = {
		[LPAR_CONFIG_ACCEL_AUTO] = HV_ACCEL_AUTO,
		[LPAR_CONFIG_ACCEL_TCG] = HV_ACCEL_ONLY_TCG,
		[LPAR_CONFIG_ACCEL_KVM] = HV_ACCEL_ONLY_KVM,
	};
	struct lpar_managed *managed = calloc(1, sizeof(*managed));
	struct hv_config hc = { .system = config->name,
				.uri = config->uri,
				.pool = config->pool,
				.pool_path = config->pool_path,
				.network = config->network,
				.type_model = config->type_model,
				.serial = config->serial,
				.accel = accel[config->accel] };
	int r;

	if (!managed)
		return par_oom(err);
	pthread_mutex_init(&managed->lock, NULL);
	managed->daemon = d;
	managed->ops = &managed_ops;
	managed->config = config;
	managed->since_ms = par_now_ms();
	managed->connection = HV_CONNECTION_CONNECTING;
	if (fill_system(managed) < 0) {
		lpar_managed_free(&managed);
		return par_oom(err);
	}
	r = hv_open(&hc, lpar_managed_on_event, managed, &managed->hv, err);
	if (r < 0) {
		par_error_wrap(err, "the system \"%s\"", config->name);
		lpar_managed_free(&managed);
		return r;
	}
	*ret = managed;
	lpar_managed_publish(managed, LPAR_EVENT_SYSTEM_ADDED, NULL);
	return 0;
}

void lpar_managed_remove(struct lpar_managed *managed)
{
	struct lpar_daemon *d = managed->daemon;

	for (size_t i = 0; i < d->n_systems; i++) {
		if (d->systems[i] != managed)
			continue;
		memmove(&d->systems[i], &d->systems[i + 1],
			(--d->n_systems - i) * sizeof(struct lpar_managed *));
		break;
	}
	managed->removed = true;
	lpar_managed_publish(managed, LPAR_EVENT_SYSTEM_REMOVED, NULL);
	lpar_managed_hold(managed);
	lpar_managed_release(managed);
}
