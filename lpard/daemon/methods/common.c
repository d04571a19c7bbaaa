/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers share: see api.h.  And GetVersion. */
#include "lpard/daemon/methods/common.h"

#include "lpard/common/json.h"
#include "lpard/daemon/methods/dispatch.h"
#include "lpard/daemon/methods/waiting.h"

#include <string.h>

#define WAIT_MS	       5000
#define MAX_ATTRIBUTES 256

void lpar_method_fail(struct lpar_call **call, struct par_error **err)
{
	if (*call)
		lpar_call_fail(call, err);
}

struct lpar_managed *lpar_method_host(struct lpar_daemon *d, struct lpar_call **call)
{
	struct lpar_managed *host = NULL;
	auto_error err = NULL;
	const char *name = NULL;

	if (par_json_string((*call)->parameters, "system", true, &name, &err) == 0) {
		host = lpar_managed_find(d, name);
		if (!host)
			par_fail(&err, PAR_E_NOT_FOUND, 0,
				 "HSCL8018 The managed system %s was not found.  Please check "
				 "your entry and retry the command.",
				 par_printable(name) ? name : "?");
	}
	if (host && !lpar_managed_up(host)) {
		if (lpar_managed_settling(host)) {
			lpar_waiting_add(d->waiting, take_ptr(*call), WAIT_MS);
			return NULL;
		}
		lpar_managed_down_error(host, &err);
		host = NULL;
	}
	if (!host)
		lpar_method_fail(call, &err);
	return host;
}

int lpar_method_entry(const struct lpar_managed *host, struct json_object *parameters,
		      struct lpar_lpar **ret, struct par_error **err)
{
	const char *name = NULL;
	uint64_t id = 0;
	int r = par_json_string(parameters, "lpar", false, &name, err);

	r = r < 0 ? r : par_json_u64(parameters, "id", false, UINT32_MAX, &id, err);
	if (r < 0)
		return r;
	if (!name == (id == 0))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"Either \"lpar\" or \"id\" must be given");
	return lpar_managed_get(host, name, (uint32_t)id, ret, err);
}

static int add_attribute(struct json_object *o, struct par_attrs *ret, struct par_error **err)
{
	static const char *const known[] = { "name", "op", "value", NULL };
	static const char *const ops[] = { "set", "add", "remove" };
	const char *name = NULL, *op = NULL, *value = NULL;
	int r = par_json_string(o, "name", true, &name, err);

	r = r < 0 ? r : par_json_string(o, "op", true, &op, err);
	r = r < 0 ? r : par_json_string(o, "value", true, &value, err);
	r = r < 0 ? r : par_json_only(o, known, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(ops); i++) {
		if (strcmp(ops[i], op) == 0)
			return par_attrs_add(ret, name, (enum par_attr_op)i, value) < 0
				       ? par_oom(err)
				       : 0;
	}
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"op\" must be set, add or remove");
}

int lpar_method_attributes(struct json_object *parameters, struct par_attrs *ret,
			   struct par_error **err)
{
	struct json_object *a = NULL;
	int r = par_json_array(parameters, "attributes", true, MAX_ATTRIBUTES, &a, err);

	for (size_t i = 0; r >= 0 && i < json_object_array_length(a); i++) {
		struct json_object *o = json_object_array_get_idx(a, i);

		if (!json_object_is_type(o, json_type_object))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"\"attributes\" must be a list of objects");
		r = add_attribute(o, ret, err);
	}
	return r;
}

void lpar_method_GetVersion(struct lpar_daemon *d, struct lpar_call *call)
{
	const struct lpar_config *c = d->config;
	auto_json a = json_object_new_object();
	auto_error err = NULL;

	if (par_json_put_string(a, "version", c->hmc_version) < 0 ||
	    par_json_put_string(a, "release", c->hmc_release) < 0 ||
	    par_json_put_string(a, "service_pack", c->hmc_service_pack) < 0 ||
	    par_json_put_string(a, "build_level", c->hmc_build) < 0 ||
	    par_json_put_string(a, "base_version", c->hmc_base_version) < 0 ||
	    par_json_put_strv(a, "fixes", c->hmc_fixes.v, c->hmc_fixes.n) < 0 ||
	    par_json_put_string(a, "lpard", PAR_VERSION) < 0) {
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	lpar_call_reply(&call, take_ptr(a));
}
