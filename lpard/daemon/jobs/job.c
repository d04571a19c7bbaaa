/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: see job.h. */
#include "lpard/daemon/jobs/job.h"

#include "lpard/core/messages.h"
#include "lpard/daemon/systems/audit.h"

#include <string.h>

#define PROGRESS_MS 200

struct lpar_job *lpar_job_new(struct lpar_managed *managed, struct lpar_reply *reply,
			      const char *what, void *data, void (*free_data)(void *data))
{
	struct lpar_job *job = calloc(1, sizeof(*job));

	if (!job) {
		free_data(data);
		lpar_reply_error(reply, NULL);
		return NULL;
	}
	*job = (struct lpar_job){ .id = ++managed->daemon->last_job,
				  .what = what,
				  .subject = "-",
				  .daemon = managed->daemon,
				  .managed = managed,
				  .started_ms = par_now_ms(),
				  .config = managed->daemon->config,
				  .reply = lpar_reply_hold(reply),
				  .data = data,
				  .free_data = free_data };
	lpar_managed_hold(managed);
	return job;
}

static void tell_event(const struct lpar_job *job, struct lpar_event event)
{
	event.system = job->managed->name;
	event.uuid = job->uuid;
	event.lpar = job->subject;
	event.lpar_id = job->lpar_id;
	event.job = job->id;
	event.operation = job->what;
	lpar_events_publish(job->daemon->events, &event);
}

/* What became of a job, as the audit line says, too. */
static const char *result_name(const struct lpar_job *job)
{
	if (job->result >= 0)
		return "ok";
	return par_error_name(job->error ? job->error->id : PAR_E_SYSTEM);
}

static void tell_ended(const struct lpar_job *job)
{
	if (job->told)
		tell_event(job, (struct lpar_event){ .type = LPAR_EVENT_JOB_ENDED,
						     .result = result_name(job),
						     .text = job->result < 0 && job->error
								     ? job->error->msg
								     : NULL });
}

void lpar_job_name(struct lpar_job *job, const struct lpar_lpar *lpar)
{
	const struct lpar_peer *peer = lpar_reply_peer(job->reply);

	snprintf(job->subject, sizeof(job->subject), "%s", lpar->part->name);
	memcpy(job->uuid, lpar->uuid, sizeof(job->uuid));
	job->lpar_id = lpar->part->id;
	job->told = true;
	tell_event(job, (struct lpar_event){ .type = LPAR_EVENT_JOB_STARTED,
					     .uid = (uint32_t)peer->uid,
					     .pid = (int32_t)peer->pid,
					     .user = lpar_user_name(peer->uid),
					     .command = job->asked });
}

int lpar_job_hold(struct lpar_job *job, struct lpar_lpar *lpar, struct par_error **err)
{
	lpar_job_name(job, lpar);
	if (lpar->job)
		return par_fail(err, PAR_E_BUSY, 0, LPAR_MSG_BUSY, lpar->job->what,
				lpar->part->name);
	lpar->job = job;
	job->lpar = lpar;
	return 0;
}

int lpar_job_hold_other(struct lpar_job *job, struct lpar_lpar *lpar, struct par_error **err)
{
	if (lpar->job)
		return par_fail(err, PAR_E_BUSY, 0, LPAR_MSG_BUSY, lpar->job->what,
				lpar->part->name);
	lpar->job = job;
	job->other = lpar;
	lpar_managed_hold(lpar->managed);
	return 0;
}

static void let_go(struct lpar_lpar *lpar)
{
	lpar->job = NULL;
	pthread_mutex_lock(&lpar->managed->lock);
	lpar->claim = (struct lpar_usage){ 0 };
	pthread_mutex_unlock(&lpar->managed->lock);
	lpar_lpar_set_activating(lpar, false);
	if (lpar->gone)
		lpar_managed_discard(lpar);
}

void lpar_job_release(struct lpar_job *job)
{
	struct lpar_lpar *lpar = take_ptr(job->lpar), *other = take_ptr(job->other);
	struct lpar_managed *managed;

	if (lpar)
		let_go(lpar);
	if (!other)
		return;
	managed = other->managed;
	let_go(other);
	lpar_managed_release(managed);
}

static void audit(const struct lpar_job *job)
{
	const struct lpar_peer *peer = lpar_reply_peer(job->reply);

	lpar_audit(job->daemon,
		   &(struct lpar_audit){
			   .uid = peer->uid,
			   .pid = peer->pid,
			   .operation = job->what,
			   .system = job->managed->name,
			   .lpar = job->subject,
			   .lpar_id = job->lpar_id,
			   .uuid = job->uuid,
			   .job = job->id,
			   .begun_ms = job->started_ms,
			   .result = result_name(job),
			   .text = job->result < 0 && job->error ? job->error->msg : NULL,
			   .command = job->asked,
			   .detail = job->detail,
		   });
}

void lpar_job_detail(struct lpar_job *job, const char *fmt, ...)
{
	size_t len = strlen(job->detail);
	va_list ap;

	if (len > 0 && len + 2 < sizeof(job->detail))
		job->detail[len++] = ' ';
	va_start(ap, fmt);
	vsnprintf(job->detail + len, sizeof(job->detail) - len, fmt, ap);
	va_end(ap);
}

void lpar_job_end(struct lpar_job *job)
{
	struct lpar_managed *managed = job->managed;

	if (job->ended)
		job->ended(job);
	lpar_job_release(job);
	audit(job);
	tell_ended(job);
	if (job->result < 0)
		lpar_reply_error(job->reply, job->error);
	lpar_reply_drop(&job->reply);
	par_error_free(&job->error);
	free(job->asked);
	job->free_data(job->data);
	free(job);
	lpar_managed_release(managed);
}

void lpar_job_fail(struct lpar_job *job, struct par_error **err)
{
	job->result = *err ? -(*err)->errnum : -EIO;
	par_error_move(&job->error, err);
	lpar_job_end(job);
}

/* The back end knows a partition that has gone by its UUID only. */
static void name_gone(struct lpar_job *job)
{
	if (!job->error || job->error->id != PAR_E_NOT_FOUND || !job->subject[0] ||
	    !par_starts_with(job->error->msg, "HSCL8012 "))
		return;
	par_error_free(&job->error);
	par_fail(&job->error, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PARTITION, job->subject);
}

/* On the worker. */
static void job_work(void *user)
{
	struct lpar_job *job = user;

	par_error_free(&job->error);
	job->result = job->work(job, &job->error);
	name_gone(job);
	/* Before the end is told, whatever became of the work: see job.h. */
	if (job->uuid[0])
		lpar_managed_fetch(job->managed, job->uuid);
}

/* In the loop.  From here on everything that is told is as new as what the worker read. */
static void job_worked(void *user)
{
	struct lpar_job *job = user;

	lpar_managed_answers(job->managed);
	if (job->result >= 0 && job->then)
		job->then(job);
	else
		lpar_job_end(job);
}

void lpar_job_run(struct lpar_job *job)
{
	auto_error err = NULL;

	/* The result of a job that no worker gets to. */
	job->result = par_fail(&job->error, PAR_E_DISCONNECTED, 0, "lpard is being stopped");
	/* Not lpar_managed_run(): the job holds its system itself. */
	if (par_workers_run(job->urgent ? job->daemon->plug_workers : job->daemon->job_workers,
			    job_work, job_worked, job) == 0)
		return;
	par_oom(&err);
	lpar_job_fail(job, &err);
}

void lpar_job_tell(struct lpar_job *job, const char *stage, unsigned int percent)
{
	lpar_reply_progress(job->reply, job->subject, stage, percent);
	tell_event(job, (struct lpar_event){ .type = LPAR_EVENT_JOB_PROGRESS,
					     .percent = percent,
					     .text = stage });
}

struct progress {
	struct lpar_job *job;
	char stage[64];
	unsigned int percent;
};

/* In the loop.  The job still exists: the worker posts its end after this. */
static void tell_progress(void *user)
{
	struct progress *p = user;

	lpar_job_tell(p->job, p->stage, p->percent);
	free(p);
}

void lpar_job_progress(struct lpar_job *job, const char *stage, uint64_t part, uint64_t total)
{
	uint64_t now = par_now_ms();
	struct progress *p;

	if (part < total && now - job->last_progress_ms < PROGRESS_MS)
		return;
	job->last_progress_ms = now;
	p = calloc(1, sizeof(*p));
	if (!p)
		return;
	p->job = job;
	p->percent = total ? (unsigned int)(part * 100 / total) : 100;
	snprintf(p->stage, sizeof(p->stage), "%s", stage);
	if (par_event_post(job->daemon->loop, tell_progress, p) < 0)
		free(p);
}
