/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR that stands still for a checkpoint goes on. */
#pragma once

#include "wparctl/network/plan.h"
#include "wparctl/spec/spec.h"

/*
 * wpar_let_go - its network as it was, its processes run; done again, it changes nothing
 * Where it runs already only what a checkpoint sets for a while is put back.  The caller holds the
 * WPAR's lock.  Errors: PAR_E_SYSTEM; it may stand still or have no network then: do it again.
 */
int wpar_let_go(const struct wpar_spec *s, struct par_error **err);

/* wpar_let_go_links - the names of the LPAR's ends of @p's links */
int wpar_let_go_links(const struct wpar_net_plan *p, struct par_strv *ret);

/* wpar_let_go_ping - all groups of @s may ping again, in the network of @pid; a negative errno */
int wpar_let_go_ping(const struct wpar_spec *s, pid_t pid);
