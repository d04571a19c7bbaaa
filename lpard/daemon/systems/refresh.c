/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps the copy of a managed system fresh: see refresh.h. */
#include "lpard/daemon/systems/refresh.h"

#include "lpard/common/log.h"
#include "lpard/daemon/systems/fetch.h"
#include "lpard/daemon/systems/images.h"
#include "lpard/daemon/systems/inventory.h"

#include <string.h>

struct refresh {
	struct lpar_managed *managed;
	uint64_t asked;
	struct hv_facts facts;
	struct hv_records records;
	struct par_strv images;
	char *default_image;
	struct par_error *err;
	int result;
};

static void refresh_work(void *user)
{
	struct refresh *f = user;
	struct hv *hv = f->managed->hv;

	f->asked = ++f->managed->asked;
	(void)lpar_images_names(f->managed->daemon->config, &f->images);
	f->default_image = lpar_images_default(f->managed->daemon->config);
	f->result = hv->ops->facts(hv, &f->facts, &f->err);
	if (f->result == 0)
		f->result = hv->ops->list(hv, &f->records, &f->err);
}

static void refresh_free(struct refresh *f)
{
	hv_facts_done(&f->facts);
	hv_records_done(&f->records);
	par_strv_done(&f->images);
	free(f->default_image);
	par_error_free(&f->err);
	free(f);
}

static void move_text(char **to, char **from)
{
	free(*to);
	*to = take_ptr(*from);
}

/* Under the lock. */
static void store_facts(struct lpar_managed *managed, struct refresh *f)
{
	struct lpar_system *s = &managed->sys;

	s->mem_mib = f->facts.mem_mib;
	s->procs = f->facts.processors;
	/* What the machine itself needs is not given to LPARs. */
	s->firmware_mem_mib = f->facts.mem_mib / 16 / LPAR_LMB_MIB * LPAR_LMB_MIB;
	move_text(&s->type_model, &f->facts.type_model);
	move_text(&s->serial, &f->facts.serial);
	move_text(&s->uuid, &f->facts.host_uuid);
	free(s->accelerator);
	s->accelerator = strdup(f->facts.accel == FW_ACCEL_KVM ? "KVM-HV" : "TCG");
	par_strv_done(&s->images);
	s->images = f->images;
	f->images = (struct par_strv){ 0 };
	move_text(&s->default_image, &f->default_image);
}

/* LPARs that were there before and are not in the new list are gone. */
static void forget_missing(struct lpar_managed *managed, uint64_t asked)
{
	for (size_t i = managed->n_lpars; i-- > 0;) {
		struct lpar_lpar *lpar = managed->lpars[i];

		if (lpar->asked < asked && !lpar->reserved)
			lpar_managed_forget(lpar);
	}
}

static void store_list(struct lpar_managed *managed, struct refresh *f)
{
	struct lpar_stored *stored = calloc(f->records.n + 1, sizeof(*stored));
	size_t n = 0;

	if (!stored)
		return;
	pthread_mutex_lock(&managed->lock);
	store_facts(managed, f);
	managed->others_mem_mib = f->records.others_mem_mib;
	for (size_t i = 0; i < f->records.n; i++)
		n += lpar_managed_store(managed, &f->records.v[i], f->asked, &stored[n]);
	managed->sys.state = LPAR_SYSTEM_OPERATING;
	lpar_managed_reorder(managed);
	pthread_mutex_unlock(&managed->lock);
	managed->listed = managed->listing = true;
	forget_missing(managed, f->asked);
	for (size_t i = 0; i < n; i++)
		lpar_lpar_stored(stored[i].lpar, &stored[i].was, stored[i].redefined);
	managed->listing = false;
	free(stored);
	lpar_managed_publish(managed, LPAR_EVENT_SYSTEM_UP, NULL);
}

static void refresh_done(void *user)
{
	struct refresh *f = user;
	struct lpar_managed *managed = f->managed;

	if (f->result == 0) {
		store_list(managed, f);
		par_log(PAR_LOG_NOTICE,
			"system=%s connected: %s, memory %llu MiB, processors %u, LPARs %zu",
			managed->name, managed->sys.accelerator,
			(unsigned long long)managed->sys.mem_mib, managed->sys.procs,
			managed->n_lpars);
		if (f->records.damaged > 0)
			par_log(PAR_LOG_WARNING, "system=%s LPARs with damaged metadata: %zu",
				managed->name, f->records.damaged);
	} else if (f->result != -ECANCELED) {
		par_log(PAR_LOG_WARNING, "system=%s cannot be read: %s", managed->name,
			par_error_text(f->err));
	}
	refresh_free(f);
}

static void refresh(struct lpar_managed *managed)
{
	struct refresh *f = calloc(1, sizeof(*f));

	if (!f)
		return;
	f->managed = managed;
	f->result = -ECANCELED; /* unless a worker comes to it */
	if (lpar_managed_run(managed, refresh_work, refresh_done, f) < 0)
		free(f);
}

/* A copy of an event, on its way to the loop. */
struct message {
	struct lpar_managed *managed;
	struct hv_event event;
	char uuid[PAR_UUID_LEN];
	char text[];
};

static void on_connection(struct lpar_managed *managed, enum hv_connection now, const char *why)
{
	bool was_up = managed->connection == HV_CONNECTION_UP;

	managed->connection = now;
	free(managed->down_message);
	managed->down_message = *why ? strdup(why) : NULL;
	if (now == HV_CONNECTION_UP) {
		refresh(managed);
		return;
	}
	if (was_up) {
		managed->since_ms = par_now_ms();
		par_log(PAR_LOG_WARNING, "system=%s connection lost%s%s", managed->name,
			*why ? ": " : "", why);
	}
	pthread_mutex_lock(&managed->lock);
	managed->listed = false;
	managed->sys.state = LPAR_SYSTEM_NO_CONNECTION;
	pthread_mutex_unlock(&managed->lock);
	if (was_up)
		lpar_managed_publish(managed, LPAR_EVENT_SYSTEM_DOWN, managed->down_message);
}

static void on_message(void *user)
{
	struct message *m = user;
	struct lpar_managed *managed = m->managed;
	struct lpar_lpar *lpar;

	if (managed->removed || managed->daemon->stopping) {
		/* nothing to keep fresh any more */
	} else if (m->event.type == HV_EVENT_CONNECTION) {
		on_connection(managed, m->event.connection, m->text);
	} else if (lpar_managed_up(managed) || managed->connection == HV_CONNECTION_UP) {
		lpar = lpar_managed_by_uuid(managed, m->uuid);
		if (lpar && m->event.type == HV_EVENT_REBOOTED)
			lpar_lpar_rebooted(lpar);
		if (lpar && m->event.type == HV_EVENT_STARTED)
			lpar->left_void = true;
		if (m->event.type == HV_EVENT_LOWERED)
			par_log(PAR_LOG_WARNING, "system=%s %s", managed->name, m->text);
		lpar_managed_refetch(managed, m->uuid);
	}
	free(m);
	lpar_managed_release(managed);
}

void lpar_managed_on_event(const struct hv_event *event, void *user)
{
	struct lpar_managed *managed = user;
	const char *text = event->message ? event->message : "";
	struct message *m = malloc(sizeof(*m) + strlen(text) + 1);

	if (!m)
		return;
	m->managed = managed;
	m->event = *event;
	memcpy(m->text, text, strlen(text) + 1);
	snprintf(m->uuid, sizeof(m->uuid), "%s", event->uuid ? event->uuid : "");
	lpar_managed_hold(managed);
	if (par_event_post(managed->daemon->loop, on_message, m) < 0) {
		managed->in_use--;
		free(m);
	}
}
