/* SPDX-License-Identifier: Apache-2.0 */
/* ChangeState: one job for each LPAR, one answer when all of them have ended. */
#include "lpard/common/json.h"
#include "lpard/daemon/methods/common.h"
#include "lpard/daemon/methods/dispatch.h"
#include "lpard/daemon/jobs/shutdown.h"

#include <string.h>

#define MAX_TARGETS 4096

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

static int read_operation(struct json_object *p, struct lpar_state_request *rq,
			  struct par_error **err)
{
	const char *operation = NULL;
	int r = par_json_string(p, "operation", true, &operation, err);

	r = r < 0 ? r : par_json_bool(p, "immediate", false, &rq->immediate, err);
	r = r < 0 ? r : par_json_bool(p, "restart", false, &rq->restart, err);
	if (r < 0)
		return r;
	if (strcmp(operation, "on") == 0)
		rq->op = LPAR_OP_ON;
	else if (strcmp(operation, "osshutdown") == 0)
		rq->op = rq->restart ? LPAR_OP_OSSHUTDOWN_RESTART : LPAR_OP_OSSHUTDOWN;
	else if (strcmp(operation, "shutdown") != 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"\"operation\" must be on, shutdown or osshutdown");
	else if (rq->immediate)
		rq->op = rq->restart ? LPAR_OP_RESTART_IMMED : LPAR_OP_SHUTDOWN_IMMED;
	else
		rq->op = LPAR_OP_SHUTDOWN;
	return 0;
}

static int read_request(struct json_object *p, struct lpar_state_request *rq,
			struct par_error **err)
{
	const char *resource = NULL, *profile = NULL, *boot_mode = NULL, *keylock = NULL;
	bool force = false;
	int r = par_json_string(p, "resource", true, &resource, err);

	r = r < 0 ? r : par_json_string(p, "profile", false, &profile, err);
	r = r < 0 ? r : par_json_string(p, "boot_mode", false, &boot_mode, err);
	r = r < 0 ? r : par_json_string(p, "keylock", false, &keylock, err);
	r = r < 0 ? r : par_json_bool(p, "force", false, &force, err);
	r = r < 0 ? r : read_operation(p, rq, err);
	if (r < 0)
		return r;
	if (strcmp(resource, "lpar") != 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"The state of the resource \"%s\" cannot be changed",
				par_printable(resource) ? resource : "?");
	if (boot_mode && !lpar_boot_mode_parse(boot_mode, &rq->boot_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The boot mode must be norm, dd, ds, of or sms.");
	if (keylock && strcmp(keylock, "norm") != 0 && strcmp(keylock, "manual") != 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The keylock position must be norm or manual.");
	rq->boot_mode_given = boot_mode != NULL;
	rq->keylock_given = keylock != NULL;
	if (keylock)
		rq->keylock =
			strcmp(keylock, "manual") == 0 ? LPAR_KEYLOCK_MANUAL : LPAR_KEYLOCK_NORM;
	if (profile && !(rq->profile = strdup(profile)))
		return par_oom(err);
	return 0;
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

static int add_named(const struct lpar_managed *host, struct json_object *p, struct targets *t,
		     struct par_error **err)
{
	auto_strv names = { 0 };
	struct json_object *ids = NULL;
	struct lpar_lpar *e;
	int r = par_json_strv(p, "lpars", false, MAX_TARGETS, &names, err);

	r = r < 0 ? r : par_json_array(p, "ids", false, MAX_TARGETS, &ids, err);
	for (size_t i = 0; r >= 0 && i < names.n; i++) {
		r = lpar_managed_get(host, names.v[i], 0, &e, err);
		r = r < 0 ? r : add_target(t, e, err);
	}
	for (size_t i = 0; r >= 0 && ids && i < json_object_array_length(ids); i++) {
		struct json_object *o = json_object_array_get_idx(ids, i);
		int64_t id = json_object_is_type(o, json_type_int) ? json_object_get_int64(o) : 0;

		if (id <= 0 || id > UINT32_MAX)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"\"ids\" must be partition ids");
		r = lpar_managed_get(host, NULL, (uint32_t)id, &e, err);
		r = r < 0 ? r : add_target(t, e, err);
	}
	return r;
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
		"Activate",  "Shutdown", "ShutdownImmediate", "RestartImmediate", "OsShutdown",
		"OsRestart", "Remove"
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

void lpar_method_ChangeState(struct lpar_daemon *d, struct lpar_call *call)
{
	struct lpar_managed *host = lpar_method_host(d, &call);
	struct targets t par_cleanup(targets_done) = { 0 };
	struct lpar_state_request rq = { 0 };
	auto_error err = NULL;
	bool all = false;
	int r;

	if (!host)
		return;
	r = read_request(call->parameters, &rq, &err);
	r = r < 0 ? r : par_json_bool(call->parameters, "all", false, &all, &err);
	r = r < 0 ? r : add_named(host, call->parameters, &t, &err);
	if (r >= 0 && all == (t.n > 0))
		r = par_fail(&err, PAR_E_INVALID_ARGUMENT, 0,
			     "Either \"lpars\" and \"ids\" or \"all\" must be given");
	if (r >= 0 && all)
		r = add_all(host, rq.op == LPAR_OP_ON, &t, &err);
	if (r < 0)
		lpar_method_fail(&call, &err);
	else
		start_all(host, call, &rq, &t);
	free(rq.profile);
}
