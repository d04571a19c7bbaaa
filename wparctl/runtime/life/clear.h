/* SPDX-License-Identifier: Apache-2.0 */
/* Clears away what a WPAR has left. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_clear - end what still runs; remove the control group and the folder in /run
 * The caller holds wpar_lock().
 */
int wpar_clear(const char *name, struct par_error **err);

/*
 * wpar_clear_ended - the same for a system WPAR that has ended with nobody there to clear away,
 * its monitor being killed too; nothing when it runs or when a command is at it
 */
void wpar_clear_ended(const struct wpar_spec *s);
