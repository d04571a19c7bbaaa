/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers of methods share: parameters that many of them have, and their errors. */
#pragma once

#include "lpard/common/attrs.h"
#include "lpard/daemon/systems/inventory.h"
#include "lpard/daemon/jobs/job.h"

/*
 * lpar_method_host - the system that parameter "system" names, when it can be asked now
 *
 * When it is not up: parks *call (which becomes NULL) if the system may be up soon, else fails.
 * Returns NULL when *call was dealt with.
 */
struct lpar_managed *lpar_method_host(struct lpar_daemon *d, struct lpar_call **call);

/*
 * lpar_method_entry - the LPAR that parameters "lpar" or "id" name
 * Errors: PAR_E_NOT_FOUND (HSCL8012, HSCL8011), PAR_E_INVALID_ARGUMENT (not exactly one given).
 */
int lpar_method_entry(const struct lpar_managed *host, struct json_object *parameters,
		      struct lpar_lpar **ret, struct par_error **err);

/* lpar_method_attributes - parameter "attributes" */
int lpar_method_attributes(struct json_object *parameters, struct par_attrs *ret,
			   struct par_error **err);

/* lpar_method_fail - answer *call (may be NULL by now) with *err */
void lpar_method_fail(struct lpar_call **call, struct par_error **err);
