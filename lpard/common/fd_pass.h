/* SPDX-License-Identifier: Apache-2.0 */
/* One descriptor goes to another process by a UNIX socket. */
#pragma once

/* par_fd_send - a copy of @fd, which stays the caller's; 0 or -errno, and never SIGPIPE */
int par_fd_send(int sock, int fd);

/*
 * par_fd_receive - wait for one; closed on exec, the caller's
 * -EPIPE: nothing came; -EPROTO: what came is no descriptor.
 */
int par_fd_receive(int sock);
