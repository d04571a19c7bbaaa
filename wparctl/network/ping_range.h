/* SPDX-License-Identifier: Apache-2.0 */
/* Which groups of a WPAR may ping, set from outside. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * wpar_net_ping_range - in the network namespace of @pid: groups @first to @last, as the LPAR
 * numbers them; 1 and 0: none, which is the only range that CRIU can restore
 * A kernel without the setting is no error.  Returns 0 or a negative errno.
 */
int wpar_net_ping_range(pid_t pid, uint32_t first, uint32_t last);
