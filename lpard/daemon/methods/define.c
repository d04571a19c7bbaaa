/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Create, Save, Change, Apply, Remove: changes of what LPARs and profiles are.  Each reads the LPAR
 * anew on a worker, changes the copy by the core's rules, and has the hypervisor store it.
 */
#include "lpard/common/json.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/systems/images.h"
#include "lpard/daemon/jobs/define_lpar.h"

#include <string.h>

enum change_kind {
	CHANGE_CREATE_LPAR,
	CHANGE_CREATE_PROF,
	CHANGE_SAVE_PROF,
	CHANGE_LPAR,
	CHANGE_PROF,
	CHANGE_APPLY,
	CHANGE_REMOVE_LPAR,
	CHANGE_REMOVE_PROF,
};

struct change {
	enum change_kind kind;
	struct par_attrs attrs;
	char *profile;
	bool force;
	char uuid[PAR_UUID_LEN];
	struct lpar_partition *created; /* a copy of what is being made */
};

static void change_free(void *data)
{
	struct change *c = data;

	par_attrs_done(&c->attrs);
	free(c->profile);
	lpar_partition_free(&c->created);
	free(c);
}

/* The workers' side. */

/* Change the partition as the core allows; reads what others have, under the lock. */
static int change_partition(struct lpar_job *job, struct change *c, struct hv_record *rec,
			    struct par_error **err)
{
	struct lpar_managed *host = job->host;
	struct lpar_set others = { 0 };
	struct lpar_live live;
	int r;

	lpar_model_live(rec, &live);
	pthread_mutex_lock(&host->lock);
	r = lpar_model_others(host, c->uuid, &others);
	r = r < 0 ? par_oom(err)
		  : lpar_partition_change(rec->part, &host->sys, &others, live.state, &c->attrs,
					  err);
	pthread_mutex_unlock(&host->lock);
	free(others.v);
	return r;
}

static int store_change(struct lpar_job *job, struct change *c, struct hv_record *rec,
			struct par_error **err)
{
	struct hv *hv = job->host->hv;
	autofree char *old = strdup(rec->part->name);
	bool renamed;
	int r = old ? change_partition(job, c, rec, err) : par_oom(err);

	if (r < 0)
		return r;
	renamed = strcmp(old, rec->part->name) != 0;
	if (renamed)
		r = hv->ops->rename(hv, c->uuid, rec->part->name, err);
	r = r < 0 ? r : hv->ops->save(hv, rec->part, err);
	if (r < 0 && renamed)
		(void)hv->ops->rename(hv, c->uuid, old, NULL);
	return r;
}

/* -o apply: the profile's wishes, as far as the machine has them now */
static int apply(struct lpar_job *job, struct change *c, struct hv_record *rec,
		 struct par_error **err)
{
	struct lpar_managed *host = job->host;
	struct lpar_usage usage;
	struct lpar_live live;
	int r;

	lpar_model_live(rec, &live);
	r = lpar_operation_check(rec->part, &live, LPAR_OP_REMOVE, true, err);
	if (r < 0)
		return r;
	pthread_mutex_lock(&host->lock);
	lpar_managed_usage(host, job->entry, &usage);
	r = lpar_profile_apply(rec->part, c->profile, &host->sys, &usage, err);
	pthread_mutex_unlock(&host->lock);
	return r < 0 ? r : lpar_model_define(job, rec->part, err);
}

static int remove_lpar(struct lpar_job *job, struct change *c, struct hv_record *rec,
		       struct par_error **err)
{
	struct hv *hv = job->host->hv;
	struct lpar_live live;
	int r;

	lpar_model_live(rec, &live);
	r = lpar_operation_check(rec->part, &live, LPAR_OP_REMOVE, true, err);
	/* The disk first: killed between the two, the command can be given again. */
	r = r < 0 ? r : hv->ops->disk_remove(hv, c->uuid, err);
	return r < 0 ? r : hv->ops->undefine(hv, c->uuid, err);
}

/* The profiles' changes are of metadata only, running or not. */
static int change_profiles(struct lpar_job *job, struct change *c, struct lpar_partition *part,
			   struct par_error **err)
{
	struct hv *hv = job->host->hv;
	int r = 0;

	pthread_mutex_lock(&job->host->lock);
	if (c->kind == CHANGE_CREATE_PROF)
		r = lpar_profile_create(part, &job->host->sys, &c->attrs, err);
	else if (c->kind == CHANGE_PROF)
		r = lpar_profile_change(part, &job->host->sys, &c->attrs, err);
	else if (c->kind == CHANGE_SAVE_PROF)
		r = lpar_profile_save(part, c->profile, c->force, err);
	else
		r = lpar_profile_remove(part, c->profile, err);
	pthread_mutex_unlock(&job->host->lock);
	return r < 0 ? r : hv->ops->save(hv, part, err);
}

static int change_work(struct lpar_job *job, struct par_error **err)
{
	struct change *c = job->data;
	struct hv *hv = job->host->hv;
	auto_hv_record rec = { 0 };
	int r = 0;

	if (c->kind != CHANGE_CREATE_LPAR)
		r = hv->ops->get(hv, c->uuid, &rec, err);
	if (r < 0)
		return r;
	switch (c->kind) {
	case CHANGE_CREATE_LPAR:
		r = lpar_model_define(job, c->created, err);
		break;
	case CHANGE_LPAR:
		r = store_change(job, c, &rec, err);
		break;
	case CHANGE_APPLY:
		r = apply(job, c, &rec, err);
		break;
	case CHANGE_REMOVE_LPAR:
		r = remove_lpar(job, c, &rec, err);
		break;
	case CHANGE_CREATE_PROF:
	case CHANGE_SAVE_PROF:
	case CHANGE_PROF:
	case CHANGE_REMOVE_PROF:
		r = change_profiles(job, c, rec.part, err);
		break;
	}
	/* Before the answer: who asks next sees what was changed. */
	if (c->kind != CHANGE_CREATE_LPAR || r >= 0)
		lpar_managed_fetch(job->host, c->uuid);
	return r;
}

/* The loop's side. */

/* An LPAR that could not be made gives its name and id back. */
static void create_ended(struct lpar_job *job)
{
	struct lpar_lpar *e = job->entry;

	if (!e || !e->reserved || e->gone)
		return;
	if (job->result < 0)
		lpar_managed_forget(e);
	else
		e->reserved = false; /* made; the next list will have it */
}

static struct change *change_new(enum change_kind kind)
{
	struct change *c = calloc(1, sizeof(*c));

	if (c)
		c->kind = kind;
	return c;
}

/* Start the job; takes everything over. */
static void start(struct lpar_managed *host, struct lpar_call *call, const char *what,
		  struct change *c, struct lpar_lpar *entry)
{
	struct lpar_job *job = lpar_job_new(host, call, NULL, what);
	auto_error err = NULL;

	if (!job) {
		change_free(c);
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	job->data = c;
	job->free_data = change_free;
	job->work = change_work;
	job->ended = c->kind == CHANGE_CREATE_LPAR ? create_ended : NULL;
	memcpy(c->uuid, entry->uuid, sizeof(c->uuid));
	if (lpar_job_hold(job, entry, &err) < 0)
		lpar_job_fail(job, &err);
	else
		lpar_job_run(job);
}

/* What boot_image may be is checked against the folders as they are now. */
static void refresh_images(struct lpar_daemon *d, struct lpar_managed *host)
{
	struct par_strv names = { 0 };

	if (lpar_images_names(d->config, &names) < 0) {
		par_strv_done(&names);
		return;
	}
	pthread_mutex_lock(&host->lock);
	par_strv_done(&host->sys.images);
	host->sys.images = names;
	pthread_mutex_unlock(&host->lock);
}

/* mksyscfg -r lpar: name and id are taken here, the hypervisor's part follows on a worker. */
static int create_lpar(struct lpar_managed *host, struct lpar_call **call, struct change *c,
		       struct par_error **err)
{
	struct lpar_partition *part = NULL;
	struct lpar_lpar *entry;
	char uuid[PAR_UUID_LEN];
	int r = par_uuid_make(uuid);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not get random bytes");
	r = lpar_partition_create(&host->sys, &host->set, uuid, &c->attrs, &part, err);
	if (r < 0)
		return r;
	c->created = lpar_partition_dup(part);
	if (!c->created) {
		lpar_partition_free(&part);
		return par_oom(err);
	}
	r = lpar_managed_reserve(host, part, &entry, err);
	if (r < 0)
		return r;
	start(host, take_ptr(*call), "Create", c, entry);
	return 0;
}

/* The LPAR that attributes name: as @name_key or lpar_id */
static int entry_of_attrs(const struct lpar_managed *host, const struct par_attrs *attrs,
			  const char *name_key, struct lpar_lpar **ret, struct par_error **err)
{
	const char *name = par_attrs_get(attrs, name_key);
	const char *id = par_attrs_get(attrs, "lpar_id");
	uint64_t n = 0;

	if (!name && !id)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_MISSING_ATTRIBUTES,
				strcmp(name_key, "name") == 0 ? "name or lpar_id"
							      : "lpar_name or lpar_id");
	if (!name && par_parse_u64(id, UINT32_MAX, &n) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PARTITION_ID,
				par_printable(id) ? id : "?");
	return lpar_managed_get(host, name, (uint32_t)n, ret, err);
}

/* Create or Change, given by attributes, which are taken out of @attrs; *call is taken over when it
 * succeeds. */
static int change_by_attrs(struct lpar_daemon *d, struct lpar_managed *host,
			   struct lpar_call **call, enum change_kind kind, struct par_attrs *attrs,
			   bool force, struct par_error **err)
{
	bool create = kind == CHANGE_CREATE_LPAR || kind == CHANGE_CREATE_PROF;
	bool prof = kind == CHANGE_CREATE_PROF || kind == CHANGE_PROF;
	struct change *c = change_new(kind);
	struct lpar_lpar *entry = NULL;
	int r;

	if (!c)
		return par_oom(err);
	c->force = force;
	c->attrs = *attrs;
	*attrs = (struct par_attrs){ 0 };
	refresh_images(d, host);
	if (kind == CHANGE_CREATE_LPAR)
		r = create_lpar(host, call, c, err);
	else
		r = entry_of_attrs(host, &c->attrs, prof ? "lpar_name" : "name", &entry, err);
	if (r < 0) {
		change_free(c);
		return r;
	}
	if (kind != CHANGE_CREATE_LPAR)
		start(host, take_ptr(*call), create ? "Create" : "Change", c, entry);
	return 0;
}

void lpar_method_Create(struct lpar_daemon *d, struct lpar_call *call,
			struct lpar_params_Create *params)
{
	struct lpar_managed *host = lpar_method_system(d, &call, params->system);
	bool prof = params->resource == LPAR_DEFINABLE_PROF;
	auto_error err = NULL;

	if (host && change_by_attrs(d, host, &call, prof ? CHANGE_CREATE_PROF : CHANGE_CREATE_LPAR,
				    &params->attributes, false, &err) < 0)
		lpar_call_fail(&call, &err);
}

void lpar_method_Change(struct lpar_daemon *d, struct lpar_call *call,
			struct lpar_params_Change *params)
{
	struct lpar_managed *host = lpar_method_system(d, &call, params->system);
	bool prof = params->resource == LPAR_DEFINABLE_PROF;
	auto_error err = NULL;

	if (host && change_by_attrs(d, host, &call, prof ? CHANGE_PROF : CHANGE_LPAR,
				    &params->attributes, params->force, &err) < 0)
		lpar_call_fail(&call, &err);
}

/* A change of one LPAR, with the name of a profile (may be NULL). */
static void change_named(struct lpar_managed *host, struct lpar_call *call, const char *what,
			 enum change_kind kind, struct lpar_lpar *entry, const char *profile,
			 bool force)
{
	struct change *c = change_new(kind);
	auto_error err = NULL;

	if (c && profile)
		c->profile = strdup(profile);
	if (!c || (profile && !c->profile)) {
		free(c);
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	c->force = force;
	start(host, call, what, c, entry);
}

void lpar_method_Save(struct lpar_daemon *d, struct lpar_call *call,
		      struct lpar_params_Save *params)
{
	struct lpar_managed *host = lpar_method_system(d, &call, params->system);
	struct lpar_lpar *entry = NULL;
	auto_error err = NULL;

	if (!host)
		return;
	if (lpar_method_lpar(host, params->lpar, params->id, &entry, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		change_named(host, call, "Save", CHANGE_SAVE_PROF, entry, params->profile,
			     params->force);
}

void lpar_method_Apply(struct lpar_daemon *d, struct lpar_call *call,
		       struct lpar_params_Apply *params)
{
	struct lpar_managed *host = lpar_method_system(d, &call, params->system);
	struct lpar_lpar *entry = NULL;
	auto_error err = NULL;

	if (!host)
		return;
	if (lpar_method_lpar(host, params->lpar, params->id, &entry, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		change_named(host, call, "Apply", CHANGE_APPLY, entry, params->profile, false);
}

void lpar_method_Remove(struct lpar_daemon *d, struct lpar_call *call,
			struct lpar_params_Remove *params)
{
	struct lpar_managed *host = lpar_method_system(d, &call, params->system);
	bool prof = params->resource == LPAR_DEFINABLE_PROF;
	struct lpar_lpar *entry = NULL;
	auto_error err = NULL;
	int r;

	if (!host)
		return;
	r = lpar_method_lpar(host, params->lpar, params->id, &entry, &err);
	if (r >= 0 && prof && !params->profile)
		r = par_fail(&err, PAR_E_INVALID_ARGUMENT, 0, "\"profile\" is missing");
	if (r < 0)
		lpar_call_fail(&call, &err);
	else
		change_named(host, call, "Remove", prof ? CHANGE_REMOVE_PROF : CHANGE_REMOVE_LPAR,
			     entry, prof ? params->profile : NULL, false);
}
