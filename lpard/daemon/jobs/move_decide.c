/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done about a move whose step has failed, or that was cut off: the two LPARs are asked
 * what they remember, and core/move/repair.h says the rest.
 */
#include "lpard/daemon/jobs/move_priv.h"

#include "lpard/common/json.h"
#include "lpard/common/text.h"

#include <string.h>

#define ANSWER_MS    120000
#define RECORDS_MOST (1u << 20) /* bytes of what an LPAR remembers of all moves */

/* What the LPARs remember. */

struct record {
	const char *name, *id, *phase, *peer, *state;
	bool active;
};

static int read_record(struct json_object *o, struct record *ret, struct par_error **err)
{
	int r = par_json_string(o, "wpar", true, &ret->name, err);

	if (r < 0)
		return r;
	r = par_json_string(o, "id", false, &ret->id, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "phase", false, &ret->phase, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "peer", false, &ret->peer, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "state", false, &ret->state, err);
	return r < 0 ? r : par_json_bool(o, "active", false, &ret->active, err);
}

static char *copy(const char *text)
{
	char *s = text ? strdup(text) : NULL;

	par_text_clean(s, PAR_TEXT_FOREIGN, PAR_TEXT_LINE);
	return s;
}

static int take_record(struct lpar_move *m, enum move_side side, const struct record *r,
		       struct par_error **err)
{
	const int phase = par_word_find(par_move_phase_words, r->phase);

	if (phase < 0 || !r->id)
		return par_fail(err, PAR_E_PROTOCOL, 0, "it has a record that is none");
	m->ids[side] = copy(r->id);
	m->peers[side] = copy(r->peer);
	m->states[side] = copy(r->state);
	m->known[side].record = true;
	m->known[side].phase = (enum par_move_phase)phase;
	m->known[side].id = m->ids[side];
	m->active |= lpar_move_phase_is_source((enum par_move_phase)phase) && r->active;
	return m->ids[side] ? 0 : par_oom(err);
}

/* Of the WPAR, in what wparctl move ls has said. */
static int find_record(struct lpar_move *m, enum move_side side, struct json_object *list,
		       struct par_error **err)
{
	if (!json_object_is_type(list, json_type_array))
		return par_fail(err, PAR_E_PROTOCOL, 0, "it says no list");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct record record = { 0 };
		int r = read_record(json_object_array_get_idx(list, i), &record, err);

		if (r < 0)
			return r;
		if (strcmp(record.name, m->wpar) == 0)
			return take_record(m, side, &record, err);
	}
	return 0;
}

static void forget_known(struct lpar_move *m)
{
	for (size_t i = 0; i < 2; i++) {
		free(m->ids[i]);
		free(m->peers[i]);
		free(m->states[i]);
		m->ids[i] = m->peers[i] = m->states[i] = NULL;
		m->known[i] = (struct lpar_move_known){ 0 };
	}
}

/* One that does not answer, or says what cannot be, is one of which nothing is known. */
static void read_known(struct lpar_move *m, enum move_side side)
{
	struct lpar_ask *a = &m->lpars[side];
	auto_json list = NULL;

	if (!a->why && par_json_parse(a->output.data ? a->output.data : "", a->output.len, &list,
				      &a->why) == 0)
		m->known[side].answers = find_record(m, side, list, &a->why) == 0;
	if (a->why)
		lpar_job_detail(m->job, "%s.", par_error_text(a->why));
	par_error_free(&a->why);
}

static void decide(struct lpar_move *m);

static void on_inspected(void *user)
{
	struct lpar_move *m = user;

	lpar_asks_free(&m->asks);
	forget_known(m);
	read_known(m, MOVE_SOURCE);
	read_known(m, MOVE_TARGET);
	decide(m);
}

static void inspect(struct lpar_move *m)
{
	static const char *const argv[] = { "wparctl", "move", "ls", NULL };
	auto_error err = NULL;

	for (size_t i = 0; i < 2; i++) {
		struct lpar_ask *a = &m->lpars[i];

		par_buf_clear(&a->output);
		par_error_free(&a->why);
		a->argv = argv;
		a->environment = NULL;
		a->input = NULL;
		a->told = 0;
		a->output_most = RECORDS_MOST;
	}
	if (lpar_asks_new(m->daemon, m->lpars, 2, ANSWER_MS, on_inspected, m, &m->asks, &err) < 0)
		m->over(m, &err);
}

/* It cannot be decided, or not be done, now: @what is the sentence, taken over. */
static void end_with(struct lpar_move *m, enum par_error_id id, char *what)
{
	autofree char *text = what;
	auto_error err = NULL;

	if (!text)
		par_oom(&err);
	else if (m->failure)
		par_fail(&err, id, 0, "%s: %s", par_error_text(m->failure), text);
	else
		par_fail(&err, id, 0, "%s", text);
	m->outcome = "Migration Failed";
	m->over(m, &err);
}

static void end_of_nothing(struct lpar_move *m)
{
	auto_error err = NULL;

	if (m->failure)
		par_error_move(&err, &m->failure);
	else
		par_fail(&err, PAR_E_NOT_FOUND, 0,
			 "no move of the workload partition '%s' was cut off", m->wpar);
	m->over(m, &err);
}

static const char *id_of(const struct lpar_move *m)
{
	return m->ids[MOVE_SOURCE] ? m->ids[MOVE_SOURCE] : m->ids[MOVE_TARGET];
}

static void go_on(struct lpar_move *m, bool forward)
{
	bool *tried = forward ? &m->went_on : &m->went_back;

	if (*tried) {
		end_with(m, PAR_E_WRONG_STATE,
			 par_strdup_printf("the move of the workload partition '%s' could not be "
					   "%s; migrwpar -o r tries it again",
					   m->wpar, forward ? "completed" : "taken back"));
		return;
	}
	*tried = true;
	move_begin_steps(m, forward ? MOVE_COMPLETE : MOVE_BACK);
}

static void decide(struct lpar_move *m)
{
	const enum lpar_move_repair what =
		lpar_move_repair(&m->known[MOVE_SOURCE], &m->known[MOVE_TARGET]);
	auto_error err = NULL;

	if (id_of(m) && move_name(m, id_of(m)) < 0) {
		par_oom(&err);
		m->over(m, &err);
		return;
	}
	switch (what) {
	case LPAR_MOVE_NOTHING:
		end_of_nothing(m);
		return;
	case LPAR_MOVE_BACK:
		go_on(m, false);
		return;
	case LPAR_MOVE_FORTH:
		if (m->failed_start && !m->refused)
			move_begin_steps(m, MOVE_REFUSE);
		else
			go_on(m, true);
		return;
	case LPAR_MOVE_WAIT_SOURCE:
		end_with(m, PAR_E_DISCONNECTED,
			 par_strdup_printf(
				 "whose the workload partition '%s' is knows only the LPAR "
				 "'%s', which does not answer; migrwpar -o r when it does",
				 m->wpar, m->lpars[MOVE_SOURCE].lpar));
		return;
	case LPAR_MOVE_WAIT_TARGET:
		end_with(m, PAR_E_DISCONNECTED,
			 par_strdup_printf("the workload partition '%s' belongs to the LPAR '%s', "
					   "which does not answer; migrwpar -o r when it does",
					   m->wpar, m->lpars[MOVE_TARGET].lpar));
		return;
	case LPAR_MOVE_CONFUSED:
		break;
	}
	end_with(
		m, PAR_E_CORRUPT,
		par_strdup_printf("what '%s' and '%s' remember of the move of '%s' does not belong "
				  "together; wparctl move ls shows it in both",
				  m->lpars[MOVE_SOURCE].lpar, m->lpars[MOVE_TARGET].lpar, m->wpar));
}

void move_clear(struct lpar_move *m)
{
	move_halt(m);
	forget_known(m);
}

void move_run(struct lpar_move *m)
{
	m->look = inspect;
	if (m->repairs)
		inspect(m);
	else
		move_begin_steps(m, MOVE_FORTH);
}
