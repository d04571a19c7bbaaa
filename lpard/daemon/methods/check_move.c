/* SPDX-License-Identifier: Apache-2.0 */
/* CheckMove: the report of what would keep a WPAR from moving, on one target or on all. */
#include "lpard/common/json.h"
#include "lpard/daemon/jobs/move_gather.h"
#include "lpard/daemon/methods/common.h"

#include <string.h>

struct check {
	struct lpar_call *call; /* NULL: the caller has left */
	enum lpar_move_kind kind;
	char *wpar;
	struct lpar_move_gather *gather;
};

static void check_free(struct check *c)
{
	lpar_move_gather_free(&c->gather);
	free(c->wpar);
	free(c);
}

static void on_gone(struct lpar_call *call, void *user)
{
	struct check *c = user;

	(void)call;
	c->call = NULL;
	check_free(c);
}

static struct json_object *make_answer(const struct check *c, struct lpar_move_gathered *source,
				       struct lpar_move_gathered *targets, size_t n)
{
	autofree struct lpar_move_target *v = calloc(n + 1, sizeof(*v));
	const struct lpar_move_side side = lpar_move_side_of(source);
	auto_json o = json_object_new_object();

	for (size_t i = 0; i < n && v; i++)
		v[i] = (struct lpar_move_target){
			.system = targets[i].system,
			.side = lpar_move_side_of(&targets[i]),
			.why = targets[i].why ? par_error_text(targets[i].why) : "",
		};
	if (!v || par_json_put_string(o, "wpar", c->wpar) < 0 ||
	    par_json_put_string(o, "system", source->system) < 0 ||
	    par_json_put_string(o, "lpar", source->lpar) < 0 ||
	    par_json_put_string(o, "kind", lpar_move_kind_words[c->kind]) < 0 ||
	    par_json_put(o, "reports", lpar_move_reports(c->kind, &side, v, n)) < 0)
		return NULL;
	return take_ptr(o);
}

static void on_gathered(struct lpar_move_gathered *source, struct lpar_move_gathered *targets,
			size_t n, const struct par_error *why, void *user)
{
	struct check *c = user;
	struct json_object *answer = why ? NULL : make_answer(c, source, targets, n);
	auto_error err = NULL;

	if (answer) {
		lpar_call_reply(&c->call, answer);
	} else {
		if (why)
			par_fail(&err, why->id, 0, "%s", par_error_text(why));
		else
			par_oom(&err);
		lpar_call_fail(&c->call, &err);
	}
	check_free(c);
}

/* All LPARs that could be a target: they run, and are not the source. */
static int all_targets(const struct lpar_daemon *d, const struct lpar_lpar *source,
		       const struct lpar_managed *only, struct lpar_lpar ***ret, size_t *ret_n)
{
	for (size_t s = 0; s < d->n_systems; s++) {
		const struct lpar_managed *m = d->systems[s];

		for (size_t i = 0; i < m->n_lpars && (!only || m == only); i++) {
			struct lpar_lpar **more;

			if (m->lpars[i] == source || !lpar_lpar_running(m->lpars[i]))
				continue;
			more = reallocarray(*ret, *ret_n + 1, sizeof(*more));
			if (!more)
				return -ENOMEM;
			*ret = more;
			more[(*ret_n)++] = m->lpars[i];
		}
	}
	return 0;
}

/* The one that is named, or all of the system that is, or all. */
static int find_targets(struct lpar_daemon *d, const struct lpar_params_CheckMove *p,
			const struct lpar_lpar *source, struct lpar_lpar ***ret, size_t *ret_n,
			struct par_error **err)
{
	const struct lpar_managed *system =
		p->target_system ? lpar_managed_find(d, p->target_system) : NULL;
	struct lpar_lpar *one = NULL;
	int r;

	if (p->target_system && !system)
		return lpar_method_no_system(d, p->target_system, err);
	if (!p->target_lpar)
		return all_targets(d, source, system, ret, ret_n) < 0 ? par_oom(err) : 0;
	r = lpar_managed_get(system ? system : source->managed, p->target_lpar, 0, &one, err);
	if (r < 0)
		return r;
	if (one == source)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the LPAR '%s' is the source and cannot be the target, too",
				p->target_lpar);
	*ret = calloc(1, sizeof(struct lpar_lpar *));
	if (!*ret)
		return par_oom(err);
	(*ret)[0] = one;
	*ret_n = 1;
	return 0;
}

static int begin(struct lpar_daemon *d, const struct lpar_managed *managed,
		 const struct lpar_params_CheckMove *p, struct check *c, struct par_error **err)
{
	autofree struct lpar_lpar **targets = NULL;
	struct lpar_lpar *source = NULL;
	size_t n = 0;
	int r = lpar_method_lpar(managed, p->lpar, p->id, &source, err);

	if (r < 0)
		return r;
	c->kind = p->kind.given ? p->kind.value : LPAR_MOVE_LIVE;
	c->wpar = strdup(p->wpar);
	if (!c->wpar)
		return par_oom(err);
	r = find_targets(d, p, source, &targets, &n, err);
	if (r < 0)
		return r;
	return lpar_move_gather_new(d, source, p->wpar, targets, n, on_gathered, c, &c->gather,
				    err);
}

void lpar_method_CheckMove(struct lpar_daemon *d, struct lpar_call *call,
			   struct lpar_params_CheckMove *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct check *c;
	auto_error err = NULL;

	if (!managed)
		return;
	c = calloc(1, sizeof(*c));
	if (!c || begin(d, managed, params, c, &err) < 0) {
		if (c)
			check_free(c);
		else
			par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	c->call = call;
	call->gone = on_gone;
	call->gone_user = c;
}
