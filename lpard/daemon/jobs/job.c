/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: see job.h. */
#include "lpard/daemon/jobs/job.h"

#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/core/messages.h"

#include <string.h>

#define PROGRESS_MS 200

static void call_gone(struct lpar_call *call, void *user)
{
	struct lpar_job *job = user;

	(void)call;
	job->call = NULL;
}

struct lpar_job *lpar_job_new(struct lpar_managed *host, struct lpar_call *call,
			      const struct lpar_peer *peer, const char *what)
{
	struct lpar_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	*job = (struct lpar_job){ .id = ++host->daemon->last_job,
				  .what = what,
				  .subject = "-",
				  .daemon = host->daemon,
				  .host = host,
				  .peer = call ? call->peer : *peer,
				  .started_ms = par_now_ms(),
				  .config = host->daemon->config,
				  .call = call };
	if (call) {
		call->gone = call_gone;
		call->gone_user = job;
	}
	lpar_managed_hold(host);
	return job;
}

static void tell_event(const struct lpar_job *job, struct lpar_event event)
{
	event.system = job->host->name;
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

int lpar_job_hold(struct lpar_job *job, struct lpar_lpar *entry, struct par_error **err)
{
	snprintf(job->subject, sizeof(job->subject), "%s", entry->part->name);
	memcpy(job->uuid, entry->uuid, sizeof(job->uuid));
	job->lpar_id = entry->part->id;
	job->told = true;
	tell_event(job, (struct lpar_event){ .type = LPAR_EVENT_JOB_STARTED });
	if (entry->job)
		return par_fail(err, PAR_E_BUSY, 0, LPAR_MSG_BUSY, entry->job->what,
				entry->part->name);
	entry->job = job;
	job->entry = entry;
	return 0;
}

void lpar_job_release(struct lpar_job *job)
{
	struct lpar_lpar *e = job->entry;

	if (!e)
		return;
	job->entry = NULL;
	e->job = NULL;
	pthread_mutex_lock(&job->host->lock);
	e->claim = (struct lpar_usage){ 0 };
	pthread_mutex_unlock(&job->host->lock);
	lpar_lpar_set_activating(e, false);
	if (e->gone)
		lpar_managed_discard(e);
}

static void audit(const struct lpar_job *job)
{
	par_log(PAR_LOG_NOTICE, "job=%llu peer=%u/%d %s system=%s lpar=%s ms=%llu result=%s%s%s",
		(unsigned long long)job->id, (unsigned int)job->peer.uid, (int)job->peer.pid,
		job->what, job->host->name, job->subject,
		(unsigned long long)(par_now_ms() - job->started_ms), result_name(job),
		job->result < 0 ? " " : "",
		job->result < 0 && job->error && job->error->msg ? job->error->msg : "");
}

void lpar_job_end(struct lpar_job *job)
{
	struct lpar_managed *host = job->host;

	if (job->ended)
		job->ended(job);
	lpar_job_release(job);
	audit(job);
	tell_ended(job);
	if (job->call) {
		struct lpar_call *call = take_ptr(job->call);

		if (job->result < 0)
			lpar_call_fail(&call, &job->error);
		else
			lpar_call_reply(&call, NULL);
	}
	if (job->report)
		job->report(job, job->report_user);
	par_error_free(&job->error);
	if (job->free_data)
		job->free_data(job->data);
	free(job);
	lpar_managed_release(host);
}

void lpar_job_fail(struct lpar_job *job, struct par_error **err)
{
	job->result = *err ? -(*err)->errnum : -EIO;
	par_error_move(&job->error, err);
	lpar_job_end(job);
}

static void work(void *user)
{
	struct lpar_job *job = user;

	par_error_free(&job->error);
	job->result = job->work(job, &job->error);
}

static void done(void *user)
{
	struct lpar_job *job = user;

	if (job->result >= 0 && job->then)
		job->then(job);
	else
		lpar_job_end(job);
}

void lpar_job_run(struct lpar_job *job)
{
	auto_error err = NULL;

	/* Unless a worker comes to it. */
	job->result = par_fail(&job->error, PAR_E_DISCONNECTED, 0, "lpard is being stopped");
	if (lpar_managed_run(job->host, work, done, job) == 0)
		return;
	par_oom(&err);
	lpar_job_fail(job, &err);
}

struct progress {
	struct lpar_daemon *daemon;
	struct lpar_job *job;
	char stage[64];
	int percent;
};

/* In the loop.  The job is still there: its end is posted after this. */
static void tell(void *user)
{
	struct progress *p = user;
	struct lpar_job *job = p->job;
	struct lpar_call *call = job->progress_call ? *job->progress_call : job->call;
	auto_json progress = json_object_new_object();
	auto_json reply = json_object_new_object();

	if (call && par_json_put_string(progress, "lpar", job->subject) == 0 &&
	    par_json_put(progress, "percent", json_object_new_int(p->percent)) == 0 &&
	    par_json_put_string(progress, "stage", p->stage) == 0 &&
	    par_json_put(reply, "progress", take_ptr(progress)) == 0)
		lpar_call_progress(call, take_ptr(reply));
	tell_event(job, (struct lpar_event){ .type = LPAR_EVENT_JOB_PROGRESS,
					     .percent = (unsigned int)p->percent,
					     .text = p->stage });
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
	p->daemon = job->daemon;
	p->job = job;
	p->percent = total ? (int)(part * 100 / total) : 100;
	snprintf(p->stage, sizeof(p->stage), "%s", stage);
	if (par_event_post(job->daemon->loop, tell, p) < 0)
		free(p);
}
