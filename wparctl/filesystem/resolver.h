/* SPDX-License-Identifier: Apache-2.0 */
/* mkwpar -r: name resolution as in the global environment. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_resolver_copy - resolv.conf, hosts, nsswitch.conf and networks of the global environment
 * into a WPAR's root; files that are not there are left out
 * A link in the place of one of these files in the WPAR is replaced, not followed.
 */
int wpar_resolver_copy(const struct wpar_spec *s, struct par_error **err);
