/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a move: commands in the two LPARs, one after the other.  A step that fails makes the
 * LPARs be asked what they remember, and what follows is decided from that alone
 * (core/move/repair.h), as it is for a move that was cut off.
 */
#include "lpard/daemon/jobs/move_priv.h"

#include <string.h>

#define QUICK_MS     120000 /* of a command that only writes something down */
#define START_MS     600000 /* of a start */
#define STOP_MS	     700000 /* of a shutdown: stopwpar itself gives up after 600 s */
#define REMOVE_MS    600000 /* of rmwpar */
#define RECORDS_MOST (1u << 20)

/* begin() returns 1 when there is nothing to be done. */
struct move_step {
	const char *phase;
	unsigned int percent;
	int (*begin)(struct lpar_move *m, struct par_error **err);
};

static void next_step(struct lpar_move *m);

/* Of one LPAR, with the words in m->argv. */

static void on_asked(void *user);

static int ask_one(struct lpar_move *m, struct lpar_ask *a, uint64_t limit_ms,
		   struct par_error **err)
{
	par_buf_clear(&a->output);
	par_error_free(&a->why);
	a->argv = m->argv;
	a->environment = (const char *const *)m->environment;
	a->input = NULL;
	a->told = 0;
	a->output_most = RECORDS_MOST;
	return lpar_asks_new(m->daemon, a, 1, limit_ms, on_asked, m, &m->asks, err);
}

static bool is_start(const struct lpar_move *m);

static void take_failure(struct lpar_move *m, struct par_error **err)
{
	m->failed_start |= is_start(m);
	if (!m->failure)
		par_error_move(&m->failure, err);
	par_error_free(err);
	m->look(m);
}

/* The step's command has ended: whose it was is the one with an error, or neither. */
static void on_asked(void *user)
{
	struct lpar_move *m = user;
	auto_error err = NULL;

	lpar_asks_free(&m->asks);
	if (m->lpars[MOVE_SOURCE].why)
		par_error_move(&err, &m->lpars[MOVE_SOURCE].why);
	else if (m->lpars[MOVE_TARGET].why)
		par_error_move(&err, &m->lpars[MOVE_TARGET].why);
	if (err)
		take_failure(m, &err);
	else
		next_step(m);
}

static void set_argv(struct lpar_move *m, const char *const *words)
{
	size_t n = 0;

	for (; words[n] && n + 1 < PAR_ARRAY_SIZE(m->argv); n++)
		m->argv[n] = words[n];
	m->argv[n] = NULL;
}

#define WORDS(m, ...) set_argv(m, (const char *const[]){ __VA_ARGS__, NULL })

/* wparctl move WHAT --id ID NAME */
static int record(struct lpar_move *m, struct lpar_ask *a, const char *what, struct par_error **err)
{
	WORDS(m, "wparctl", "move", what, "--id", m->id, m->wpar);
	return ask_one(m, a, QUICK_MS, err);
}

/* The steps forth. */

static void on_gathered(struct lpar_move_gathered *source, struct lpar_move_gathered *targets,
			size_t n, const struct par_error *why, void *user)
{
	struct lpar_move *m = user;
	struct lpar_move_fit fit = { 0 };
	auto_error err = NULL;
	int r = 0;

	if (why)
		r = par_fail(&err, why->id, 0, "%s", par_error_text(why));
	else if (n != 1 || !targets[0].there)
		r = par_fail(&err, PAR_E_DISCONNECTED, 0, "%s",
			     n == 1 && targets[0].why ? par_error_text(targets[0].why)
						      : "the target does not answer");
	if (r == 0) {
		const struct lpar_move_side a = lpar_move_side_of(source);
		const struct lpar_move_side b = lpar_move_side_of(&targets[0]);

		m->active = par_streq(source->facts.wpars.v[0].state, "Active");
		m->autostart = source->facts.wpars.v[0].autostart;
		lpar_move_fit(m->kind, &a, &b, &fit);
		r = lpar_move_fit_check(&fit, m->wpar, m->lpars[MOVE_TARGET].lpar, &err);
		lpar_move_fit_done(&fit);
	}
	lpar_move_gather_free(&m->gather);
	if (r < 0)
		m->over(m, &err); /* nothing has been touched */
	else
		next_step(m);
}

static int begin_check(struct lpar_move *m, struct par_error **err)
{
	struct lpar_lpar *target = lpar_ask_find(m->daemon, &m->lpars[MOVE_TARGET]);
	struct lpar_lpar *source = lpar_ask_find(m->daemon, &m->lpars[MOVE_SOURCE]);

	if (!source || !target)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "one of the two LPARs was removed");
	return lpar_move_gather_new(m->daemon, source, m->wpar, &target, 1, on_gathered, m,
				    &m->gather, err);
}

/* "SYSTEM/LPAR" */
static int ask_begin(struct lpar_move *m, struct lpar_ask *a, const struct lpar_ask *peer,
		     const char *what, struct par_error **err)
{
	autofree char *name = par_strdup_printf("%s/%s", peer->system, peer->lpar);
	int r;

	if (!name)
		return par_oom(err);
	WORDS(m, "wparctl", "move", what, "--id", m->id, "--peer", name, m->wpar);
	r = ask_one(m, a, QUICK_MS, err);
	m->argv[6] = NULL; /* the words were sent */
	return r;
}

static int begin_begin(struct lpar_move *m, struct par_error **err)
{
	return ask_begin(m, &m->lpars[MOVE_SOURCE], &m->lpars[MOVE_TARGET], "begin", err);
}

static int begin_expect(struct lpar_move *m, struct par_error **err)
{
	return ask_begin(m, &m->lpars[MOVE_TARGET], &m->lpars[MOVE_SOURCE], "expect", err);
}

static int begin_stop(struct lpar_move *m, struct par_error **err)
{
	if (!m->active)
		return 1;
	m->stopped_ms = par_now_ms();
	WORDS(m, "stopwpar", m->wpar);
	return ask_one(m, &m->lpars[MOVE_SOURCE], STOP_MS, err);
}

static void on_copied(const struct par_error *why, void *user)
{
	struct lpar_move *m = user;
	auto_error err = NULL;

	m->bytes = lpar_move_pipe_bytes(m->pipe);
	if (why)
		par_fail(&err, why->id, 0, "%s", par_error_text(why));
	lpar_move_pipe_free(&m->pipe);
	if (err)
		take_failure(m, &err);
	else
		next_step(m);
}

/* What a restoration leaves to whom it is for is as it was: -U the UUID, -A the start with the
 * LPAR.
 */
static int begin_copy(struct lpar_move *m, struct par_error **err)
{
	const char *const from[] = { "savewpar", "-f", "-", m->wpar, NULL };
	const char *const *environment = (const char *const *)m->environment;
	const struct lpar_move_end a = { &m->lpars[MOVE_SOURCE], from, environment };
	const struct lpar_move_end b = { &m->lpars[MOVE_TARGET], m->argv, environment };
	size_t n;

	WORDS(m, "restwpar", "-C", "-U", "-n", m->wpar, "-f", "-");
	for (n = 0; m->argv[n]; n++)
		;
	if (m->autostart)
		m->argv[n++] = "-A";
	if (m->trust)
		m->argv[n++] = "--trust";
	m->argv[n] = NULL;
	return lpar_move_pipe_new(m->daemon, &a, &b, on_copied, m, &m->pipe, err);
}

static int begin_ready(struct lpar_move *m, struct par_error **err)
{
	return record(m, &m->lpars[MOVE_TARGET], "ready", err);
}

/* From here on it is the target's. */
static int begin_given(struct lpar_move *m, struct par_error **err)
{
	return record(m, &m->lpars[MOVE_SOURCE], "given", err);
}

static int begin_taken(struct lpar_move *m, struct par_error **err)
{
	return record(m, &m->lpars[MOVE_TARGET], "taken", err);
}

static int begin_start(struct lpar_move *m, struct par_error **err)
{
	if (!m->active || par_streq(m->states[MOVE_TARGET], "Active"))
		return 1;
	WORDS(m, "startwpar", m->wpar);
	return ask_one(m, &m->lpars[MOVE_TARGET], START_MS, err);
}

static int begin_remove(struct lpar_move *m, struct par_error **err)
{
	if (m->runs_ms == 0)
		m->runs_ms = par_now_ms();
	/* Looked at, and it is not there any more. */
	if (m->known[MOVE_SOURCE].answers && !m->states[MOVE_SOURCE])
		return 1;
	WORDS(m, "rmwpar", "-F", m->wpar);
	return ask_one(m, &m->lpars[MOVE_SOURCE], REMOVE_MS, err);
}

static int begin_drop_source(struct lpar_move *m, struct par_error **err)
{
	return record(m, &m->lpars[MOVE_SOURCE], "drop", err);
}

static int begin_drop_target(struct lpar_move *m, struct par_error **err)
{
	return record(m, &m->lpars[MOVE_TARGET], "drop", err);
}

/* The steps back.  The target has nothing of this move, or nothing that may run. */

static bool target_has_record(const struct lpar_move *m)
{
	return m->known[MOVE_TARGET].answers && m->known[MOVE_TARGET].record &&
	       par_streq(m->known[MOVE_TARGET].id, m->id);
}

static int begin_forget(struct lpar_move *m, struct par_error **err)
{
	if (!target_has_record(m) || !m->states[MOVE_TARGET])
		return 1;
	WORDS(m, "rmwpar", "-F", m->wpar);
	return ask_one(m, &m->lpars[MOVE_TARGET], REMOVE_MS, err);
}

static int begin_forgotten(struct lpar_move *m, struct par_error **err)
{
	return target_has_record(m) ? begin_drop_target(m, err) : 1;
}

static bool source_has_record(const struct lpar_move *m)
{
	return m->known[MOVE_SOURCE].answers && m->known[MOVE_SOURCE].record;
}

static int begin_take_back(struct lpar_move *m, struct par_error **err)
{
	if (!source_has_record(m) || m->known[MOVE_SOURCE].phase != PAR_MOVE_GIVEN)
		return 1;
	return record(m, &m->lpars[MOVE_SOURCE], "begun", err);
}

static int begin_restart(struct lpar_move *m, struct par_error **err)
{
	if (!source_has_record(m) || !m->active || par_streq(m->states[MOVE_SOURCE], "Active"))
		return 1;
	WORDS(m, "startwpar", m->wpar);
	return ask_one(m, &m->lpars[MOVE_SOURCE], START_MS, err);
}

static int begin_as_before(struct lpar_move *m, struct par_error **err)
{
	return source_has_record(m) ? begin_drop_source(m, err) : 1;
}

static const struct move_step forth[] = {
	{ "check", 0, begin_check },
	{ "prepare", 5, begin_begin },
	{ "prepare", 8, begin_expect },
	{ "freeze", 10, begin_stop },
	{ "copy", 20, begin_copy },
	{ "copy", 75, begin_ready },
	{ "restore", 80, begin_given },
	{ "restore", 82, begin_taken },
	{ "restore", 85, begin_start },
	{ "clean", 95, begin_remove },
	{ "clean", 98, begin_drop_source },
	{ "clean", 99, begin_drop_target },
	{ NULL, 100, NULL },
};

static const struct move_step complete[] = {
	{ "restore", 80, begin_taken },	  { "restore", 85, begin_start },
	{ "clean", 95, begin_remove },	  { "clean", 98, begin_as_before },
	{ "clean", 99, begin_forgotten }, { NULL, 100, NULL },
};

static const struct move_step back[] = {
	{ "undo", 80, begin_forget },	 { "undo", 85, begin_forgotten },
	{ "undo", 90, begin_take_back }, { "undo", 95, begin_restart },
	{ "undo", 99, begin_as_before }, { NULL, 100, NULL },
};

/* The start there has failed: the target says that it will not run it, if nothing of it does. */
static int begin_refuse(struct lpar_move *m, struct par_error **err)
{
	m->refused = true;
	return record(m, &m->lpars[MOVE_TARGET], "refused", err);
}

static int begin_look(struct lpar_move *m, struct par_error **err)
{
	(void)err;
	m->look(m);
	return 0;
}

static const struct move_step refuse[] = {
	{ "undo", 78, begin_refuse },
	{ "undo", 79, begin_look },
	{ NULL, 100, NULL },
};

/* Is the start in the target the step that is under way? */
static bool is_start(const struct lpar_move *m)
{
	return m->steps && m->at > 0 && m->steps[m->at - 1].begin == begin_start;
}

void move_begin_steps(struct lpar_move *m, enum move_way way)
{
	static const struct move_step *const ways[] = { [MOVE_FORTH] = forth,
							[MOVE_COMPLETE] = complete,
							[MOVE_REFUSE] = refuse,
							[MOVE_BACK] = back };

	m->steps = ways[way];
	m->at = 0;
	next_step(m);
}

/* All is done: forth, or back with the reason why. */
static void end_of_steps(struct lpar_move *m)
{
	auto_error err = NULL;

	if (m->steps == back && m->failure)
		par_fail(&err, m->failure->id, 0,
			 "the workload partition '%s' has not moved, and is as before: %s", m->wpar,
			 par_error_text(m->failure));
	m->outcome =
		m->steps == back ? (m->failure ? "Migration Failed" : "Not Migrating") : "Migrated";
	m->over(m, &err);
}

/* Those that have nothing to do are passed over. */
static void next_step(struct lpar_move *m)
{
	auto_error err = NULL;
	int r = 1;

	while (r > 0) {
		const struct move_step *s = &m->steps[m->at++];

		if (!s->begin) {
			end_of_steps(m);
			return;
		}
		r = s->begin(m, &err);
		if (r == 0)
			m->tell(m, s->phase, s->percent);
	}
	if (r < 0)
		take_failure(m, &err);
}

int move_name(struct lpar_move *m, const char *id)
{
	char *setting = par_strdup_printf("WPAR_MOVE=%s", id);

	if (!setting)
		return -ENOMEM;
	free(m->environment[0]);
	m->environment[0] = setting;
	snprintf(m->id, sizeof(m->id), "%s", id);
	return 0;
}

void move_halt(struct lpar_move *m)
{
	lpar_move_gather_free(&m->gather);
	lpar_asks_free(&m->asks);
	lpar_move_pipe_free(&m->pipe);
}

bool move_is_given(const struct lpar_move *m)
{
	/* The step whose command is under way is the one before m->at. */
	for (size_t i = 0; m->steps == forth && i + 1 < m->at; i++) {
		if (forth[i].begin == begin_ready)
			return true;
	}
	return m->steps != forth;
}

void move_give_up(struct lpar_move *m, struct par_error **err)
{
	move_halt(m);
	take_failure(m, err);
}
