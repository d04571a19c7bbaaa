/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a WPAR that is to be made: what was not given, and whether they can be its own.
 */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_network_complete - fill in what -N leaves out, by the interfaces of the global environment
 * A system WPAR without any address gets those that its name stands for and that are on the network
 * of an active interface, one of IPv4 and one of IPv6.
 * Errors: those of wpar_net_infer().
 */
int wpar_network_complete(struct wpar_spec *s, struct par_error **err);

/* wpar_network_say_left_out - with -a, of @given addresses those that others have are left out */
void wpar_network_say_left_out(const char *command, const struct wpar_spec *s, size_t given);
