/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection of a managed system: what the hypervisor's events mean for the copy of its LPARs.
 */
#include "lpard/common/log.h"
#include "lpard/daemon/systems/lpar.h"
#include "lpard/daemon/systems/managed_system_priv.h"
#include "lpard/daemon/systems/images.h"
#include "lpard/daemon/methods/waiting.h"

#include <ctype.h>
#include <string.h>

struct refresh {
	struct lpar_managed *host;
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
	struct hv *hv = f->host->hv;

	f->asked = ++f->host->asked;
	(void)lpar_images_names(f->host->daemon->config, &f->images);
	f->default_image = lpar_images_default(f->host->daemon->config);
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
static void store_facts(struct lpar_managed *host, struct refresh *f)
{
	struct lpar_system *s = &host->sys;

	s->mem_mib = f->facts.mem_mib;
	s->procs = f->facts.processors;
	/* What the host itself needs is not given to LPARs. */
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

/* Those that were there before and are not in the new list are gone. */
static void forget_missing(struct lpar_managed *host, uint64_t asked)
{
	for (size_t i = host->n_entries; i-- > 0;) {
		struct lpar_lpar *e = host->entries[i];

		if (e->asked < asked && !e->reserved)
			lpar_managed_forget(e);
	}
}

static void store_list(struct lpar_managed *host, struct refresh *f)
{
	struct changed {
		struct lpar_lpar *e;
		struct hv_live was;
	} *changed = calloc(f->records.n + 1, sizeof(*changed));
	size_t n = 0;

	if (!changed)
		return;
	pthread_mutex_lock(&host->lock);
	store_facts(host, f);
	for (size_t i = 0; i < f->records.n; i++) {
		changed[n].e =
			lpar_managed_store(host, &f->records.v[i], f->asked, &changed[n].was);
		if (changed[n].e)
			n++;
	}
	host->sys.state = LPAR_SYSTEM_OPERATING;
	lpar_managed_reorder(host);
	pthread_mutex_unlock(&host->lock);
	forget_missing(host, f->asked);
	host->listed = host->listing = true;
	for (size_t i = 0; i < n; i++)
		lpar_lpar_changed(changed[i].e, &changed[i].was);
	host->listing = false;
	free(changed);
}

static void refresh(struct lpar_managed *host);

static void refresh_done(void *user)
{
	struct refresh *f = user;
	struct lpar_managed *host = f->host;

	if (f->result == 0) {
		store_list(host, f);
		par_log(PAR_LOG_NOTICE,
			"system=%s connected: %zu LPARs, %s, %llu MiB, %u processors", host->name,
			host->n_entries, host->sys.accelerator,
			(unsigned long long)host->sys.mem_mib, host->sys.procs);
		if (f->records.damaged > 0)
			par_log(PAR_LOG_WARNING,
				"system=%s has %zu LPARs whose metadata is damaged: %s", host->name,
				f->records.damaged, f->records.why ? f->records.why : "?");
		lpar_waiting_wake(host->daemon->waiting);
	} else {
		par_log(PAR_LOG_WARNING, "system=%s cannot be read: %s", host->name,
			f->err && f->err->msg ? f->err->msg : "?");
	}
	refresh_free(f);
}

static void refresh(struct lpar_managed *host)
{
	struct refresh *f = calloc(1, sizeof(*f));

	if (!f)
		return;
	f->host = host;
	if (lpar_managed_run(host, refresh_work, refresh_done, f) < 0)
		free(f);
}

/* A copy of an event, on its way to the loop. */
struct message {
	struct lpar_managed *host;
	struct hv_event event;
	char uuid[PAR_UUID_LEN];
	char text[];
};

static void on_connection(struct lpar_managed *host, enum hv_connection now, const char *why)
{
	bool was_up = host->connection == HV_CONNECTION_UP;

	host->connection = now;
	free(host->down_message);
	host->down_message = *why ? strdup(why) : NULL;
	if (now == HV_CONNECTION_UP) {
		refresh(host);
		return;
	}
	if (was_up) {
		host->since_ms = par_now_ms();
		par_log(PAR_LOG_WARNING, "system=%s connection lost%s%s", host->name,
			*why ? ": " : "", why);
	}
	pthread_mutex_lock(&host->lock);
	host->listed = false;
	host->sys.state = LPAR_SYSTEM_NO_CONNECTION;
	pthread_mutex_unlock(&host->lock);
	for (size_t i = 0; i < host->n_entries; i++)
		lpar_lpar_changed(host->entries[i], &host->entries[i]->live);
}

static void on_message(void *user)
{
	struct message *m = user;
	struct lpar_managed *host = m->host;
	struct lpar_lpar *e;

	if (host->removed || host->daemon->stopping) {
		/* nothing to keep fresh any more */
	} else if (m->event.type == HV_EVENT_CONNECTION) {
		on_connection(host, m->event.connection, m->text);
	} else if (lpar_managed_up(host) || host->connection == HV_CONNECTION_UP) {
		e = lpar_managed_entry_uuid(host, m->uuid);
		if (e && m->event.type == HV_EVENT_REBOOTED)
			lpar_lpar_rebooted(e);
		if (m->event.type == HV_EVENT_LOWERED)
			par_log(PAR_LOG_WARNING, "system=%s %s", host->name, m->text);
		lpar_managed_refetch(host, m->uuid);
	}
	free(m);
	lpar_managed_unuse(host);
}

/* On the hypervisor port's thread. */
static void on_event(const struct hv_event *event, void *user)
{
	struct lpar_managed *host = user;
	const char *text = event->message ? event->message : "";
	struct message *m = malloc(sizeof(*m) + strlen(text) + 1);

	if (!m)
		return;
	m->host = host;
	m->event = *event;
	memcpy(m->text, text, strlen(text) + 1);
	snprintf(m->uuid, sizeof(m->uuid), "%s", event->uuid ? event->uuid : "");
	host->in_use++;
	if (par_event_post(host->daemon->loop, on_message, m) < 0) {
		host->in_use--;
		free(m);
	}
}

static int fill_system(struct lpar_managed *host)
{
	const struct lpar_config_system *c = host->config;
	struct lpar_system *s = &host->sys;

	host->name = strdup(c->name);
	s->name = strdup(c->name);
	s->description = c->description ? strdup(c->description) : NULL;
	s->type_model = c->type_model ? strdup(c->type_model) : NULL;
	s->serial = c->serial ? strdup(c->serial) : NULL;
	s->state = LPAR_SYSTEM_NO_CONNECTION;
	return host->name && s->name ? 0 : -ENOMEM;
}

int lpar_managed_new(struct lpar_daemon *d, const struct lpar_config_system *config,
		     struct lpar_managed **ret, struct par_error **err)
{
	static const enum hv_accel_choice accel[] = {
		[LPAR_CONFIG_ACCEL_AUTO] = HV_ACCEL_AUTO,
		[LPAR_CONFIG_ACCEL_TCG] = HV_ACCEL_ONLY_TCG,
		[LPAR_CONFIG_ACCEL_KVM] = HV_ACCEL_ONLY_KVM,
	};
	struct lpar_managed *host = calloc(1, sizeof(*host));
	struct hv_config hc = { .system = config->name,
				.uri = config->uri,
				.pool = config->pool,
				.pool_path = config->pool_path,
				.network = config->network,
				.type_model = config->type_model,
				.serial = config->serial,
				.accel = accel[config->accel] };
	int r;

	if (!host)
		return par_oom(err);
	pthread_mutex_init(&host->lock, NULL);
	host->daemon = d;
	host->config = config;
	host->since_ms = par_now_ms();
	host->connection = HV_CONNECTION_CONNECTING;
	r = fill_system(host) < 0 ? par_oom(err) : 0;
	if (r == 0)
		r = hv_open(&hc, on_event, host, &host->hv, err);
	if (r < 0) {
		par_error_wrap(err, "the system \"%s\"", config->name);
		lpar_managed_free(&host);
		return r;
	}
	*ret = host;
	return 0;
}
