/* SPDX-License-Identifier: Apache-2.0 */
/* Activation and shutdown: see shutdown.h.  The work of an activation is in activate.c. */
#include "lpard/daemon/jobs/shutdown.h"

#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/guest/agent_link.h"
#include "lpard/daemon/jobs/define_lpar.h"

#include <string.h>

void lpar_power_request_free(void *request)
{
	struct lpar_power_request *rq = request;

	free(rq->profile);
	free(rq);
}

/* Error is left by an immediate shutdown. */
static int leave_error(struct hv *hv, struct hv_record *rec, struct par_error **err)
{
	free(rec->part->error_refcode);
	rec->part->error_refcode = NULL;
	return hv->ops->save(hv, rec->part, err);
}

/* An LPAR that went off by itself while its plug was being pulled is in the wanted state. */
static int stop_now(struct lpar_job *job, struct par_error **err)
{
	struct hv *hv = job->managed->hv;
	auto_hv_record now = { 0 };
	int r = hv->ops->stop(hv, job->uuid, HV_STOP_IMMEDIATE, err);

	if (r >= 0 || !err || !*err || (*err)->id != PAR_E_WRONG_STATE)
		return r;
	if (hv->ops->get(hv, job->uuid, &now, NULL) < 0 || now.live.state != HV_RUN_OFF)
		return r;
	par_error_free(err);
	return 0;
}

static int pull_plug(struct lpar_job *job, struct hv_record *rec, struct par_error **err)
{
	const struct lpar_power_request *rq = job->data;
	struct hv *hv = job->managed->hv;
	bool off = rec->live.state == HV_RUN_OFF;

	if (rq->op == LPAR_OP_RESTART_IMMED)
		return hv->ops->restart(hv, job->uuid, HV_RESTART_IMMEDIATE, err);
	if (!off)
		return stop_now(job, err);
	return rec->part->error_refcode ? leave_error(hv, rec, err) : 0;
}

/* First part of every shutdown: is it allowed?  An immediate shutdown is carried out as well. */
static int shutdown_work(struct lpar_job *job, struct par_error **err)
{
	const struct lpar_power_request *rq = job->data;
	struct hv *hv = job->managed->hv;
	auto_hv_record rec = { 0 };
	struct lpar_live live;
	int r = hv->ops->get(hv, job->uuid, &rec, err);

	if (r < 0)
		return r;
	lpar_define_live(&rec, &live);
	live.rmc_state = LPAR_RMC_ACTIVE; /* was looked at in the loop, where the agent is */
	r = lpar_operation_check(rec.part, &live, rq->op, false, err);
	if (r < 0 || (rq->op != LPAR_OP_SHUTDOWN_IMMED && rq->op != LPAR_OP_RESTART_IMMED))
		return r;
	return pull_plug(job, &rec, err);
}

/* The power button, for a guest without an agent. */
static int button_work(struct lpar_job *job, struct par_error **err)
{
	const struct lpar_power_request *rq = job->data;
	struct hv *hv = job->managed->hv;

	if (rq->restart)
		return hv->ops->restart(hv, job->uuid, HV_RESTART_ASK, err);
	return hv->ops->stop(hv, job->uuid, HV_STOP_ASK, err);
}

/* The last part: wait until the guest has shut down or restarted. */
static int on_guest_change(struct lpar_lpar *lpar, bool timed_out, void *user)
{
	struct lpar_job *job = user;
	const struct lpar_power_request *rq = job->data;
	bool off = !lpar_lpar_running(lpar);

	if (rq->restart ? lpar->restarts != rq->restarts : off) {
		job->result = 0;
	} else if (off) {
		job->result = par_fail(&job->error, PAR_E_WRONG_STATE, 0, LPAR_MSG_NOT_RESTARTED,
				       job->subject);
	} else if (timed_out) {
		lpar_lpar_set_stopping(lpar, false);
		job->result =
			par_fail(&job->error, PAR_E_TIMED_OUT, 0, LPAR_MSG_NOT_SHUT_DOWN,
				 job->subject, (unsigned long long)job->config->shutdown_wait_s);
	} else {
		return 1;
	}
	lpar_job_end(job);
	return 0;
}

/* From here on the LPAR is free: an impatient operator may pull the plug. */
static void wait_for_guest(struct lpar_job *job)
{
	const struct lpar_power_request *rq = job->data;
	struct lpar_lpar *lpar = job->lpar;
	bool running = lpar_lpar_running(lpar);
	bool obeyed = rq->restart ? lpar->restarts != rq->restarts : !running;
	bool over = obeyed || lpar->gone;
	auto_error err = NULL;

	lpar_lpar_set_stopping(lpar, running && !over);
	lpar_job_release(job);
	if (over) {
		lpar_job_end(job);
		return;
	}
	if (lpar_lpar_wait(lpar, job->config->shutdown_wait_s * 1000, on_guest_change, job) < 0) {
		par_oom(&err);
		lpar_job_fail(job, &err);
	}
}

static void press_button(struct lpar_job *job)
{
	job->work = button_work;
	job->then = wait_for_guest;
	lpar_job_run(job);
}

/* The agent's answer to Shutdown. */
static void agent_ended(struct lpar_stream *s, const struct par_error *err, void *user)
{
	struct lpar_job *job = user;
	const struct lpar_power_request *rq = job->data;
	auto_error copy = NULL;

	(void)s;
	/* An agent that is gone already was quick to obey. */
	if (!err || err->id == PAR_E_DISCONNECTED) {
		wait_for_guest(job);
		return;
	}
	if (rq->op == LPAR_OP_SHUTDOWN) {
		press_button(job);
		return;
	}
	par_fail(&copy, err->id, 0, LPAR_MSG_OS_SHUTDOWN_FAILED, job->subject,
		 err->msg ? err->msg : "?");
	lpar_job_fail(job, &copy);
}

static void agent_replied(struct lpar_stream *s, struct json_object *parameters, void *user)
{
	(void)s;
	(void)parameters;
	(void)user; /* `ended` follows */
}

static const struct lpar_stream_ops shutdown_ops = {
	.replied = agent_replied,
	.ended = agent_ended,
};

/* Ask the operating system itself, if its agent is there. */
static void ask_guest(struct lpar_job *job)
{
	struct lpar_power_request *rq = job->data;
	struct lpar_lpar *lpar = job->lpar;
	auto_json parameters = json_object_new_object();
	auto_error err = NULL;
	struct lpar_stream *stream;
	int r = -ENOTCONN;

	/* Before the guest is asked: one that is quick may restart before it is waited for. */
	rq->restarts = lpar->restarts;
	if (rq->op == LPAR_OP_SHUTDOWN && !lpar_agent_link_up(lpar->agent)) {
		press_button(job);
		return;
	}
	if (par_json_put(parameters, "restart", json_object_new_boolean(rq->restart)) == 0 &&
	    par_json_put(parameters, "immediate", json_object_new_boolean(rq->immediate)) == 0 &&
	    lpar_agent_link_channel(lpar->agent))
		r = lpar_stream_open(lpar_agent_link_channel(lpar->agent),
				     "org.lpard.agent.Shutdown", parameters, &shutdown_ops, job,
				     &stream, &err);
	if (r < 0)
		lpar_job_fail(job, &err);
}

static void activation_ended(struct lpar_job *job)
{
	const struct lpar_power_request *rq = job->data;

	if (rq->failure[0] && job->lpar)
		lpar_lpar_refcode(job->lpar, rq->failure);
}

/* What the loop knows and the workers do not: is there an agent? */
static int check_agent(const struct lpar_power_request *rq, const struct lpar_lpar *lpar,
		       struct par_error **err)
{
	struct lpar_live live;

	if (rq->op != LPAR_OP_OSSHUTDOWN && rq->op != LPAR_OP_OSSHUTDOWN_RESTART)
		return 0;
	lpar_lpar_live(lpar, &live);
	return lpar_operation_check(lpar->part, &live, rq->op, false, err);
}

void lpar_power_start(struct lpar_job *job, struct lpar_lpar *lpar)
{
	struct lpar_power_request *rq = job->data;
	auto_error err = NULL;

	if (lpar_job_hold(job, lpar, &err) < 0 || check_agent(rq, lpar, &err) < 0) {
		lpar_job_fail(job, &err);
		return;
	}
	if (rq->op == LPAR_OP_ON) {
		lpar_lpar_set_activating(lpar, true);
		job->work = lpar_activate_work;
		job->ended = activation_ended;
	} else {
		job->work = shutdown_work;
		if (rq->op != LPAR_OP_SHUTDOWN_IMMED && rq->op != LPAR_OP_RESTART_IMMED)
			job->then = ask_guest;
	}
	lpar_job_run(job);
}
