/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the other end of a unix socket, by the kernel's word. */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>

/*
 * wpar_user_peer - the name of the user who has connected
 * @fd		a connected unix socket
 * @ret		caller frees
 *
 * PAR_E_NOT_PERMITTED: root, who needs nobody; a process of another user namespace (of a WPAR, of a
 * container), one that has ended, and a number that no user of this system's /etc/passwd has.
 */
int wpar_user_peer(int fd, char **ret, struct par_error **err);
/* wpar_user_peer_is_known - would wpar_user_peer() say who it is? */
bool wpar_user_peer_is_known(int fd);
