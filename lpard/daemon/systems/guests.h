/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of consoles and agents' channels when something happens to their LPARs: a subscriber
 * of the list of events.
 */
#pragma once

#include "lpard/daemon/daemon.h"

/* lpar_guests_subscribe - from now on; ends with the list of events; -ENOMEM */
int lpar_guests_subscribe(struct lpar_daemon *d);
