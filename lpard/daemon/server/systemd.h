/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lpard says to systemd and takes from systemd, by the protocols of sd_notify(3) and
 * sd_listen_fds(3), without their library.  Started by hand lpard finds no such variables, and the
 * functions here do nothing.
 */
#pragma once

#include "lpard/common/error.h"

/*
 * lpar_systemd_socket - the listening socket of lpard.socket, when systemd passed one
 * @ret_fd	0: none was passed; else the caller's, O_CLOEXEC and non-blocking
 * @ret_path	where in the file system that socket is (caller frees); NULL when none was passed
 *
 * Removes the variables from the environment, so that no child takes the socket for its own.
 * Errors: PAR_E_INVALID_ARGUMENT (more than one, or no listening unix socket with a path).
 */
int lpar_systemd_socket(int *ret_fd, char **ret_path, struct par_error **err);

/*
 * lpar_systemd_notify - tell systemd about a change of state
 * @state	"READY=1", "STOPPING=1" …
 * Nobody listens, or the message cannot be sent: nothing happens; systemd has its own time limits.
 */
void lpar_systemd_notify(const char *state);
