/* SPDX-License-Identifier: Apache-2.0 */
/*
 * srcmstr, the System Resource Controller's process in a WPAR, and the commands' way to it: the
 * socket /dev/SRC.  Every user may ask for the status; only root (the peer's uid, which the kernel
 * gives) may start, stop and refresh.
 */
#pragma once

#include "wparctl/srcmstr/request.h"
#include "wparctl/srcmstr/status.h"

#include <stdio.h>

#define WPAR_SRC_SOCKET "/dev/SRC"

/*
 * wpar_src_listen - the socket, made anew; a negative errno when it cannot be
 * PID 1 makes it before it makes the process, so that whoever comes next finds it.
 */
int wpar_src_listen(void);

/* wpar_srcmstr_run - serve it until SIGTERM; the exit status */
int wpar_srcmstr_run(int listener);

/*
 * wpar_src_ask - send @q, print what is answered, and return the exit status of the command
 * @rows	takes the rows of a status; NULL: there are none
 * -ENOTCONN when there is no srcmstr; other negative errnos are failures.
 */
int wpar_src_ask(const struct wpar_src_request *q, struct wpar_src_rows *rows, FILE *out,
		 FILE *errors);

/* wpar_src_is_active - does a srcmstr answer? */
bool wpar_src_is_active(void);
