/* SPDX-License-Identifier: Apache-2.0 */
/* Create, Save, Change, Apply, Remove: which LPAR is meant; the change itself is a job's. */
#include "lpard/common/nearest.h"
#include "lpard/core/messages.h"
#include "lpard/daemon/jobs/change.h"
#include "lpard/daemon/methods/common.h"

#include <string.h>

/* Nothing names the LPAR.  Was one of the names that there are misspelt? */
static int fail_no_name(const struct par_attrs *attrs, const char *name_key, struct par_error **err)
{
	int r = par_fail(err, PAR_E_INVALID_ARGUMENT, 0, LPAR_MSG_MISSING_ATTRIBUTES,
			 strcmp(name_key, "name") == 0 ? "name or lpar_id"
						       : "lpar_name or lpar_id");

	for (size_t i = 0; i < attrs->n; i++) {
		struct par_nearest guess = { .word = attrs->v[i].name };

		par_nearest_try(&guess, name_key);
		par_nearest_try(&guess, "lpar_id");
		if (guess.best)
			par_error_hint(err, "Did you mean %s instead of %s?", guess.best,
				       guess.word);
	}
	return r;
}

/* The LPAR that attributes name: as @name_key or lpar_id */
static int lpar_of_attrs(const struct lpar_managed *managed, const struct par_attrs *attrs,
			 const char *name_key, struct lpar_lpar **ret, struct par_error **err)
{
	const char *name = par_attrs_get(attrs, name_key);
	const char *id = par_attrs_get(attrs, "lpar_id");
	uint64_t n = 0;

	if (!name && !id)
		return fail_no_name(attrs, name_key, err);
	if (!name && par_parse_u64(id, UINT32_MAX, &n) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PARTITION_ID,
				par_printable(id) ? id : "?");
	return lpar_managed_get(managed, name, (uint32_t)n, ret, err);
}

void lpar_method_Create(struct lpar_daemon *d, struct lpar_call *call,
			struct lpar_params_Create *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	bool prof = params->resource == LPAR_DEFINABLE_PROF;
	struct lpar_change_request rq = {
		.kind = prof ? LPAR_CHANGE_CREATE_PROF : LPAR_CHANGE_CREATE_LPAR,
		.attrs = &params->attributes,
	};
	auto_error err = NULL;

	if (!managed)
		return;
	if (prof && lpar_of_attrs(managed, rq.attrs, "lpar_name", &rq.lpar, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_change_start(managed, &call, "Create", &rq);
}

void lpar_method_Change(struct lpar_daemon *d, struct lpar_call *call,
			struct lpar_params_Change *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	bool prof = params->resource == LPAR_DEFINABLE_PROF;
	struct lpar_change_request rq = {
		.kind = prof ? LPAR_CHANGE_PROF : LPAR_CHANGE_LPAR,
		.attrs = &params->attributes,
		.force = params->force,
	};
	auto_error err = NULL;

	if (!managed)
		return;
	if (lpar_of_attrs(managed, rq.attrs, prof ? "lpar_name" : "name", &rq.lpar, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_change_start(managed, &call, "Change", &rq);
}

void lpar_method_Save(struct lpar_daemon *d, struct lpar_call *call,
		      struct lpar_params_Save *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_change_request rq = { .kind = LPAR_CHANGE_SAVE_PROF,
					  .profile = params->profile,
					  .force = params->force };
	auto_error err = NULL;

	if (!managed)
		return;
	if (lpar_method_lpar(managed, params->lpar, params->id, &rq.lpar, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_change_start(managed, &call, "Save", &rq);
}

void lpar_method_Apply(struct lpar_daemon *d, struct lpar_call *call,
		       struct lpar_params_Apply *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_change_request rq = { .kind = LPAR_CHANGE_APPLY, .profile = params->profile };
	auto_error err = NULL;

	if (!managed)
		return;
	if (lpar_method_lpar(managed, params->lpar, params->id, &rq.lpar, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_change_start(managed, &call, "Apply", &rq);
}

/* An LPAR, or with resource prof the profile that is named. */
static int find_removed(const struct lpar_managed *managed, const struct lpar_params_Remove *p,
			struct lpar_change_request *rq, struct par_error **err)
{
	if (p->resource == LPAR_DEFINABLE_PROF) {
		if (!p->profile)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"profile\" is missing");
		rq->kind = LPAR_CHANGE_REMOVE_PROF;
		rq->profile = p->profile;
	}
	return lpar_method_lpar(managed, p->lpar, p->id, &rq->lpar, err);
}

void lpar_method_Remove(struct lpar_daemon *d, struct lpar_call *call,
			struct lpar_params_Remove *params)
{
	struct lpar_managed *managed = lpar_method_system(d, &call, params->system);
	struct lpar_change_request rq = { .kind = LPAR_CHANGE_REMOVE_LPAR, .force = params->force };
	auto_error err = NULL;

	if (!managed)
		return;
	if (find_removed(managed, params, &rq, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_change_start(managed, &call, "Remove", &rq);
}
