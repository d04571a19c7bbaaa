/* SPDX-License-Identifier: Apache-2.0 */
/* MoveWpar, RepairMove, StopMove, ListMoves: workload partitions that move between LPARs. */
#include "lpard/common/attrs.h"
#include "lpard/common/json.h"
#include "lpard/common/text.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/jobs/move.h"
#include "lpard/daemon/methods/common.h"

#include <inttypes.h>
#include <string.h>

static int find_target(struct lpar_daemon *d, const struct lpar_params_MoveWpar *p,
		       const struct lpar_lpar *source, struct lpar_lpar **ret,
		       struct par_error **err)
{
	const struct lpar_managed *system =
		p->target_system ? lpar_managed_find(d, p->target_system) : source->managed;
	int r;

	if (!system)
		return lpar_method_no_system(d, p->target_system, err);
	if (!lpar_managed_up(system))
		return lpar_managed_down_error(system, err);
	r = lpar_managed_get(system, p->target_lpar, 0, ret, err);
	if (r < 0)
		return r;
	if (*ret == source)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the LPAR '%s' is the source and cannot be the target, too",
				p->target_lpar);
	return 0;
}

static int find_both(struct lpar_daemon *d, const struct lpar_managed *managed,
		     const struct lpar_params_MoveWpar *p, struct lpar_lpar **ret_source,
		     struct lpar_lpar **ret_target, struct par_error **err)
{
	int r = lpar_method_lpar(managed, p->lpar, p->id, ret_source, err);

	if (r < 0)
		return r;
	if (p->kind == LPAR_MOVE_LIVE)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"live moves are not built yet; --kind static moves it stopped");
	return find_target(d, p, *ret_source, ret_target, err);
}

void lpar_method_MoveWpar(struct lpar_daemon *d, struct lpar_call *call,
			  struct lpar_params_MoveWpar *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_lpar *source = NULL, *target = NULL;
	auto_error err = NULL;

	if (!managed)
		return;
	if (find_both(d, managed, params, &source, &target, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_move_start(source, target, params->wpar, params->kind, params->trust, &call);
}

void lpar_method_RepairMove(struct lpar_daemon *d, struct lpar_call *call,
			    struct lpar_params_RepairMove *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_lpar *lpar = NULL;
	auto_error err = NULL;

	if (!managed)
		return;
	if (lpar_method_lpar(managed, params->lpar, params->id, &lpar, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_move_repair_start(lpar, params->wpar, &call);
}

void lpar_method_StopMove(struct lpar_daemon *d, struct lpar_call *call,
			  struct lpar_params_StopMove *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_lpar *lpar = NULL;
	auto_error err = NULL;
	int r;

	if (!managed)
		return;
	r = lpar_method_lpar(managed, params->lpar, params->id, &lpar, &err);
	if (r < 0 || lpar_move_stop(lpar, params->wpar, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_call_reply(&call, NULL);
}

/* A listing's columns: the name, and the text of a move. */
struct column {
	const char *name;
	bool number;
	void (*put)(const struct lpar_move_seen *m, char *ret, size_t size);
};

#define TEXT_COLUMN(member)                                                              \
	static void put_##member(const struct lpar_move_seen *m, char *ret, size_t size) \
	{                                                                                \
		snprintf(ret, size, "%s", m->member);                                    \
	}
#define NUMBER_COLUMN(member)                                                            \
	static void put_##member(const struct lpar_move_seen *m, char *ret, size_t size) \
	{                                                                                \
		snprintf(ret, size, "%" PRIu64, m->member);                              \
	}
TEXT_COLUMN(wpar)
TEXT_COLUMN(lpar)
TEXT_COLUMN(system)
TEXT_COLUMN(target_system)
TEXT_COLUMN(target_lpar)
TEXT_COLUMN(state)
TEXT_COLUMN(phase)
TEXT_COLUMN(reason)
NUMBER_COLUMN(bytes)
NUMBER_COLUMN(down_ms)
NUMBER_COLUMN(total_ms)

static void put_kind(const struct lpar_move_seen *m, char *ret, size_t size)
{
	snprintf(ret, size, "%s", lpar_move_kind_words[m->kind]);
}

static void put_rate(const struct lpar_move_seen *m, char *ret, size_t size)
{
	snprintf(ret, size, "%" PRIu64, m->total_ms ? m->bytes * 1000 / m->total_ms : 0);
}

static const struct column columns[] = {
	{ "name", false, put_wpar },
	{ "lpar_name", false, put_lpar },
	{ "sys_name", false, put_system },
	{ "dest_sys_name", false, put_target_system },
	{ "dest_lpar_name", false, put_target_lpar },
	{ "migration_type", false, put_kind },
	{ "migration_state", false, put_state },
	{ "phase", false, put_phase },
	{ "bytes_transmitted", true, put_bytes },
	{ "bytes_per_second", true, put_rate },
	{ "downtime_ms", true, put_down_ms },
	{ "duration_ms", true, put_total_ms },
	{ "reason", false, put_reason },
};

struct move_list {
	const struct column *chosen[PAR_ARRAY_SIZE(columns)];
	size_t n;
	const struct lpar_criteria *filter;
	struct json_object *rows;
};

static const struct column *find_column(const char *name)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(columns); i++) {
		if (strcmp(columns[i].name, name) == 0)
			return &columns[i];
	}
	return NULL;
}

static int choose(struct move_list *l, const struct par_strv *fields, struct par_error **err)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct column *c = find_column(fields->v[i]);

		if (!c || l->n == PAR_ARRAY_SIZE(columns))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_ATTRIBUTE,
					par_printable(fields->v[i]) ? fields->v[i] : "?");
		l->chosen[l->n++] = c;
	}
	for (size_t i = 0; fields->n == 0 && i < PAR_ARRAY_SIZE(columns); i++)
		l->chosen[l->n++] = &columns[i];
	return 0;
}

/* The HMC's names of filters: of LPARs, here of both, and ours of the workload partitions. */
static int check_filter(const struct lpar_criteria *filter, struct par_error **err)
{
	for (size_t i = 0; i < filter->n; i++) {
		if (strcmp(filter->v[i].name, "lpar_names") != 0 &&
		    strcmp(filter->v[i].name, "wpar_names") != 0)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_INVALID_FILTER,
					par_printable(filter->v[i].name) ? filter->v[i].name : "?");
	}
	return 0;
}

static bool is_wanted(const struct lpar_criteria *filter, const struct lpar_move_seen *m)
{
	for (size_t i = 0; i < filter->n; i++) {
		const struct par_strv *v = &filter->v[i].values;

		if (strcmp(filter->v[i].name, "wpar_names") == 0) {
			if (par_strv_find(v, m->wpar) < 0)
				return false;
		} else if (par_strv_find(v, m->lpar) < 0 && par_strv_find(v, m->target_lpar) < 0) {
			return false;
		}
	}
	return true;
}

static int put_move(const struct lpar_move_seen *m, void *user)
{
	struct move_list *l = user;
	struct json_object *row;

	if (!is_wanted(l->filter, m))
		return 0;
	row = json_object_new_array();
	if (!row || json_object_array_add(l->rows, row) < 0) {
		json_object_put(row);
		return -ENOMEM;
	}
	for (size_t i = 0; i < l->n; i++) {
		char text[PAR_TEXT_FOREIGN + 256];
		struct json_object *value;

		l->chosen[i]->put(m, text, sizeof(text));
		value = json_object_new_string(text);
		if (!value || json_object_array_add(row, value) < 0) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	return 0;
}

static int put_names(const struct move_list *l, struct json_object *o)
{
	struct json_object *names = json_object_new_array(), *numbers = json_object_new_array();

	if (par_json_put(o, "names", names) < 0 || par_json_put(o, "numbers", numbers) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < l->n; i++) {
		if (json_object_array_add(names, json_object_new_string(l->chosen[i]->name)) < 0 ||
		    json_object_array_add(numbers, json_object_new_boolean(l->chosen[i]->number)) <
			    0)
			return -ENOMEM;
	}
	return 0;
}

void lpar_method_ListMoves(struct lpar_daemon *d, struct lpar_call *call,
			   struct lpar_params_ListMoves *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct move_list l = { .filter = &params->filter };
	auto_json o = json_object_new_object();
	auto_error err = NULL;

	if (!managed)
		return;
	l.rows = json_object_new_array();
	if (choose(&l, &params->fields, &err) == 0 && check_filter(&params->filter, &err) == 0 &&
	    (par_json_put(o, "rows", json_object_get(l.rows)) < 0 || put_names(&l, o) < 0 ||
	     lpar_moves_each(d, managed, put_move, &l) < 0))
		par_oom(&err);
	json_object_put(l.rows);
	if (err)
		lpar_call_fail(&call, &err);
	else
		lpar_call_reply(&call, take_ptr(o));
}
