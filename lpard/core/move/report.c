/* SPDX-License-Identifier: Apache-2.0 */
/* The report on several targets: see report.h. */
#include "lpard/core/move/report.h"

#include <string.h>

struct ranked {
	const struct lpar_move_target *target;
	struct lpar_move_fit fit;
	size_t failed, warnings;
};

static int compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	const struct par_move_facts *fx = x->target->side.facts, *fy = y->target->side.facts;

	if (!fx != !fy)
		return fx ? -1 : 1;
	if (x->failed != y->failed)
		return x->failed < y->failed ? -1 : 1;
	if (x->warnings != y->warnings)
		return x->warnings < y->warnings ? -1 : 1;
	if (fx && fx->memory_free != fy->memory_free)
		return fx->memory_free > fy->memory_free ? -1 : 1;
	return strcmp(x->target->side.lpar, y->target->side.lpar);
}

static const char *verdict_of(const struct ranked *r)
{
	if (!r->target->side.facts)
		return "unknown";
	return r->failed ? "fails" : r->warnings ? "fits with warnings" : "fits";
}

static int put_number(struct json_object *o, const char *key, uint64_t v)
{
	return par_json_put(o, key, json_object_new_int64((int64_t)v));
}

static int put_report(struct json_object *list, const struct ranked *r, size_t rank)
{
	const struct lpar_move_target *t = r->target;
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	if (par_json_put_string(o, "system", t->system) < 0 ||
	    par_json_put_string(o, "lpar", t->side.lpar) < 0 || put_number(o, "rank", rank) < 0 ||
	    par_json_put_string(o, "verdict", verdict_of(r)) < 0 ||
	    put_number(o, "failed", r->failed) < 0 || put_number(o, "warnings", r->warnings) < 0 ||
	    put_number(o, "memory_free", t->side.facts ? t->side.facts->memory_free : 0) < 0 ||
	    par_json_put_string(o, "error", t->side.facts ? NULL : t->why) < 0)
		return -ENOMEM;
	return par_json_put(o, "tests", lpar_move_fit_json(&r->fit));
}

static void judge(enum lpar_move_kind kind, const struct lpar_move_side *source, struct ranked *r)
{
	if (!r->target->side.facts)
		return;
	lpar_move_fit(kind, source, &r->target->side, &r->fit);
	r->failed = lpar_move_fit_count(&r->fit, LPAR_MOVE_FAILED);
	r->warnings = lpar_move_fit_count(&r->fit, LPAR_MOVE_WARNING);
}

struct json_object *lpar_move_reports(enum lpar_move_kind kind, const struct lpar_move_side *source,
				      const struct lpar_move_target *targets, size_t n)
{
	auto_json list = json_object_new_array();
	autofree struct ranked *v = calloc(n + 1, sizeof(*v));
	int r = list && v ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && v; i++) {
		v[i].target = &targets[i];
		judge(kind, source, &v[i]);
	}
	if (v)
		qsort(v, n, sizeof(*v), compare);
	for (size_t i = 0; i < n && r == 0; i++)
		r = put_report(list, &v[i], i + 1);
	for (size_t i = 0; i < n && v; i++)
		lpar_move_fit_done(&v[i].fit);
	return r == 0 ? take_ptr(list) : NULL;
}
