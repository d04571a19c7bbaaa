/* SPDX-License-Identifier: Apache-2.0 */
/* The network of a WPAR while it runs. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_network_change - an active WPAR gets the addresses and routes of @after
 * @before	its specification so far; both are complete, of one name and key
 * Saves nothing.  The caller holds wpar_lock(); one that is not active has nothing to change.
 * After an error it has those of @before.  Errors: those of planning and of wpar_net_change().
 */
int wpar_network_change(const struct wpar_spec *before, const struct wpar_spec *after,
			struct par_error **err);
