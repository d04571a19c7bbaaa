/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that a CRIU that was killed has left in its hands. */
#pragma once

/*
 * wpar_free_sockets - of all processes in the group @cgroup: a TCP connection that is in repair
 * mode, in which it sends nothing, is let go on Returns how many there were, or a negative errno.
 */
int wpar_free_sockets(int cgroup);
