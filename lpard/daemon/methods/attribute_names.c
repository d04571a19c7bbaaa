/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes: the names that listings and configuration data have, for completion. */
#include "lpard/common/cmd.h"
#include "lpard/common/json.h"
#include "lpard/core/listings/listings.h"
#include "lpard/daemon/methods/methods.h"

static int collect(const struct lpar_params_Attributes *p, struct par_strv *ret,
		   struct par_error **err)
{
	enum lpar_use use = p->use.given ? p->use.value : LPAR_USE_LIST;
	enum lpar_listing kind;
	const char *bad = lpar_listing_find(p->resource, p->subtype, p->level, &kind);

	if (!bad && use != LPAR_USE_LIST && kind != LPAR_LIST_LPAR && kind != LPAR_LIST_PROF)
		bad = "-r";
	if (bad)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, PAR_MSG_BAD_PARAMETERS, bad);
	return lpar_attribute_names(kind, use, ret) < 0 ? par_oom(err) : 0;
}

static int make_answer(struct lpar_params_Attributes *params, struct json_object *ret,
		       struct par_error **err)
{
	auto_strv names = { 0 };
	int r = collect(params, &names, err);

	if (r < 0)
		return r;
	return par_json_put_strv(ret, "names", names.v, names.n) < 0 ? par_oom(err) : 0;
}

void lpar_method_Attributes(struct lpar_daemon *d, struct lpar_call *call,
			    struct lpar_params_Attributes *params)
{
	auto_json a = json_object_new_object();
	auto_error err = NULL;

	(void)d;
	if (make_answer(params, a, &err) < 0)
		lpar_call_fail(&call, &err);
	else
		lpar_call_reply(&call, take_ptr(a));
}
