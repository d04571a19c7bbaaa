/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one LPAR anew from the hypervisor. */
#pragma once

#include "lpard/daemon/systems/managed_system.h"

/*
 * lpar_managed_fetch - on a worker, within lpar_managed_run(): read one LPAR now
 *
 * The loop takes the answer over before the `done` of that work is called, so that whatever is
 * told from there on is not older than what was read here.
 */
void lpar_managed_fetch(struct lpar_managed *managed, const char *uuid);

/* lpar_managed_refetch - in the loop: have a worker read it */
void lpar_managed_refetch(struct lpar_managed *managed, const char *uuid);

/* lpar_managed_answers - in the loop: take over what workers have read */
void lpar_managed_answers(struct lpar_managed *managed);
