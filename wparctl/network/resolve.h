/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a name, as the global environment resolves names. */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/network/ip.h"

#define WPAR_NET_RESOLVED_MOST 16

/*
 * wpar_net_resolve - ask the system's own resolver (getent, for a static program has none)
 * @ret		room for WPAR_NET_RESOLVED_MOST addresses
 * Returns how many there are: 0 for a name that has none, and when there is no answer within
 * two seconds.
 */
size_t wpar_net_resolve(const char *name, struct wpar_ip *ret);
