/* SPDX-License-Identifier: Apache-2.0 */
/* What a route of -I says, as values.  Pure. */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/network/ip.h"
#include "wparctl/spec/spec.h"

struct wpar_net_target {
	struct wpar_ip destination, gateway;
	unsigned int prefix; /* 0: the default route */
};

/*
 * wpar_net_route_read - the route @r, whose names are resolved
 * Without a mask an IPv4 destination is the network of its class when its other bits are 0 or
 * rttype=net says so, as on AIX, and else a host; one of IPv6 is a network of 64 bits or a host.
 * Errors: PAR_E_INVALID_ARGUMENT.
 */
int wpar_net_route_read(const struct wpar_route *r, struct wpar_net_target *ret,
			struct par_error **err);

/*
 * wpar_net_route_interface - the interface that leads to @gateway: rtinterface, or that of the
 * address of @s, complete, on whose network it is; NULL: there is none
 */
const char *wpar_net_route_interface(const struct wpar_spec *s, const struct wpar_route *r,
				     const struct wpar_ip *gateway);

/* wpar_net_routes_check - can all routes of @s be? PAR_E_INVALID_ARGUMENT */
int wpar_net_routes_check(const struct wpar_spec *s, struct par_error **err);
