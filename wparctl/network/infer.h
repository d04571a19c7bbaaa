/* SPDX-License-Identifier: Apache-2.0 */
/* What -N leaves out: the interface, the mask and the broadcast address.  Pure. */
#pragma once

#include "wparctl/network/facts.h"
#include "wparctl/spec/spec.h"

/*
 * wpar_net_infer - fill in what is not given of each address of @s, and see whether all can be
 * An interface is that of whose network the address is a part; a mask is that of the network, or
 * else that of the interface's first address.
 * Errors: PAR_E_INVALID_ARGUMENT (no such interface, no interface has such a network, no address
 * of one host), PAR_E_EXISTS (the global environment's own address).
 */
int wpar_net_infer(struct wpar_spec *s, const struct wpar_net_facts *f, struct par_error **err);

/*
 * wpar_net_is_near - is @ip, which the WPAR's name stands for, on the network of an active
 * interface, and not the global environment's own?
 */
bool wpar_net_is_near(const struct wpar_net_facts *f, const struct wpar_ip *ip);
