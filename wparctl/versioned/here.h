/* SPDX-License-Identifier: Apache-2.0 */
/* What this system is, for the question whether an image works on it. */
#pragma once

#include "wparctl/versioned/compat.h"

#include <sys/utsname.h>

struct wpar_here_facts {
	struct utsname uname;
	struct wpar_run_facts runs;
	struct wpar_here here; /* points into the others: not to be copied */
};

#define auto_here par_cleanup(wpar_here_done) struct wpar_here_facts

/* wpar_here_get - from the kernel; what cannot be told is as if there were none of it */
void wpar_here_get(struct wpar_here_facts *ret);
/* wpar_here_for - and how programs of @architecture run, if that is another than this system's */
void wpar_here_for(struct wpar_here_facts *f, const char *architecture);

void wpar_here_done(struct wpar_here_facts *f);
