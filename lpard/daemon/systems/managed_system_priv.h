/* SPDX-License-Identifier: Apache-2.0 */
/* What host.c (the copy of a system's LPARs) and connect.c (what keeps it fresh) share. */
#pragma once

#include "lpard/daemon/systems/managed_system.h"

/* lpar_managed_store - take an answer over, unless a newer one is there; under the lock, reorder
 * afterwards.  @ret_was: the state before.  NULL: nothing was stored. */
struct lpar_lpar *lpar_managed_store(struct lpar_managed *host, struct hv_record *rec,
				     uint64_t asked, struct hv_live *ret_was);
/* lpar_managed_reorder - under the lock: sort the entries and point the set at them */
void lpar_managed_reorder(struct lpar_managed *host);
/* lpar_managed_unuse - some work is done; a removed host goes with the last */
void lpar_managed_unuse(struct lpar_managed *host);
