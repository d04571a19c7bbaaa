/* SPDX-License-Identifier: Apache-2.0 */
/* From a call to its method: finds the method, checks the caller's role and the parameters. */
#pragma once

#include "lpard/daemon/daemon.h"
#include "lpard/daemon/server/call.h"

/* lpar_dispatch - hand a call to its method, which owns and answers the call; an lpar_server_fn */
void lpar_dispatch(struct lpar_call *call, void *daemon);

/* lpar_interface_text - the description of org.lpard as introspection gives it; caller frees */
char *lpar_interface_text(void);
