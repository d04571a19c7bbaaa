/* SPDX-License-Identifier: Apache-2.0 */
/* The network of a WPAR while it runs. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_network_change - an active WPAR gets the addresses and routes of @after
 * @before	its specification so far; both are complete, of one name and key
 * Saves nothing.  The caller holds wpar_lock(), and calls wpar_network_settle() when @after is
 * saved: killed before that, the next change begins with the network of what is saved.  One that is
 * not active has nothing to change, and neither has one whose addresses and routes stay. After an
 * error it has those of @before.  Errors: those of planning and of wpar_net_change().
 */
int wpar_network_change(const struct wpar_spec *before, const struct wpar_spec *after,
			struct par_error **err);

/* wpar_network_undo - back to @before, of which @after is not saved; ignores errors */
void wpar_network_undo(const struct wpar_spec *before, const struct wpar_spec *after);

/* wpar_network_settle - @now is saved; an error costs the next change some time only */
void wpar_network_settle(const struct wpar_spec *now);
