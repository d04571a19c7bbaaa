/* SPDX-License-Identifier: Apache-2.0 */
/* What the handlers of methods share: the system and the LPAR that many parameters name. */
#pragma once

#include "lpard/daemon/jobs/job.h"
#include "lpard/daemon/methods/methods.h"
#include "lpard/daemon/systems/inventory.h"

/*
 * lpar_method_system - the managed system @name (or MTMS), when it can be asked now
 *
 * When the system is not up, *call (which becomes NULL) waits for it if it may be up soon, else the
 * call fails.  Returns NULL when *call was dealt with.
 */
struct lpar_managed *lpar_method_system(struct lpar_daemon *d, struct lpar_call **call,
					const char *name);

/*
 * lpar_method_lpar - the LPAR @name, or that of @id; the one that is not meant is NULL or 0
 * Errors: PAR_E_NOT_FOUND (HSCL8012, HSCL8011), PAR_E_INVALID_ARGUMENT (not exactly one given).
 */
int lpar_method_lpar(const struct lpar_managed *system, const char *name, uint64_t id,
		     struct lpar_lpar **ret, struct par_error **err);

/* lpar_method_no_system - PAR_E_NOT_FOUND (HSCL8018) of the managed system @name */
int lpar_method_no_system(const struct lpar_daemon *d, const char *name, struct par_error **err);
