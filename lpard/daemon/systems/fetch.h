/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one LPAR anew from the hypervisor. */
#pragma once

#include "lpard/daemon/systems/managed_system.h"

/*
 * lpar_managed_fetch - on a worker: read one LPAR now
 *
 * The end of that work, in the loop, calls lpar_managed_answers() first (lpar_managed_run() does
 * so by itself): whatever is reported from then on is not older than what was read here.
 */
void lpar_managed_fetch(struct lpar_managed *managed, const char *uuid);

/* lpar_managed_refetch - in the loop: have a worker read an LPAR */
void lpar_managed_refetch(struct lpar_managed *managed, const char *uuid);

/* lpar_managed_answers - in the loop: take over what workers have read */
void lpar_managed_answers(struct lpar_managed *managed);
