/* SPDX-License-Identifier: Apache-2.0 */
/* A managed system: see host.h. */
#include "lpard/daemon/systems/managed_system.h"

#include "lpard/common/log.h"
#include "lpard/daemon/systems/lpar.h"
#include "lpard/daemon/systems/managed_system_priv.h"

#include <string.h>
#include <strings.h>

#define SETTLE_MS 5000 /* how long a connection that came down may take to come again */
/* The first one: a libvirt that has just been installed asks every qemu what it can do. */
#define FIRST_SETTLE_MS 30000

struct lpar_managed *lpar_managed_find(struct lpar_daemon *d, const char *name)
{
	for (size_t i = 0; i < d->n_hosts; i++) {
		if (strcmp(d->hosts[i]->name, name) == 0 ||
		    lpar_system_matches(&d->hosts[i]->sys, name))
			return d->hosts[i];
	}
	return NULL;
}

bool lpar_managed_up(const struct lpar_managed *host)
{
	return host->connection == HV_CONNECTION_UP && host->listed;
}

bool lpar_managed_settling(const struct lpar_managed *host)
{
	uint64_t limit_ms = host->down_message ? SETTLE_MS : FIRST_SETTLE_MS;

	return !lpar_managed_up(host) && par_now_ms() - host->since_ms < limit_ms;
}

int lpar_managed_down_error(const struct lpar_managed *host, struct par_error **err)
{
	if (host->down_message)
		return par_fail(err, PAR_E_DISCONNECTED, 0,
				"There is no connection to the managed system \"%s\" (%s).",
				host->name, host->down_message);
	return par_fail(err, PAR_E_DISCONNECTED, 0,
			"There is no connection to the managed system \"%s\".", host->name);
}

struct lpar_lpar *lpar_managed_entry(const struct lpar_managed *host, const char *name)
{
	size_t low = 0, high = host->n_entries;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(name, host->entries[mid]->part->name);

		if (c == 0)
			return host->entries[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

struct lpar_lpar *lpar_managed_entry_id(const struct lpar_managed *host, uint32_t id)
{
	for (size_t i = 0; i < host->n_entries; i++) {
		if (host->entries[i]->part->id == id)
			return host->entries[i];
	}
	return NULL;
}

struct lpar_lpar *lpar_managed_entry_uuid(const struct lpar_managed *host, const char *uuid)
{
	for (size_t i = 0; i < host->n_entries; i++) {
		if (strcasecmp(host->entries[i]->uuid, uuid) == 0)
			return host->entries[i];
	}
	return NULL;
}

int lpar_managed_get(const struct lpar_managed *host, const char *name, uint32_t id,
		     struct lpar_lpar **ret, struct par_error **err)
{
	struct lpar_partition *p;
	int r = lpar_set_get(&host->set, name, id, &p, err);

	if (r < 0)
		return r;
	*ret = lpar_managed_entry_uuid(host, p->uuid);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct lpar_lpar *x = *(struct lpar_lpar *const *)a;
	const struct lpar_lpar *y = *(struct lpar_lpar *const *)b;

	return strcmp(x->part->name, y->part->name);
}

/* Under the lock: the entries changed, put them in order and point the set at them. */
void lpar_managed_reorder(struct lpar_managed *host)
{
	if (host->n_entries > 1)
		qsort(host->entries, host->n_entries, sizeof(struct lpar_lpar *), by_name);
	for (size_t i = 0; i < host->n_entries; i++)
		host->set.v[i] = host->entries[i]->part;
	host->set.n = host->n_entries;
}

static struct lpar_lpar *add_entry(struct lpar_managed *host, const char *uuid)
{
	struct lpar_lpar *e = lpar_lpar_new(host, uuid);
	struct lpar_lpar **entries =
		reallocarray(host->entries, host->n_entries + 1, sizeof(struct lpar_lpar *));
	struct lpar_partition **v;

	if (entries)
		host->entries = entries;
	v = reallocarray(host->set.v, host->n_entries + 1, sizeof(struct lpar_partition *));
	if (v)
		host->set.v = v;
	if (!e || !entries || !v) {
		lpar_lpar_free(&e);
		return NULL;
	}
	host->entries[host->n_entries++] = e;
	return e;
}

static void take_out(struct lpar_managed *host, size_t i)
{
	struct lpar_lpar *e = host->entries[i];

	pthread_mutex_lock(&host->lock);
	host->n_entries--;
	memmove(&host->entries[i], &host->entries[i + 1],
		(host->n_entries - i) * sizeof(struct lpar_lpar *));
	lpar_managed_reorder(host);
	pthread_mutex_unlock(&host->lock);
	if (e->job) {
		e->gone = true;
		return;
	}
	lpar_lpar_free(&e);
}

void lpar_managed_forget(struct lpar_lpar *entry)
{
	struct lpar_managed *host = entry->host;

	for (size_t i = 0; i < host->n_entries; i++) {
		if (host->entries[i] == entry) {
			take_out(host, i);
			return;
		}
	}
}

int lpar_managed_reserve(struct lpar_managed *host, struct lpar_partition *part,
			 struct lpar_lpar **ret, struct par_error **err)
{
	struct lpar_lpar *e;

	pthread_mutex_lock(&host->lock);
	e = add_entry(host, part->uuid);
	if (e) {
		e->part = part;
		e->reserved = true;
		e->live = (struct hv_live){ .state = HV_RUN_OFF, .run_id = -1, .persistent = true };
		lpar_managed_reorder(host);
	}
	pthread_mutex_unlock(&host->lock);
	if (!e) {
		lpar_partition_free(&part);
		return par_oom(err);
	}
	*ret = e;
	return 0;
}

/* An answer of the hypervisor about one LPAR; @rec is taken over when it is used. */
struct lpar_lpar *lpar_managed_store(struct lpar_managed *host, struct hv_record *rec,
				     uint64_t asked, struct hv_live *ret_was)
{
	struct lpar_lpar *e = lpar_managed_entry_uuid(host, rec->part->uuid);
	static const struct hv_live off = { .state = HV_RUN_OFF, .run_id = -1 };

	if (e && e->asked > asked)
		return NULL;
	*ret_was = e ? e->live : off;
	if (!e)
		e = add_entry(host, rec->part->uuid);
	if (!e)
		return NULL;
	lpar_partition_free(&e->part);
	e->part = take_ptr(rec->part);
	e->live = rec->live;
	e->asked = asked;
	e->reserved = false;
	return e;
}

struct fetched {
	struct lpar_managed *host;
	char uuid[PAR_UUID_LEN];
	uint64_t asked;
	struct hv_record rec;
	int result;
	char *message;
};

void lpar_managed_unuse(struct lpar_managed *host)
{
	host->in_use--;
	if (host->removed && host->in_use == 0)
		lpar_managed_free(&host);
}

static void store_fetched(void *user)
{
	struct fetched *f = user;
	struct lpar_managed *host = f->host;
	struct lpar_lpar *e = lpar_managed_entry_uuid(host, f->uuid);
	struct hv_live was;

	if (f->result == 0) {
		pthread_mutex_lock(&host->lock);
		e = lpar_managed_store(host, &f->rec, f->asked, &was);
		if (e)
			lpar_managed_reorder(host);
		pthread_mutex_unlock(&host->lock);
		if (e)
			lpar_lpar_changed(e, &was);
	} else if (f->result == -ENOENT) {
		if (e && !e->reserved && e->asked < f->asked)
			lpar_managed_forget(e);
	} else if (f->result != -ENOTCONN) {
		par_log(PAR_LOG_WARNING, "lpar=%s cannot be read: %s", e ? e->part->name : f->uuid,
			f->message ? f->message : "?");
	}
	hv_record_done(&f->rec);
	free(f->message);
	free(f);
	lpar_managed_unuse(host);
}

/* Reads; the loop gets the answer by a post of its own, before what is posted after this. */
void lpar_managed_fetch(struct lpar_managed *host, const char *uuid)
{
	struct fetched *f = calloc(1, sizeof(*f));
	auto_error err = NULL;

	if (!f)
		return;
	f->host = host;
	snprintf(f->uuid, sizeof(f->uuid), "%s", uuid);
	f->asked = ++host->asked;
	f->result = host->hv->ops->get(host->hv, uuid, &f->rec, &err);
	if (f->result < 0 && err && err->id == PAR_E_NOT_FOUND)
		f->result = -ENOENT;
	else if (f->result < 0 && err && err->id == PAR_E_DISCONNECTED)
		f->result = -ENOTCONN;
	if (err && err->msg)
		f->message = strdup(err->msg);
	host->in_use++;
	while (par_event_post(host->daemon->loop, store_fetched, f) < 0)
		usleep(10000);
}

struct refetch {
	struct lpar_managed *host;
	char uuid[PAR_UUID_LEN];
};

static void refetch_work(void *user)
{
	struct refetch *f = user;

	lpar_managed_fetch(f->host, f->uuid);
}

static void refetch_done(void *user)
{
	free(user);
}

void lpar_managed_refetch(struct lpar_managed *host, const char *uuid)
{
	struct refetch *f = calloc(1, sizeof(*f));

	if (!f)
		return;
	f->host = host;
	snprintf(f->uuid, sizeof(f->uuid), "%s", uuid);
	if (lpar_managed_run(host, refetch_work, refetch_done, f) < 0)
		free(f);
}

struct run {
	struct lpar_managed *host;
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
	r.done(r.user);
	lpar_managed_unuse(r.host);
}

int lpar_managed_run(struct lpar_managed *host, par_work_fn work, par_work_fn done, void *user)
{
	struct run *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	*r = (struct run){ .host = host, .work = work, .done = done, .user = user };
	if (par_workers_run(host->daemon->workers, run_work, run_done, r) < 0) {
		free(r);
		return -ENOMEM;
	}
	host->in_use++;
	return 0;
}

void lpar_managed_usage(const struct lpar_managed *host, const struct lpar_lpar *except,
			struct lpar_usage *ret)
{
	*ret = (struct lpar_usage){ 0 };
	for (size_t i = 0; i < host->n_entries; i++) {
		const struct lpar_lpar *e = host->entries[i];
		struct lpar_live live = { .state = lpar_lpar_running(e)
							   ? LPAR_STATE_RUNNING
							   : LPAR_STATE_NOT_ACTIVATED };

		if (e == except)
			continue;
		/* An activation under way holds what it was promised. */
		if (e->claim.mem_mib > 0) {
			ret->mem_mib += e->claim.mem_mib;
			ret->procs_dedicated += e->claim.procs_dedicated;
			ret->proc_units_x100 += e->claim.proc_units_x100;
		} else {
			lpar_usage_add(ret, e->part, &live);
		}
	}
}

static void host_free_now(struct lpar_managed *host)
{
	free(host->entries);
	free(host->set.v);
	lpar_system_done(&host->sys);
	pthread_mutex_destroy(&host->lock);
	free(host->name);
	free(host->down_message);
	free(host);
}

void lpar_managed_free(struct lpar_managed **host)
{
	if (!*host)
		return;
	/* Consoles and channels first: their ends let the port go. */
	for (size_t i = 0; i < (*host)->n_entries; i++)
		lpar_lpar_free(&(*host)->entries[i]);
	hv_close(&(*host)->hv);
	host_free_now(*host);
	*host = NULL;
}

void lpar_managed_remove(struct lpar_managed *host)
{
	struct lpar_daemon *d = host->daemon;

	for (size_t i = 0; i < d->n_hosts; i++) {
		if (d->hosts[i] != host)
			continue;
		memmove(&d->hosts[i], &d->hosts[i + 1],
			(--d->n_hosts - i) * sizeof(struct lpar_managed *));
		break;
	}
	host->removed = true;
	host->in_use++;
	lpar_managed_unuse(host);
}
