/* SPDX-License-Identifier: Apache-2.0 */
/* GetVersion: the version of the management console, which the configuration states. */
#include "lpard/daemon/methods/methods.h"

static int put_version(struct json_object *a, const struct lpar_config *c)
{
	if (par_json_put_string(a, "version", c->hmc_version) < 0 ||
	    par_json_put_string(a, "release", c->hmc_release) < 0 ||
	    par_json_put_string(a, "service_pack", c->hmc_service_pack) < 0 ||
	    par_json_put_string(a, "build_level", c->hmc_build) < 0 ||
	    par_json_put_string(a, "base_version", c->hmc_base_version) < 0 ||
	    par_json_put_strv(a, "fixes", c->hmc_fixes.v, c->hmc_fixes.n) < 0 ||
	    par_json_put_string(a, "lpard", PAR_VERSION) < 0)
		return -ENOMEM;
	return 0;
}

void lpar_method_GetVersion(struct lpar_daemon *d, struct lpar_call *call,
			    struct lpar_params_GetVersion *params)
{
	auto_json a = json_object_new_object();
	auto_error err = NULL;

	(void)params;
	if (put_version(a, d->config) < 0) {
		par_oom(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	lpar_call_reply(&call, take_ptr(a));
}
