/* SPDX-License-Identifier: Apache-2.0 */
/* What a CRIU that was killed has left in a WPAR's network. */
#pragma once

#include <sys/types.h>

/*
 * wpar_net_unlock - remove CRIU's tables of nftables, which hold all packets back, from the network
 * namespace of @pid
 * No such table is no error, nor is a kernel without nftables.  Returns 0 or a negative errno.
 */
int wpar_net_unlock(pid_t pid);
