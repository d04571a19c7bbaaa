/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a report, and what is said of them: see fit.h. */
#include "lpard/core/move/fit_priv.h"

#include <string.h>

void lpar_move_fit_done(struct lpar_move_fit *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].name);
		free(f->v[i].source);
		free(f->v[i].target);
		free(f->v[i].remedy);
	}
	free(f->v);
	*f = (struct lpar_move_fit){ 0 };
}

static enum lpar_move_verdict verdict_of(bool fits, bool required)
{
	if (fits)
		return LPAR_MOVE_OK;
	return required ? LPAR_MOVE_FAILED : LPAR_MOVE_WARNING;
}

static struct lpar_move_row *add(struct lpar_move_fit *f)
{
	struct lpar_move_row *more = reallocarray(f->v, f->n + 1, sizeof(*f->v));

	f->failed |= !more;
	if (!more)
		return NULL;
	f->v = more;
	more[f->n] = (struct lpar_move_row){ 0 };
	return &more[f->n++];
}

static void fill(struct lpar_move_fit *f, struct lpar_move_row *r, bool required,
		 const char *remedy, const char *source, const char *target, bool fits)
{
	r->required = required;
	r->verdict = verdict_of(fits, required);
	r->source = strdup(source ? source : "");
	r->target = strdup(target ? target : "");
	r->remedy = strdup(fits || !remedy ? "" : remedy);
	f->failed |= !r->source || !r->target || !r->remedy;
}

void move_add_as(struct move_look *l, const struct move_test *t, const char *remedy,
		 const char *source, const char *target, bool fits)
{
	struct lpar_move_row *r = add(l->fit);

	if (!r)
		return;
	r->test = t->name;
	fill(l->fit, r, t->needs[l->kind] == MOVE_REQUIRED, remedy ? remedy : t->remedy, source,
	     target, fits);
}

void move_add(struct move_look *l, const struct move_test *t, const char *source,
	      const char *target, bool fits)
{
	move_add_as(l, t, NULL, source, target, fits);
}

void move_add_named(struct move_look *l, const char *name, bool required, const char *remedy,
		    const char *source, const char *target, bool fits)
{
	struct lpar_move_row *r = add(l->fit);

	if (!r)
		return;
	r->name = strdup(name ? name : "?");
	r->test = r->name ? r->name : "?";
	l->fit->failed |= !r->name;
	fill(l->fit, r, required, remedy, source, target, fits);
}

size_t lpar_move_fit_count(const struct lpar_move_fit *f, enum lpar_move_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->v[i].verdict == verdict;
	return n;
}

const char *lpar_move_verdict_word(enum lpar_move_verdict v)
{
	switch (v) {
	case LPAR_MOVE_OK:
		return "ok";
	case LPAR_MOVE_WARNING:
		return "warning";
	case LPAR_MOVE_FAILED:
		break;
	}
	return "failed";
}

static const struct lpar_move_row *first_failed(const struct lpar_move_fit *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].verdict == LPAR_MOVE_FAILED)
			return &f->v[i];
	}
	return NULL;
}

int lpar_move_fit_check(const struct lpar_move_fit *f, const char *wpar, const char *target,
			struct par_error **err)
{
	const size_t n = lpar_move_fit_count(f, LPAR_MOVE_FAILED);
	const struct lpar_move_row *first = first_failed(f);

	if (f->failed)
		return par_oom(err);
	if (!first)
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"The workload partition '%s' cannot move to '%s': %zu test%s, %s%s, which "
			"is '%s' here and '%s' there; %s",
			wpar, target, n, n == 1 ? " fails" : "s fail",
			n == 1 ? "" : "the first of them ", first->test, first->source,
			first->target, first->remedy);
}

static int put_row(struct json_object *list, const struct lpar_move_row *r)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	if (par_json_put_string(o, "test", r->test) < 0 ||
	    par_json_put_string(o, "source", r->source) < 0 ||
	    par_json_put_string(o, "target", r->target) < 0 ||
	    par_json_put(o, "required", json_object_new_boolean(r->required)) < 0 ||
	    par_json_put_string(o, "verdict", lpar_move_verdict_word(r->verdict)) < 0)
		return -ENOMEM;
	return par_json_put_string(o, "remedy", r->remedy);
}

struct json_object *lpar_move_fit_json(const struct lpar_move_fit *f)
{
	auto_json list = json_object_new_array();

	for (size_t i = 0; i < f->n && list; i++) {
		if (put_row(list, &f->v[i]) < 0)
			return NULL;
	}
	return f->failed ? NULL : take_ptr(list);
}
