/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of which WPARs is there anything beside the specification and the files?  To ask the kernel of
 * each of thousands that do not run costs more than to read the two folders where those that do
 * have something, once.
 */
#pragma once

#include "lpard/common/str.h"

struct wpar_traces {
	bool known;	       /* false: all may have some */
	struct par_strv names; /* sorted */
};

#define auto_traces par_cleanup(wpar_traces_done) struct wpar_traces

void wpar_traces_done(struct wpar_traces *t);

/* wpar_traces_take - as they are now; what cannot be read leaves ret->known false */
void wpar_traces_take(struct wpar_traces *ret);

/*
 * wpar_traces_may_be - false: at that moment the WPAR had no process, no control group, no monitor,
 * and no command was at it, nor had one been since the machine was started
 */
bool wpar_traces_may_be(const struct wpar_traces *t, const char *name);
