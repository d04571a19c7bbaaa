/* SPDX-License-Identifier: Apache-2.0 */
/* The network of a WPAR made anew around its processes, which stand still. */
#pragma once

#include "wparctl/network/plan.h"

#include <sys/types.h>

/*
 * wpar_net_apply_again - its links are removed by name, whoever has made them, and all steps of @p
 * but the announcements are done again, inside too; the record is written already
 * @links	names of the LPAR's ends that may be there, @n of them
 * @pid		a process in the WPAR's network namespace
 * Connections stay: they have addresses, not links.  After an error nothing of it is left outside.
 */
int wpar_net_apply_again(const struct wpar_net_plan *p, const char *const *links, size_t n,
			 pid_t pid, struct par_error **err);

/* wpar_net_links_down - nothing comes in or goes out by the links of @p; 0 or a negative errno */
int wpar_net_links_down(const struct wpar_net_plan *p);
