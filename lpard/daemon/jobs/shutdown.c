/* SPDX-License-Identifier: Apache-2.0 */
/* Activation and shutdown: see shutdown.h.  The work of an activation is in activate.c. */
#include "lpard/daemon/jobs/shutdown.h"

#include "firmware/stage.h"
#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/guest/agent_link.h"
#include "lpard/daemon/jobs/define_lpar.h"

#include <string.h>

#define PLUG_PAUSE_MS 50 /* between two looks at an activation that has to end */

void lpar_power_request_free(void *request)
{
	struct lpar_power_request *rq = request;

	free(rq->profile);
	free(rq);
}

/* Error is left by an immediate shutdown; that of a crash stays with libvirt until the next start.
 */
static int leave_error(struct hv *hv, struct hv_record *rec, struct par_error **err)
{
	struct lpar_partition *part = rec->part;

	free(part->error_refcode);
	part->error_refcode = NULL;
	if (rec->live.state == HV_RUN_CRASHED && !part->left_error)
		part->left_error = strdup("crashed");
	return hv->ops->save(hv, part, err);
}

/* An LPAR that went off by itself while its plug was being pulled is in the wanted state. */
static int stop_now(struct lpar_job *job, struct par_error **err)
{
	struct hv *hv = job->managed->hv;
	auto_hv_record now = { 0 };
	int r = hv->ops->stop(hv, job->uuid, HV_STOP_IMMEDIATE, err);

	if (r >= 0 || !err || !*err || (*err)->id != PAR_E_WRONG_STATE)
		return r;
	if (hv->ops->get(hv, job->uuid, &now, NULL) < 0 || now.live.run_id >= 0)
		return r;
	par_error_free(err);
	return 0;
}

static int pull_plug(struct lpar_job *job, struct hv_record *rec, struct par_error **err)
{
	struct lpar_power_request *rq = job->data;
	struct hv *hv = job->managed->hv;
	int r;

	if (rq->op == LPAR_OP_RESTART_IMMED)
		return hv->ops->restart(hv, job->uuid, HV_RESTART_IMMEDIATE, err);
	if (rec->live.run_id < 0)
		return rec->live.state == HV_RUN_SUSPENDED
			       ? hv->ops->discard_saved(hv, job->uuid, err)
			       : leave_error(hv, rec, err);
	r = stop_now(job, err);
	rq->stopped = r >= 0;
	return r;
}

/* First part of every shutdown: is it allowed?  An immediate shutdown is carried out as well. */
static int shut_down(struct lpar_job *job, struct hv_record *rec, struct par_error **err)
{
	const struct lpar_power_request *rq = job->data;
	struct lpar_live live;
	int r;

	if (rq->left_void) {
		free(rec->part->left_error);
		rec->part->left_error = NULL;
	}
	lpar_define_live(rec, &live);
	live.rmc_state = LPAR_RMC_ACTIVE; /* was looked at in the loop, where the agent is */
	r = lpar_operation_check(rec->part, &live, rq->op, 0, err);
	if (r < 0 || (rq->op != LPAR_OP_SHUTDOWN_IMMED && rq->op != LPAR_OP_RESTART_IMMED))
		return r;
	return pull_plug(job, rec, err);
}

static int shutdown_work(struct lpar_job *job, struct par_error **err)
{
	struct hv *hv = job->managed->hv;
	auto_hv_record rec = { 0 };
	int r = hv->ops->get(hv, job->uuid, &rec, err);

	return r < 0 ? r : shut_down(job, &rec, err);
}

/*
 * The plug wins: an immediate shutdown of an LPAR that another job has does not wait for that job.
 * An activation ends by it (->cut), and until the activation has ended whatever it starts is
 * stopped.
 */
static int plug_work(struct lpar_job *job, struct par_error **err)
{
	const struct lpar_power_request *rq = job->data;
	struct hv *hv = job->managed->hv;
	auto_hv_record rec = { 0 };
	int r = hv->ops->get(hv, job->uuid, &rec, err);

	if (r < 0)
		return r;
	if (rec.live.run_id < 0 && (rq->waited || rq->stopped))
		return 0;
	return shut_down(job, &rec, err);
}

static int pull_again(struct lpar_lpar *lpar, bool timed_out, void *user)
{
	struct lpar_job *job = user;

	(void)lpar;
	(void)timed_out;
	lpar_job_run(job);
	return 0;
}

static void plug_review(struct lpar_job *job)
{
	struct lpar_power_request *rq = job->data;
	struct lpar_lpar *lpar = lpar_managed_by_uuid(job->managed, job->uuid);
	auto_error err = NULL;

	rq->waits = lpar && lpar->activating;
	if (!rq->waits && (!lpar || lpar->live.run_id < 0)) {
		lpar_job_end(job);
		return;
	}
	if (par_now_ms() > rq->give_up_ms)
		par_fail(&err, PAR_E_TIMED_OUT, 0, LPAR_MSG_NOT_SHUT_DOWN, job->subject,
			 (unsigned long long)job->config->shutdown_wait_s);
	else if (lpar_lpar_wait(lpar, PLUG_PAUSE_MS, pull_again, job) == 0)
		return;
	lpar_job_fail(job, &err);
}

static void start_plug(struct lpar_job *job, struct lpar_lpar *lpar)
{
	struct lpar_power_request *rq = job->data;

	lpar_job_name(job, lpar);
	rq->waits = lpar->activating;
	rq->waited = rq->waits;
	if (rq->waits)
		lpar->job->cut = true;
	rq->give_up_ms = par_now_ms() + job->config->shutdown_wait_s * 1000;
	job->work = plug_work;
	job->then = plug_review;
	lpar_job_run(job);
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
	par_fail(&copy, err->id, 0, LPAR_MSG_OS_SHUTDOWN_FAILED, job->subject, par_error_text(err));
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

/* What an immediate shutdown ended is no failure of the LPAR. */
static int activation_work(struct lpar_job *job, struct par_error **err)
{
	struct lpar_power_request *rq = job->data;
	int r = lpar_activate_work(job, err);

	if (!job->cut)
		return r;
	rq->failure[0] = '\0';
	par_error_free(err);
	return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_CUT, job->subject);
}

/* As on an HMC, an LPAR starts with what is free when that is less than desired; but it is told. */
static void tell_cut(struct lpar_job *job, const struct lpar_current *c)
{
	const struct lpar_profile *wish = &c->profile;
	unsigned int id = job->lpar_id;
	char code[64];

	if (c->mem_mib < wish->desired_mem_mib) {
		lpar_job_detail(job, "It was given %llu of %llu MB of memory.",
				(unsigned long long)c->mem_mib,
				(unsigned long long)wish->desired_mem_mib);
		snprintf(code, sizeof(code), FW_REFCODE_LESS " LP=%05u MEM=%llu/%llu", id,
			 (unsigned long long)c->mem_mib, (unsigned long long)wish->desired_mem_mib);
		lpar_lpar_refcode(job->lpar, code);
	}
	if (c->procs < wish->desired_procs) {
		lpar_job_detail(job, "It was given %u of %u processors.", (unsigned int)c->procs,
				(unsigned int)wish->desired_procs);
		snprintf(code, sizeof(code), FW_REFCODE_LESS " LP=%05u PROCS=%u/%u", id,
			 (unsigned int)c->procs, (unsigned int)wish->desired_procs);
		lpar_lpar_refcode(job->lpar, code);
	}
	if (wish->proc_mode == LPAR_PROC_SHARED &&
	    c->proc_units_x100 < wish->desired_proc_units_x100) {
		lpar_job_detail(job, "It was given %u.%02u of %u.%02u processing units.",
				c->proc_units_x100 / 100, c->proc_units_x100 % 100,
				wish->desired_proc_units_x100 / 100,
				wish->desired_proc_units_x100 % 100);
		snprintf(code, sizeof(code), FW_REFCODE_LESS " LP=%05u UNITS=%u.%02u/%u.%02u", id,
			 c->proc_units_x100 / 100, c->proc_units_x100 % 100,
			 wish->desired_proc_units_x100 / 100, wish->desired_proc_units_x100 % 100);
		lpar_lpar_refcode(job->lpar, code);
	}
}

static void activation_ended(struct lpar_job *job)
{
	const struct lpar_power_request *rq = job->data;

	if (rq->failure[0] && job->lpar)
		lpar_lpar_refcode(job->lpar, rq->failure);
	if (job->result >= 0 && job->lpar && job->lpar->part->current)
		tell_cut(job, job->lpar->part->current);
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

/* A crash that was left is the one that is left from now on. */
static void plug_ended(struct lpar_job *job)
{
	struct lpar_lpar *lpar = lpar_managed_by_uuid(job->managed, job->uuid);

	if (job->result >= 0 && lpar)
		lpar_lpar_left_error(lpar);
}

void lpar_power_start(struct lpar_job *job, struct lpar_lpar *lpar)
{
	struct lpar_power_request *rq = job->data;
	auto_error err = NULL;

	if (rq->op == LPAR_OP_SHUTDOWN_IMMED) {
		job->urgent = true;
		job->ended = plug_ended;
		rq->left_void = lpar->left_void;
		if (lpar->job) {
			start_plug(job, lpar);
			return;
		}
	}
	if (lpar_job_hold(job, lpar, &err) < 0 || check_agent(rq, lpar, &err) < 0) {
		lpar_job_fail(job, &err);
		return;
	}
	if (rq->op == LPAR_OP_ON) {
		lpar_lpar_set_activating(lpar, true);
		job->work = activation_work;
		job->ended = activation_ended;
	} else {
		job->work = shutdown_work;
		if (rq->op != LPAR_OP_SHUTDOWN_IMMED && rq->op != LPAR_OP_RESTART_IMMED)
			job->then = ask_guest;
	}
	lpar_job_run(job);
}
