/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Activation: give the LPAR a profile's resources, have its image and disk in place, define its
 * domain and start it.  Each step can be done again; a step that fails leaves the LPAR as it was,
 * in state Error with a reference code.
 */
#include "firmware/stage.h"
#include "lpard/common/log.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/jobs/define_lpar.h"
#include "lpard/daemon/jobs/shutdown.h"
#include "lpard/daemon/systems/images.h"

#include <ctype.h>
#include <string.h>

/* Promise resources to the LPAR, so that two activations at once do not get the same. */
static int take_resources(struct lpar_job *job, struct lpar_partition *part, struct par_error **err)
{
	const struct lpar_power_request *rq = job->data;
	const char *profile = rq->profile ? rq->profile : part->current ? LPAR_LAST_VALID : NULL;
	struct lpar_managed *managed = job->managed;
	struct lpar_usage usage;
	int r;

	pthread_mutex_lock(&managed->lock);
	lpar_managed_usage(managed, job->lpar, &usage);
	r = lpar_profile_apply(part, profile, &managed->sys, &usage, err);
	if (r >= 0) {
		job->lpar->claim = (struct lpar_usage){
			.mem_mib = part->current->mem_mib,
			.proc_units_x100 = part->current->proc_units_x100,
		};
		if (part->current->profile.proc_mode == LPAR_PROC_DEDICATED)
			job->lpar->claim.procs_dedicated = part->current->procs;
	}
	pthread_mutex_unlock(&managed->lock);
	if (rq->keylock_given)
		part->keylock = rq->keylock;
	return r;
}

static int on_bytes(const char *what, uint64_t done, uint64_t total, void *user)
{
	struct lpar_job *job = user;

	lpar_job_progress(job, what, done, total);
	return job->daemon->stopping || job->cut ? -1 : 0;
}

static enum hv_disk_wish disk_wish(const struct lpar_power_request *rq,
				   const struct lpar_partition *part)
{
	if (part->disk_image)
		return rq->new_disk ? HV_DISK_NEW : HV_DISK_THERE;
	return part->disk_begun ? HV_DISK_AGAIN : HV_DISK_FIRST;
}

static int set_text(char **to, const char *text, struct par_error **err)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return par_oom(err);
	free(*to);
	*to = copy;
	return 0;
}

/* What is stored of the disk, in the LPAR as it will be and as it is kept when this fails. */
static int remember_disk(struct lpar_partition *part, struct lpar_partition *before,
			 const char *image, const char *begun, struct par_error **err)
{
	if (set_text(&part->disk_image, image, err) < 0 ||
	    set_text(&part->disk_begun, begun, err) < 0 ||
	    set_text(&before->disk_image, image, err) < 0 ||
	    set_text(&before->disk_begun, begun, err) < 0)
		return -ENOMEM;
	return 0;
}

/*
 * Have the LPAR's disk.  That one is being made is stored before, and that it was made with the
 * definition that names it: so a disk that is missing later is not taken for one never made, nor
 * half a disk for a whole one.
 */
static int have_disk(struct lpar_job *job, struct lpar_partition *part,
		     struct lpar_partition *before, const struct fw_image *image, char **ret_path,
		     struct par_error **err)
{
	enum hv_disk_wish wish = disk_wish(job->data, part);
	autofree char *text = lpar_images_remember(image);
	struct hv *hv = job->managed->hv;
	int r = 0;

	if (!image->files[FW_IMAGE_ROOT].name)
		return 0;
	if (!text)
		return par_oom(err);
	if (wish == HV_DISK_FIRST) {
		r = remember_disk(part, before, NULL, text, err);
		if (r < 0)
			return r;
		r = hv->ops->save(hv, before, err);
		if (r < 0)
			return r;
	}
	r = hv->ops->disk_ensure(hv, job->uuid, image, job->config->disk_mib, wish, ret_path, err);
	if (r < 0 && wish == HV_DISK_FIRST)
		(void)remember_disk(part, before, NULL, NULL, NULL);
	return r < 0 || wish == HV_DISK_THERE ? r : remember_disk(part, before, text, NULL, err);
}

/*
 * From the image on disk to a running domain.
 * @before	the LPAR as it is kept when this fails
 * @ret_failure	the kind of trouble, on errors
 */
static int bring_up(struct lpar_job *job, const struct hv_record *rec,
		    struct lpar_partition *before, enum fw_failure *ret_failure,
		    struct par_error **err)
{
	const struct lpar_power_request *rq = job->data;
	struct lpar_partition *part = rec->part;
	struct hv_progress progress = { .fn = on_bytes, .user = job };
	struct hv_definition def = { .part = part };
	struct hv *hv = job->managed->hv;
	auto_fw_image image = { 0 };
	autofree char *disk = NULL;
	int r;

	*ret_failure = FW_FAILURE_NO_IMAGE;
	r = lpar_define_image(job->config, part, rq->new_disk, &image, err);
	if (r < 0)
		return r;
	if (r > 0) {
		def.image = &image;
		r = hv->ops->image_ensure(hv, &image, &progress, err);
		if (r < 0)
			return r;
		*ret_failure = FW_FAILURE_NO_DISK;
		r = have_disk(job, part, before, &image, &disk, err);
		if (r < 0)
			return r;
		def.disk = disk;
	}
	*ret_failure = FW_FAILURE_HYPERVISOR;
	def.boot_mode = rq->boot_mode_given ? rq->boot_mode : part->current->profile.boot_mode;
	lpar_job_progress(job, "define", 1, 1);
	r = hv->ops->define(hv, &def, err);
	if (r < 0)
		return r;
	lpar_job_progress(job, "start", 1, 1);
	if (job->cut)
		return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_CUT, part->name);
	return hv->ops->start(hv, job->uuid, lpar_power_with(rq) != 0, err);
}

/* Does this error put the LPAR into the state Error?  Not when libvirtd went away. */
static bool is_failure(const struct par_error *err)
{
	return !err || (err->id != PAR_E_DISCONNECTED && err->id != PAR_E_TIMED_OUT &&
			err->id != PAR_E_WRONG_STATE && err->id != PAR_E_NO_MEMORY);
}

/* Store the failure with the LPAR, and everything else as before. */
static void keep_failure(struct lpar_job *job, struct lpar_partition *before, const char *refcode)
{
	struct lpar_power_request *rq = job->data;
	struct hv *hv = job->managed->hv;
	auto_error err = NULL;

	snprintf(rq->failure, sizeof(rq->failure), "%s", refcode);
	free(before->error_refcode);
	before->error_refcode = strdup(refcode);
	if (hv->ops->save(hv, before, &err) < 0)
		par_log(PAR_LOG_WARNING, "lpar=%s its failure could not be stored: %s",
			before->name, par_error_text(err));
}

static int activate(struct lpar_job *job, struct hv_record *rec, struct lpar_partition *before,
		    struct par_error **err)
{
	enum fw_failure failure;
	autofree char *refcode = NULL, *why = NULL;
	int r = take_resources(job, rec->part, err);

	if (r < 0) {
		if (rec->part->error_refcode && err && *err && (*err)->id == PAR_E_NO_RESOURCES)
			keep_failure(job, before, rec->part->error_refcode);
		return r;
	}
	r = bring_up(job, rec, before, &failure, err);
	if (r >= 0 || !err || job->cut || !is_failure(*err))
		return r;
	refcode = par_strdup_printf("%s LP=%05u", fw_failure_refcode(failure), before->id);
	why = strdup(*err && (*err)->msg ? (*err)->msg : "The hypervisor refused it");
	if (!refcode || !why)
		return r;
	keep_failure(job, before, refcode);
	why[0] = (char)toupper((unsigned char)why[0]); /* a sentence of its own */
	if (why[0] && why[strlen(why) - 1] == '.')
		why[strlen(why) - 1] = '\0';
	if (failure == FW_FAILURE_NO_DISK && *err && (*err)->id == PAR_E_NOT_FOUND) {
		par_error_free(err);
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				LPAR_MSG_ERROR_STATE "  " LPAR_MSG_DISK_REMEDY, before->name,
				refcode, why);
	}
	return par_fail(err, *err ? (*err)->id : PAR_E_SYSTEM, 0, LPAR_MSG_ERROR_STATE,
			before->name, refcode, why);
}

int lpar_activate_work(struct lpar_job *job, struct par_error **err)
{
	struct lpar_power_request *rq = job->data;
	struct hv *hv = job->managed->hv;
	auto_partition before = NULL;
	auto_hv_record rec = { 0 };
	struct lpar_live live;
	int r = hv->ops->get(hv, job->uuid, &rec, err);

	if (r < 0)
		return r;
	lpar_define_live(&rec, &live);
	r = lpar_operation_check(rec.part, &live, LPAR_OP_ON, lpar_power_with(rq), err);
	if (r < 0)
		return r;
	before = lpar_partition_dup(rec.part);
	if (!before)
		return par_oom(err);
	return activate(job, &rec, before, err);
}
