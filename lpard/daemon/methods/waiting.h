/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that wait some seconds for a managed system that is just connecting, so that a command
 * typed while lpard or libvirtd starts does not fail.
 */
#pragma once

#include "lpard/common/event.h"
#include "lpard/daemon/server/call.h"
#include "lpard/daemon/systems/events.h"

struct lpar_waiting;

/* Gets a call that has waited, and owns that call from then on. */
typedef void (*lpar_waiting_fn)(struct lpar_call *call, void *user);

/* lpar_waiting_new - nobody waits yet; *ret is the caller's, and ends before @events */
int lpar_waiting_new(struct par_event *loop, struct lpar_events *events, lpar_waiting_fn again,
		     void *user, struct lpar_waiting **ret, struct par_error **err);
/* lpar_waiting_free - answer all of them with PAR_E_DISCONNECTED (the daemon ends); NULL inside is
 * fine */
void lpar_waiting_free(struct lpar_waiting **waiting);

/* lpar_waiting_add - keep @call until a system has connected, or for @ms; then it is looked at
 * again */
void lpar_waiting_add(struct lpar_waiting *waiting, struct lpar_call *call, uint64_t ms);
