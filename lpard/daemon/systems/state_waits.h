/* SPDX-License-Identifier: Apache-2.0 */
/* Wakes those who wait for a change of an LPAR's state (lpar_lpar_wait), by the list of events. */
#pragma once

#include "lpard/daemon/daemon.h"

/* lpar_state_waits_subscribe - from now on; ends with the list of events; -ENOMEM */
int lpar_state_waits_subscribe(struct lpar_daemon *d);
