/* SPDX-License-Identifier: Apache-2.0 */
/* Moves as jobs, and their queue: see move.h.  What a move does is in move_steps.c. */
#include "lpard/daemon/jobs/move_priv.h"

#include <string.h>

#define AT_A_TIME 1

static void move_free(struct lpar_move *m)
{
	move_clear(m);
	lpar_ask_done(&m->lpars[MOVE_SOURCE]);
	lpar_ask_done(&m->lpars[MOVE_TARGET]);
	par_error_free(&m->failure);
	par_error_free(&m->said);
	free(m->environment[0]);
	free(m->wpar);
	free(m);
}

/* The job's end leaves the move, which is remembered. */
static void keep_move(void *data)
{
	(void)data;
}

/* The oldest that are over are forgotten. */
static void trim(struct lpar_daemon *d)
{
	size_t over = 0;

	for (const struct lpar_move *m = d->moves; m; m = m->next)
		over += !m->job;
	for (struct lpar_move **at = &d->moves; *at && over > LPAR_MOVES_REMEMBERED;) {
		struct lpar_move *m = *at;

		if (m->job) {
			at = &m->next;
			continue;
		}
		*at = m->next;
		move_free(m);
		over--;
	}
}

static int hold(struct lpar_move *m, struct par_error **err)
{
	struct lpar_lpar *source = lpar_ask_find(m->daemon, &m->lpars[MOVE_SOURCE]);
	struct lpar_lpar *target = lpar_ask_find(m->daemon, &m->lpars[MOVE_TARGET]);
	int r;

	if (!source || !target)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "one of the two LPARs was removed");
	r = lpar_job_hold(m->job, source, err);
	return r < 0 ? r : lpar_job_hold_other(m->job, target, err);
}

static void move_over(struct lpar_move *m, struct par_error **err);

static void start_next(struct lpar_daemon *d)
{
	size_t running = 0;

	for (const struct lpar_move *m = d->moves; m; m = m->next)
		running += m->job && m->running;
	for (struct lpar_move *m = d->moves; m && running < AT_A_TIME; m = m->next) {
		auto_error err = NULL;

		if (!m->job || m->running)
			continue;
		m->running = true;
		m->began_ms = par_now_ms();
		if (hold(m, &err) < 0) {
			move_over(m, &err);
			return; /* which has looked for the next one itself */
		}
		move_run(m);
		running++;
	}
}

static void move_tell(struct lpar_move *m, const char *phase, unsigned int percent)
{
	m->phase = phase;
	lpar_job_tell(m->job, phase, percent);
}

static void move_over(struct lpar_move *m, struct par_error **err)
{
	struct lpar_job *job = take_ptr(m->job);
	struct lpar_daemon *d = m->daemon;

	m->ended_ms = par_now_ms();
	m->phase = "";
	if (!m->outcome)
		m->outcome = *err ? "Migration Failed" : "Migrated";
	if (*err)
		par_fail(&m->said, (*err)->id, 0, "%s", par_error_text(*err));
	if (m->runs_ms > m->stopped_ms && m->stopped_ms > 0)
		lpar_job_detail(job, "It did not run for %llu ms; %llu bytes went over.",
				(unsigned long long)(m->runs_ms - m->stopped_ms),
				(unsigned long long)m->bytes);
	if (*err)
		lpar_job_fail(job, err);
	else
		lpar_job_end(job);
	move_clear(m);
	trim(d);
	start_next(d);
}

static int prepare(struct lpar_move *m, const struct lpar_lpar *source,
		   const struct lpar_lpar *target, const char *wpar)
{
	char id[PAR_UUID_LEN];

	m->wpar = strdup(wpar);
	if (!m->wpar || lpar_ask_of(&m->lpars[MOVE_SOURCE], source) < 0 ||
	    lpar_ask_of(&m->lpars[MOVE_TARGET], target) < 0)
		return -ENOMEM;
	return par_uuid_make(id) < 0 ? -EIO : move_name(m, id);
}

static void append(struct lpar_daemon *d, struct lpar_move *m)
{
	struct lpar_move **end = &d->moves;

	while (*end)
		end = &(*end)->next;
	*end = m;
}

static void queue_move(struct lpar_lpar *source, const struct lpar_lpar *target, const char *wpar,
		       const char *what, const struct lpar_move *how, struct lpar_call **call)
{
	struct lpar_move *m = calloc(1, sizeof(*m));
	struct lpar_daemon *d = source->managed->daemon;
	struct lpar_reply *reply;
	auto_error err = NULL;

	if (m)
		*m = *how;
	if (m) {
		m->daemon = d;
		m->tell = move_tell;
		m->over = move_over;
	}
	if (!m || prepare(m, source, target, wpar) < 0) {
		if (m)
			move_free(m);
		par_oom(&err);
		lpar_call_fail(call, &err);
		return;
	}
	reply = lpar_reply_new(call);
	m->job = reply ? lpar_job_new(source->managed, reply, what, m, keep_move) : NULL;
	if (reply)
		lpar_reply_drop(&reply);
	if (!m->job) {
		move_free(m);
		return;
	}
	m->job->asked =
		par_strdup_printf("%s of %s/%s to %s/%s", wpar, source->managed->name,
				  source->part->name, target->managed->name, target->part->name);
	m->phase = "queue";
	append(d, m);
	start_next(d);
}

/* Another one of the same WPAR waits or is under way. */
static struct lpar_move *find(const struct lpar_daemon *d, const struct lpar_lpar *lpar,
			      const char *wpar)
{
	for (struct lpar_move *m = d->moves; m; m = m->next) {
		if (m->job && strcmp(m->wpar, wpar) == 0 &&
		    (par_streq(m->lpars[MOVE_SOURCE].uuid, lpar->uuid) ||
		     par_streq(m->lpars[MOVE_TARGET].uuid, lpar->uuid)))
			return m;
	}
	return NULL;
}

static bool is_busy(const struct lpar_lpar *lpar, const char *wpar, struct lpar_call **call)
{
	auto_error err = NULL;

	if (!find(lpar->managed->daemon, lpar, wpar))
		return false;
	par_fail(&err, PAR_E_BUSY, 0,
		 "a move of the workload partition '%s' is under way; lswparmigr shows it", wpar);
	lpar_call_fail(call, &err);
	return true;
}

void lpar_move_start(struct lpar_lpar *source, struct lpar_lpar *target, const char *wpar,
		     enum lpar_move_kind kind, bool trust, struct lpar_call **call)
{
	const struct lpar_move how = { .kind = kind, .trust = trust };

	if (!is_busy(source, wpar, call))
		queue_move(source, target, wpar, "MoveWpar", &how, call);
}

/* A repair whose two LPARs are not known yet: the record of the one names the other. */
struct finding {
	struct lpar_call *call;
	struct lpar_ask lpar;
	struct lpar_asks *asks;
	struct lpar_daemon *daemon;
	char *wpar;
};

static void finding_free(struct finding *f)
{
	lpar_asks_free(&f->asks);
	lpar_ask_done(&f->lpar);
	free(f->wpar);
	free(f);
}

static void finding_gone(struct lpar_call *call, void *user)
{
	struct finding *f = user;

	(void)call;
	finding_free(f);
}

/* "SYSTEM/LPAR" */
static struct lpar_lpar *lpar_by_peer(struct lpar_daemon *d, const char *peer)
{
	const char *slash = peer ? strrchr(peer, '/') : NULL;
	autofree char *system = slash ? strndup(peer, (size_t)(slash - peer)) : NULL;
	struct lpar_managed *managed = system ? lpar_managed_find(d, system) : NULL;
	struct lpar_lpar *lpar = NULL;

	return managed && lpar_managed_get(managed, slash + 1, 0, &lpar, NULL) == 0 ? lpar : NULL;
}

static int find_peer(struct finding *f, const char **ret_peer, bool *ret_is_source,
		     struct json_object **ret_list, struct par_error **err)
{
	const struct par_buf *out = &f->lpar.output;
	int r = par_json_parse(out->data ? out->data : "", out->len, ret_list, err);

	if (r < 0)
		return r;
	for (size_t i = 0; json_object_is_type(*ret_list, json_type_array) &&
			   i < json_object_array_length(*ret_list);
	     i++) {
		struct json_object *o = json_object_array_get_idx(*ret_list, i);
		const char *name = NULL, *phase = NULL;
		int n;

		if (par_json_string(o, "wpar", true, &name, err) < 0 ||
		    par_json_string(o, "phase", false, &phase, err) < 0 ||
		    par_json_string(o, "peer", false, ret_peer, err) < 0)
			return -EINVAL;
		n = par_word_find(par_move_phase_words, phase);
		*ret_is_source = n >= 0 && lpar_move_phase_is_source((enum par_move_phase)n);
		if (strcmp(name, f->wpar) == 0 && n >= 0)
			return 0;
	}
	return par_fail(err, PAR_E_NOT_FOUND, 0,
			"no move of the workload partition '%s' was cut off in the LPAR '%s'",
			f->wpar, f->lpar.lpar);
}

static int begin_repair(struct finding *f, struct par_error **err)
{
	const struct lpar_move how = { .repairs = true, .outcome = NULL };
	struct lpar_lpar *lpar = lpar_ask_find(f->daemon, &f->lpar), *peer;
	const char *name = NULL;
	auto_json list = NULL;
	bool is_source = false;
	int r;

	if (f->lpar.why) {
		par_error_move(err, &f->lpar.why);
		return -(*err)->errnum;
	}
	r = find_peer(f, &name, &is_source, &list, err);
	if (r < 0)
		return r;
	peer = lpar_by_peer(f->daemon, name);
	if (!lpar || !peer || peer == lpar)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"the LPAR at the other end of the move of '%s', '%s', is not known "
				"here",
				f->wpar, name && par_printable(name) ? name : "?");
	f->call->gone = NULL;
	if (is_busy(lpar, f->wpar, &f->call))
		return 0;
	queue_move(is_source ? lpar : peer, is_source ? peer : lpar, f->wpar, "RepairMove", &how,
		   &f->call);
	return 0;
}

static void on_found(void *user)
{
	struct finding *f = user;
	auto_error err = NULL;

	if (begin_repair(f, &err) < 0)
		lpar_call_fail(&f->call, &err);
	finding_free(f);
}

void lpar_move_repair_start(struct lpar_lpar *lpar, const char *wpar, struct lpar_call **call)
{
	static const char *const argv[] = { "wparctl", "move", "ls", NULL };
	struct finding *f = calloc(1, sizeof(*f));
	auto_error err = NULL;

	if (f) {
		f->daemon = lpar->managed->daemon;
		f->wpar = strdup(wpar);
		f->lpar.argv = argv;
		f->lpar.output_most = 1u << 20;
	}
	if (!f || !f->wpar || lpar_ask_of(&f->lpar, lpar) < 0)
		par_oom(&err);
	else
		lpar_asks_new(f->daemon, &f->lpar, 1, 120000, on_found, f, &f->asks, &err);
	if (err) {
		if (f)
			finding_free(f);
		lpar_call_fail(call, &err);
		return;
	}
	f->call = take_ptr(*call);
	f->call->gone = finding_gone;
	f->call->gone_user = f;
}

int lpar_move_stop(struct lpar_lpar *source, const char *wpar, struct par_error **err)
{
	struct lpar_move *m = find(source->managed->daemon, source, wpar);
	auto_error why = NULL;

	if (!m)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"no move of the workload partition '%s' is under way", wpar);
	if (m->running && move_is_given(m))
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"the move of the workload partition '%s' can no longer be stopped: "
				"it is the target's; move it back when it runs there",
				wpar);
	par_fail(&why, PAR_E_INTERRUPTED, 0, "an operator has stopped the move");
	if (m->running)
		move_give_up(m, &why);
	else
		move_over(m, &why);
	return 0;
}

static struct lpar_move_seen see(const struct lpar_move *m)
{
	const uint64_t now = m->job ? par_now_ms() : m->ended_ms;
	const uint64_t runs = m->runs_ms ? m->runs_ms : now;

	return (struct lpar_move_seen){
		.system = m->lpars[MOVE_SOURCE].system,
		.lpar = m->lpars[MOVE_SOURCE].lpar,
		.wpar = m->wpar,
		.target_system = m->lpars[MOVE_TARGET].system,
		.target_lpar = m->lpars[MOVE_TARGET].lpar,
		.kind = m->kind,
		.state = !m->job      ? m->outcome
			 : m->running ? "Migration In Progress"
				      : "Queued",
		.phase = m->phase,
		.bytes = m->pipe ? lpar_move_pipe_bytes(m->pipe) : m->bytes,
		.down_ms = m->stopped_ms ? runs - m->stopped_ms : 0,
		.total_ms = m->began_ms ? now - m->began_ms : 0,
		.reason = m->said ? par_error_text(m->said) : "",
	};
}

int lpar_moves_each(const struct lpar_daemon *d, const struct lpar_managed *managed,
		    int (*fn)(const struct lpar_move_seen *seen, void *user), void *user)
{
	for (const struct lpar_move *m = d->moves; m; m = m->next) {
		const struct lpar_move_seen seen = see(m);
		int r;

		if (strcmp(seen.system, managed->name) != 0 &&
		    strcmp(seen.target_system, managed->name) != 0)
			continue;
		r = fn(&seen, user);
		if (r != 0)
			return r;
	}
	return 0;
}

void lpar_moves_free(struct lpar_daemon *d)
{
	while (d->moves) {
		struct lpar_move *m = d->moves;
		auto_error err = NULL;

		d->moves = m->next;
		if (m->job) {
			par_fail(&err, PAR_E_DISCONNECTED, 0, "lpard is being stopped");
			lpar_job_fail(m->job, &err);
		}
		move_free(m);
	}
}
