/* SPDX-License-Identifier: Apache-2.0 */
/* What host.c (the copy of a system's LPARs) and connect.c (what keeps it fresh) share. */
#pragma once

#include "lpard/daemon/host.h"

/* lpar_host_store - take an answer over, unless a newer one is there; under the lock, reorder
 * afterwards.  @ret_was: the state before.  NULL: nothing was stored. */
struct lpar_entry *lpar_host_store(struct lpar_host *host, struct hv_record *rec, uint64_t asked,
				   struct hv_live *ret_was);
/* lpar_host_reorder - under the lock: sort the entries and point the set at them */
void lpar_host_reorder(struct lpar_host *host);
/* lpar_host_unuse - some work is done; a removed host goes with the last */
void lpar_host_unuse(struct lpar_host *host);
