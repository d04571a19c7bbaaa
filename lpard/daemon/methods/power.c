/* SPDX-License-Identifier: Apache-2.0 */
/* ChangeState: one job for each LPAR, one answer when all of them have ended. */
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/jobs/shutdown.h"

#include <string.h>

static enum lpar_operation operation_of(const struct lpar_params_ChangeState *p)
{
	switch (p->operation) {
	case LPAR_POWER_ON:
		break;
	case LPAR_POWER_SHUTDOWN:
		if (!p->immediate)
			return LPAR_OP_SHUTDOWN;
		return p->restart ? LPAR_OP_RESTART_IMMED : LPAR_OP_SHUTDOWN_IMMED;
	case LPAR_POWER_OSSHUTDOWN:
		return p->restart ? LPAR_OP_OSSHUTDOWN_RESTART : LPAR_OP_OSSHUTDOWN;
	}
	return LPAR_OP_ON;
}

struct targets {
	struct lpar_lpar **v;
	size_t n;
};

static void targets_done(struct targets *t)
{
	free(t->v);
}

static int add_target(struct targets *t, struct lpar_lpar *lpar, struct par_error **err)
{
	struct lpar_lpar **v = reallocarray(t->v, t->n + 1, sizeof(struct lpar_lpar *));

	if (!v)
		return par_oom(err);
	t->v = v;
	for (size_t i = 0; i < t->n; i++) {
		if (v[i] == lpar)
			return 0; /* named twice */
	}
	v[t->n++] = lpar;
	return 0;
}

static int add_named(const struct lpar_managed *managed, const struct lpar_params_ChangeState *p,
		     struct targets *t, struct par_error **err)
{
	struct lpar_lpar *lpar;

	for (size_t i = 0; i < p->lpars.n; i++) {
		int r = lpar_managed_get(managed, p->lpars.v[i], 0, &lpar, err);

		if (r < 0)
			return r;
		r = add_target(t, lpar, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < p->ids.n; i++) {
		int r = lpar_managed_get(managed, NULL, (uint32_t)p->ids.v[i], &lpar, err);

		if (r < 0)
			return r;
		r = add_target(t, lpar, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* --all: every LPAR that is not yet in the wanted state */
static int add_all(const struct lpar_managed *managed, bool on, struct targets *t,
		   struct par_error **err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < managed->n_lpars; i++) {
		struct lpar_lpar *lpar = managed->lpars[i];

		if (!lpar->reserved && lpar_lpar_running(lpar) != on)
			r = add_target(t, lpar, err);
	}
	return r;
}

/* NULL when out of memory */
static struct lpar_power_request *request_new(const struct lpar_params_ChangeState *p)
{
	struct lpar_power_request *rq = malloc(sizeof(*rq));

	if (!rq)
		return NULL;
	*rq = (struct lpar_power_request){
		.op = operation_of(p),
		.profile = p->profile ? strdup(p->profile) : NULL,
		.boot_mode = p->boot_mode.value,
		.boot_mode_given = p->boot_mode.given,
		.keylock = p->keylock.value,
		.keylock_given = p->keylock.given,
		.new_disk = p->new_disk,
		.restart = p->restart,
		.immediate = p->immediate,
		.force = p->force,
	};
	if (p->profile && !rq->profile) {
		free(rq);
		return NULL;
	}
	return rq;
}

/* One of the jobs, of which each may fail for itself. */
static void start_one(struct lpar_lpar *lpar, struct lpar_reply *reply,
		      const struct lpar_params_ChangeState *p)
{
	static const char *const names[LPAR_OP_COUNT] = {
		[LPAR_OP_ON] = "Activate",
		[LPAR_OP_SHUTDOWN] = "Shutdown",
		[LPAR_OP_SHUTDOWN_IMMED] = "ShutdownImmediate",
		[LPAR_OP_RESTART_IMMED] = "RestartImmediate",
		[LPAR_OP_OSSHUTDOWN] = "OsShutdown",
		[LPAR_OP_OSSHUTDOWN_RESTART] = "OsRestart",
	};
	struct lpar_power_request *rq = request_new(p);
	struct lpar_job *job;

	if (!rq) {
		lpar_reply_error(reply, NULL);
		return;
	}
	job = lpar_job_new(lpar->managed, reply, names[rq->op], rq, lpar_power_request_free);
	if (job)
		lpar_power_start(job, lpar);
}

static int find_targets(const struct lpar_managed *managed, const struct lpar_params_ChangeState *p,
			struct targets *t, struct par_error **err)
{
	if (strcmp(p->resource, "lpar") != 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"The state of the resource \"%s\" cannot be changed",
				par_printable(p->resource) ? p->resource : "?");
	if (p->new_disk && (p->operation != LPAR_POWER_ON || p->all))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"new_disk\" goes with \"on\" and named LPARs only");
	if (p->all == (p->lpars.n + p->ids.n > 0))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"Either \"lpars\" and \"ids\" or \"all\" must be given");
	if (p->all)
		return add_all(managed, p->operation == LPAR_POWER_ON, t, err);
	return add_named(managed, p, t, err);
}

void lpar_method_ChangeState(struct lpar_daemon *d, struct lpar_call *call,
			     struct lpar_params_ChangeState *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct targets t par_cleanup(targets_done) = { 0 };
	struct lpar_reply *reply;
	auto_error err = NULL;

	if (!managed)
		return;
	if (find_targets(managed, params, &t, &err) < 0) {
		lpar_call_fail(&call, &err);
		return;
	}
	reply = lpar_reply_new(&call);
	if (!reply)
		return;
	for (size_t i = 0; i < t.n; i++)
		start_one(t.v[i], reply, params);
	lpar_reply_drop(&reply);
}
