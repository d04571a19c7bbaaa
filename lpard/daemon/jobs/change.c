/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of definitions: see change.h. */
#include "lpard/daemon/jobs/change.h"

#include "lpard/common/text.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/jobs/define_lpar.h"
#include "lpard/daemon/systems/audit.h"
#include "lpard/daemon/systems/images.h"

#include <string.h>

struct change {
	enum lpar_change_kind kind;
	struct par_attrs attrs;
	char *profile;
	bool force;
	struct par_strv images;		/* that there are now: what boot_image may be */
	struct lpar_partition *created; /* a copy of what is being made */
};

static void change_free(void *data)
{
	struct change *c = data;

	par_attrs_done(&c->attrs);
	free(c->profile);
	par_strv_done(&c->images);
	lpar_partition_free(&c->created);
	free(c);
}

/* The workers' side. */

/* Change the partition as the core allows; reads what others have, under the lock. */
static int change_partition(struct lpar_job *job, struct hv_record *rec, struct par_error **err)
{
	struct change *c = job->data;
	struct lpar_managed *managed = job->managed;
	struct lpar_set others = { 0 };
	autofree char *default_image = NULL;
	struct lpar_system sys;
	struct lpar_live live;
	int r;

	(void)lpar_images_names(job->config, &c->images);
	default_image = lpar_images_default(job->config);
	lpar_define_live(rec, &live);
	if (live.holds && lpar_state_off(live.state))
		live.state = LPAR_STATE_RUNNING; /* crashed, and kept by libvirt */
	pthread_mutex_lock(&managed->lock);
	sys = managed->sys;
	sys.images = c->images;
	sys.default_image = default_image;
	if (lpar_define_others(managed, job->uuid, &others) < 0)
		r = par_oom(err);
	else
		r = lpar_partition_change(rec->part, &sys, &others, live.state, &c->attrs, err);
	pthread_mutex_unlock(&managed->lock);
	free(others.v);
	return r;
}

static int change_lpar(struct lpar_job *job, struct hv_record *rec, struct par_error **err)
{
	struct hv *hv = job->managed->hv;
	autofree char *old = strdup(rec->part->name);
	bool renamed;
	int r;

	if (!old)
		return par_oom(err);
	r = change_partition(job, rec, err);
	if (r < 0)
		return r;
	renamed = strcmp(old, rec->part->name) != 0;
	if (renamed) {
		r = hv->ops->rename(hv, job->uuid, rec->part->name, err);
		if (r < 0)
			return r;
	}
	r = hv->ops->save(hv, rec->part, err);
	if (r < 0 && renamed)
		(void)hv->ops->rename(hv, job->uuid, old, NULL);
	return r;
}

/* -o apply: the profile's wishes, as far as the machine has them now */
static int apply_profile(struct lpar_job *job, struct hv_record *rec, struct par_error **err)
{
	struct change *c = job->data;
	struct lpar_managed *managed = job->managed;
	struct lpar_usage usage;
	struct lpar_live live;
	int r;

	lpar_define_live(rec, &live);
	r = lpar_operation_check(rec->part, &live, LPAR_OP_APPLY, LPAR_WITH_PROFILE, err);
	if (r < 0)
		return r;
	pthread_mutex_lock(&managed->lock);
	lpar_managed_usage(managed, job->lpar, &usage);
	r = lpar_profile_apply(rec->part, c->profile, &managed->sys, &usage, err);
	pthread_mutex_unlock(&managed->lock);
	return r < 0 ? r : lpar_define_lpar(job, rec->part, err);
}

static int remove_lpar(struct lpar_job *job, struct hv_record *rec, struct par_error **err)
{
	const struct change *c = job->data;
	struct hv *hv = job->managed->hv;
	struct lpar_live live;
	int r;

	lpar_define_live(rec, &live);
	r = lpar_operation_check(rec->part, &live, LPAR_OP_REMOVE, c->force ? LPAR_WITH_FORCE : 0,
				 err);
	if (r < 0)
		return r;
	/* The disk first: killed between the two, the command can be given again. */
	r = hv->ops->disk_remove(hv, job->uuid, err);
	return r < 0 ? r : hv->ops->undefine(hv, job->uuid, err);
}

static int change_profiles(struct change *c, struct lpar_partition *part,
			   const struct lpar_system *sys, struct par_error **err)
{
	switch (c->kind) {
	case LPAR_CHANGE_CREATE_PROF:
		return lpar_profile_create(part, sys, &c->attrs, err);
	case LPAR_CHANGE_PROF:
		return lpar_profile_change(part, sys, &c->attrs, err);
	case LPAR_CHANGE_SAVE_PROF:
		return lpar_profile_save(part, c->profile, c->force, err);
	case LPAR_CHANGE_REMOVE_PROF:
		return lpar_profile_remove(part, c->profile, err);
	case LPAR_CHANGE_CREATE_LPAR:
	case LPAR_CHANGE_LPAR:
	case LPAR_CHANGE_APPLY:
	case LPAR_CHANGE_REMOVE_LPAR:
		break;
	}
	return -EINVAL;
}

/* The managed system is locked. */
static int settle_profiles(struct lpar_job *job, struct lpar_partition *part,
			   struct par_error **err)
{
	int r = change_profiles(job->data, part, &job->managed->sys, err);

	if (r < 0)
		return r;
	return lpar_profiles_settle(part, &job->managed->set) < 0 ? par_oom(err) : 0;
}

/* Changes of profiles are of metadata only, whether the LPAR runs or not. */
static int store_profiles(struct lpar_job *job, struct lpar_partition *part, struct par_error **err)
{
	struct hv *hv = job->managed->hv;
	int r;

	pthread_mutex_lock(&job->managed->lock);
	r = settle_profiles(job, part, err);
	pthread_mutex_unlock(&job->managed->lock);
	return r < 0 ? r : hv->ops->save(hv, part, err);
}

static int change_work(struct lpar_job *job, struct par_error **err)
{
	struct change *c = job->data;
	struct hv *hv = job->managed->hv;
	auto_hv_record rec = { 0 };
	int r;

	if (c->kind == LPAR_CHANGE_CREATE_LPAR)
		return lpar_define_lpar(job, c->created, err);
	r = hv->ops->get(hv, job->uuid, &rec, err);
	if (r < 0)
		return r;
	/* What cannot be read cannot be changed: it would be lost. */
	if (rec.part->damaged && c->kind != LPAR_CHANGE_REMOVE_LPAR)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_DAMAGED, job->subject,
				rec.part->damaged);
	switch (c->kind) {
	case LPAR_CHANGE_LPAR:
		return change_lpar(job, &rec, err);
	case LPAR_CHANGE_APPLY:
		return apply_profile(job, &rec, err);
	case LPAR_CHANGE_REMOVE_LPAR:
		return remove_lpar(job, &rec, err);
	case LPAR_CHANGE_CREATE_LPAR:
	case LPAR_CHANGE_CREATE_PROF:
	case LPAR_CHANGE_SAVE_PROF:
	case LPAR_CHANGE_PROF:
	case LPAR_CHANGE_REMOVE_PROF:
		break;
	}
	return store_profiles(job, rec.part, err);
}

/* The values that boot_image of a new LPAR may have: the folders as they are now. */
static int read_images_work(struct lpar_job *job, struct par_error **err)
{
	struct change *c = job->data;

	return lpar_images_names(job->config, &c->images) < 0 ? par_oom(err) : 0;
}

/* The loop's side. */

/* An LPAR that could not be made gives its name and id back. */
static void create_ended(struct lpar_job *job)
{
	struct lpar_lpar *lpar = job->lpar;

	if (!lpar || !lpar->reserved || lpar->gone)
		return;
	if (job->result < 0)
		lpar_managed_forget(lpar);
	else
		lpar->reserved = false; /* made; the next list will have it */
}

/* A new partition takes its name and its id. */
static int reserve_lpar(struct lpar_job *job, struct lpar_lpar **ret, struct par_error **err)
{
	struct lpar_managed *managed = job->managed;
	struct change *c = job->data;
	struct lpar_partition *part = NULL;
	char uuid[PAR_UUID_LEN];
	int r = par_uuid_make(uuid);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "could not get random bytes");
	pthread_mutex_lock(&managed->lock);
	par_strv_done(&managed->sys.images);
	managed->sys.images = c->images;
	c->images = (struct par_strv){ 0 };
	pthread_mutex_unlock(&managed->lock);
	r = lpar_partition_create(&managed->sys, &managed->set, uuid, &c->attrs, &part, err);
	if (r < 0)
		return r;
	c->created =
		lpar_profiles_settle(part, &managed->set) == 0 ? lpar_partition_dup(part) : NULL;
	if (!c->created) {
		lpar_partition_free(&part);
		return par_oom(err);
	}
	return lpar_managed_reserve(managed, part, ret, err);
}

/* The images are known: the rest of mksyscfg -r lpar. */
static void create_reserved(struct lpar_job *job)
{
	struct lpar_lpar *lpar = NULL;
	auto_error err = NULL;

	if (reserve_lpar(job, &lpar, &err) < 0 || lpar_job_hold(job, lpar, &err) < 0) {
		lpar_job_fail(job, &err);
		return;
	}
	job->work = change_work;
	job->then = NULL;
	job->ended = create_ended;
	lpar_job_run(job);
}

static struct change *change_new(const struct lpar_change_request *rq)
{
	struct change *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->kind = rq->kind;
	c->force = rq->force;
	c->profile = rq->profile ? strdup(rq->profile) : NULL;
	if (rq->profile && !c->profile) {
		free(c);
		return NULL;
	}
	if (rq->attrs) {
		c->attrs = *rq->attrs;
		*rq->attrs = (struct par_attrs){ 0 };
	}
	return c;
}

/* What the audit line says of the request: its data, and the name of an LPAR that is not there yet.
 */
static void tell_asked(struct lpar_job *job, const struct par_attrs *attrs, bool is_new)
{
	const char *name = par_attrs_get(attrs, "name");
	auto_buf b = { 0 };

	for (size_t i = 0; i < attrs->n; i++) {
		if (i > 0)
			par_buf_putc(&b, ',');
		par_attrs_put_pair(&b, attrs->v[i].name, attrs->v[i].value);
	}
	if (b.len > 0) {
		par_text_clean(b.data, LPAR_AUDIT_COMMAND, PAR_TEXT_LINE);
		job->asked = par_buf_steal(&b);
	}
	if (name && is_new)
		snprintf(job->subject, sizeof(job->subject), "%s", name);
}

void lpar_change_start(struct lpar_managed *managed, struct lpar_call **call, const char *what,
		       const struct lpar_change_request *rq)
{
	struct lpar_reply *reply = lpar_reply_new(call);
	struct change *c;
	struct lpar_job *job;
	auto_error err = NULL;

	if (!reply)
		return;
	c = change_new(rq);
	if (!c)
		lpar_reply_error(reply, NULL);
	job = c ? lpar_job_new(managed, reply, what, c, change_free) : NULL;
	lpar_reply_drop(&reply);
	if (!job)
		return;
	tell_asked(job, &c->attrs, rq->lpar == NULL);
	if (rq->lpar && lpar_job_hold(job, rq->lpar, &err) < 0) {
		lpar_job_fail(job, &err);
		return;
	}
	job->work = rq->lpar ? change_work : read_images_work;
	job->then = rq->lpar ? NULL : create_reserved;
	lpar_job_run(job);
}
