/* SPDX-License-Identifier: Apache-2.0 */
/* What srcmstr does for a request.  Internal to wparctl/srcmstr. */
#pragma once

#include "wparctl/srcmstr/request.h"
#include "wparctl/srcmstr/running.h"

struct wpar_srcmstr {
	struct wpar_subsystems defined; /* as the file was when it was last read whole */
	struct wpar_runnings running;
};

/*
 * wpar_src_serve - carry a request out
 * @root	it comes from the WPAR's root
 * @answer	a line each: 'o' and a text for standard output, 'e' for standard error, 'r' and a
 *		row of lssrc, in the end 's' and the exit status
 */
void wpar_src_serve(struct wpar_srcmstr *m, const struct wpar_src_request *q, bool root,
		    struct par_buf *answer);

/* wpar_src_ended - the process @pid, if it is one of ours, has ended */
void wpar_src_ended(struct wpar_srcmstr *m, pid_t pid);

/*
 * wpar_src_tick - what is due: those that were cancelled and have not ended, those that were held
 * back, adopted ones that have ended.  Returns milliseconds until it is to be called again; -1: it
 * need not be.
 */
int wpar_src_tick(struct wpar_srcmstr *m);

/* wpar_src_reread - the definitions anew, if they are in order; what is wrong goes to the console
 */
void wpar_src_reread(struct wpar_srcmstr *m);
