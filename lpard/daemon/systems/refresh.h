/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps the copy of a managed system fresh: the hypervisor's events.  A connection that comes
 * up has everything listed anew; an event of an LPAR has that LPAR read again.
 */
#pragma once

#include "lpard/daemon/systems/managed_system.h"

/* lpar_managed_on_event - an hv_event_fn, for the hypervisor port's thread; @managed is a
 * struct lpar_managed */
void lpar_managed_on_event(const struct hv_event *event, void *managed);
