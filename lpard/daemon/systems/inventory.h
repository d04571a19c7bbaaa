/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy of a managed system's LPARs, from which listings and look-ups of names are answered; a
 * change reads its LPAR anew first (fetch.h).
 */
#pragma once

#include "lpard/daemon/systems/lpar.h"

/* lpar_managed_by_uuid - any case; NULL when there is none */
struct lpar_lpar *lpar_managed_by_uuid(const struct lpar_managed *managed, const char *uuid);
/*
 * lpar_managed_get - by name, or by id when @name is NULL
 * Errors: PAR_E_NOT_FOUND with HSCL8012 or HSCL8011.
 */
int lpar_managed_get(const struct lpar_managed *managed, const char *name, uint32_t id,
		     struct lpar_lpar **ret, struct par_error **err);

/* lpar_managed_reserve - a partition that is being made takes its name and id; takes @part over */
int lpar_managed_reserve(struct lpar_managed *managed, struct lpar_partition *part,
			 struct lpar_lpar **ret, struct par_error **err);
/* lpar_managed_forget - take an LPAR out, to be freed soon, or when its job lets go of it */
void lpar_managed_forget(struct lpar_lpar *lpar);
/* lpar_managed_discard - free an LPAR that was taken out, from the loop and not from within: its
 * console and its agent may be among the callers */
void lpar_managed_discard(struct lpar_lpar *lpar);
/* lpar_managed_clear - free all LPARs, now */
void lpar_managed_clear(struct lpar_managed *managed);

/* lpar_managed_usage - what the LPARs but @except hold, activations under way included, and what
 * runs beside them; any thread with ->lock, or the loop */
void lpar_managed_usage(const struct lpar_managed *managed, const struct lpar_lpar *except,
			struct lpar_usage *ret);

/* What lpar_managed_store() did. */
struct lpar_stored {
	struct lpar_lpar *lpar;
	struct hv_live was; /* the state before */
	bool redefined;
};

/*
 * lpar_managed_store - take over what the hypervisor said of an LPAR, unless a newer answer is
 * there; under ->lock, and lpar_managed_reorder() and lpar_lpar_stored() afterwards
 * Returns false when nothing was stored.
 */
bool lpar_managed_store(struct lpar_managed *managed, struct hv_record *rec, uint64_t asked,
			struct lpar_stored *ret);
/* lpar_managed_reorder - under ->lock: sort the LPARs and point the set at them */
void lpar_managed_reorder(struct lpar_managed *managed);
