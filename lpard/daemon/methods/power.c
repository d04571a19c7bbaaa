/* SPDX-License-Identifier: Apache-2.0 */
/* ChangeState: one job for each LPAR, one answer when all of them have ended. */
#include "lpard/common/json.h"
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/jobs/shutdown.h"

#include <string.h>

/* Several jobs of one call. */
struct group {
	struct lpar_call *call; /* NULL: nobody waits */
	size_t pending;
	struct par_error *first;
};

static void group_call_gone(struct lpar_call *call, void *user)
{
	struct group *g = user;

	(void)call;
	g->call = NULL;
}

static void group_drop(struct group *g)
{
	if (--g->pending > 0)
		return;
	if (g->call) {
		if (g->first)
			lpar_call_fail(&g->call, &g->first);
		else
			lpar_call_reply(&g->call, NULL);
	}
	par_error_free(&g->first);
	free(g);
}

/* The first error's kind, all the texts. */
static void group_report(struct lpar_job *job, void *user)
{
	struct group *g = user;
	const char *msg = job->error && job->error->msg ? job->error->msg : "out of memory";

	if (job->result < 0 && !g->first) {
		par_fail(&g->first, job->error ? job->error->id : PAR_E_SYSTEM, 0, "%s", msg);
	} else if (job->result < 0) {
		char *both = par_strdup_printf("%s\n%s", g->first->msg, msg);

		if (both) {
			free(g->first->msg);
			g->first->msg = both;
		}
	}
	group_drop(g);
}

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

/* Borrows the profile's name. */
static struct lpar_state_request request_of(struct lpar_params_ChangeState *p)
{
	return (struct lpar_state_request){
		.op = operation_of(p),
		.profile = (char *)(uintptr_t)p->profile,
		.boot_mode = p->boot_mode.value,
		.boot_mode_given = p->boot_mode.given,
		.keylock = p->keylock.value,
		.keylock_given = p->keylock.given,
		.restart = p->restart,
		.immediate = p->immediate,
	};
}

struct targets {
	struct lpar_lpar **v;
	size_t n;
};

static void targets_done(struct targets *t)
{
	free(t->v);
}

static int add_target(struct targets *t, struct lpar_lpar *e, struct par_error **err)
{
	struct lpar_lpar **v = reallocarray(t->v, t->n + 1, sizeof(struct lpar_lpar *));

	if (!v)
		return par_oom(err);
	t->v = v;
	for (size_t i = 0; i < t->n; i++) {
		if (v[i] == e)
			return 0; /* named twice */
	}
	v[t->n++] = e;
	return 0;
}

static int add_named(const struct lpar_managed *host, const struct lpar_params_ChangeState *p,
		     struct targets *t, struct par_error **err)
{
	struct lpar_lpar *e;

	for (size_t i = 0; i < p->lpars.n; i++) {
		int r = lpar_managed_get(host, p->lpars.v[i], 0, &e, err);

		if (r < 0)
			return r;
		r = add_target(t, e, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < p->ids.n; i++) {
		int r = lpar_managed_get(host, NULL, (uint32_t)p->ids.v[i], &e, err);

		if (r < 0)
			return r;
		r = add_target(t, e, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* --all: those that are not yet as they should be */
static int add_all(const struct lpar_managed *host, bool on, struct targets *t,
		   struct par_error **err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < host->n_lpars; i++) {
		struct lpar_lpar *e = host->lpars[i];

		if (!e->reserved && lpar_lpar_running(e) != on)
			r = add_target(t, e, err);
	}
	return r;
}

static struct lpar_state_request *copy_request(const struct lpar_state_request *rq)
{
	struct lpar_state_request *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *rq;
	copy->profile = rq->profile ? strdup(rq->profile) : NULL;
	if (rq->profile && !copy->profile) {
		free(copy);
		return NULL;
	}
	return copy;
}

static void start_all(struct lpar_managed *host, struct lpar_call *call,
		      const struct lpar_state_request *rq, const struct targets *t)
{
	struct group *g = calloc(1, sizeof(*g));
	static const char *const names[LPAR_OP_COUNT] = {
		[LPAR_OP_ON] = "Activate",
		[LPAR_OP_SHUTDOWN] = "Shutdown",
		[LPAR_OP_SHUTDOWN_IMMED] = "ShutdownImmediate",
		[LPAR_OP_RESTART_IMMED] = "RestartImmediate",
		[LPAR_OP_OSSHUTDOWN] = "OsShutdown",
		[LPAR_OP_OSSHUTDOWN_RESTART] = "OsRestart",
	};
	auto_error err = NULL;

	if (!g) {
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	g->call = call;
	g->pending = 1; /* our own, until all have begun */
	call->gone = group_call_gone;
	call->gone_user = g;
	for (size_t i = 0; i < t->n; i++) {
		struct lpar_job *job = lpar_job_new(host, NULL, &call->peer, names[rq->op]);
		struct lpar_state_request *copy = copy_request(rq);

		if (!job || !copy) {
			if (!g->first)
				par_oom(&g->first);
			if (copy)
				lpar_state_request_free(copy);
			if (job)
				lpar_job_end(job);
			continue;
		}
		job->data = copy;
		job->free_data = lpar_state_request_free;
		job->report = group_report;
		job->report_user = g;
		job->progress_call = t->n == 1 ? &g->call : NULL;
		g->pending++;
		lpar_state_start(job, t->v[i]);
	}
	group_drop(g);
}

static int find_targets(const struct lpar_managed *host, const struct lpar_params_ChangeState *p,
			struct targets *t, struct par_error **err)
{
	if (strcmp(p->resource, "lpar") != 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"The state of the resource \"%s\" cannot be changed",
				par_printable(p->resource) ? p->resource : "?");
	if (p->all == (p->lpars.n + p->ids.n > 0))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"Either \"lpars\" and \"ids\" or \"all\" must be given");
	if (p->all)
		return add_all(host, p->operation == LPAR_POWER_ON, t, err);
	return add_named(host, p, t, err);
}

void lpar_method_ChangeState(struct lpar_daemon *d, struct lpar_call *call,
			     struct lpar_params_ChangeState *params)
{
	struct lpar_managed *host = lpar_method_system(d, &call, params->system);
	struct targets t par_cleanup(targets_done) = { 0 };
	struct lpar_state_request rq = request_of(params);
	auto_error err = NULL;

	if (!host)
		return;
	if (find_targets(host, params, &t, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		start_all(host, call, &rq, &t);
}
