/* SPDX-License-Identifier: Apache-2.0 */
/* From a call to its method: looks it up, checks the caller's role and the parameters' names. */
#pragma once

#include "lpard/daemon/daemon.h"
#include "lpard/daemon/server/call.h"

#define LPAR_METHOD_UPGRADE 1

/* lpar_dispatch - hand a call to its method, which answers it; an lpar_server_fn */
void lpar_dispatch(struct lpar_call *call, void *daemon);

/* The handlers: each owns the call. */
#define X(name, role, flags, in, out, text) \
	void lpar_method_##name(struct lpar_daemon *d, struct lpar_call *call);
#include "lpard/daemon/methods/methods.def"
#undef X

/* lpar_interface_text - the description of org.lpard as introspection gives it; caller frees */
char *lpar_interface_text(void);
