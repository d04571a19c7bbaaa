/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that wait some seconds for a managed system that is just connecting, so that a command
 * typed while lpard or libvirtd starts does not fail.
 */
#pragma once

#include "lpard/daemon/daemon.h"

/* lpar_waiting_add - keep @call until lpar_waiting_wake(), or for @ms; then dispatch it again */
void lpar_waiting_add(struct lpar_daemon *d, struct lpar_call *call, uint64_t ms);
/* lpar_waiting_wake - a system has connected, or will not: look at all of them again */
void lpar_waiting_wake(struct lpar_daemon *d);
/* lpar_waiting_clear - drop them (the daemon ends) */
void lpar_waiting_clear(struct lpar_daemon *d);
