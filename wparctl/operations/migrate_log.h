/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logs of migwpar, at AIX's places and bounded: /var/adm/ras/migwpar.log in the LPAR, and
 * /var/adm/ras/devinst.log in a native WPAR.  A log that cannot be written is no error.
 */
#pragma once

#include "lpard/common/str.h"
#include "wparctl/spec/spec.h"

#include <stdio.h>

struct wpar_migrate_log {
	FILE *out;	     /* where the lines go besides */
	struct par_buf text; /* what was said since the last WPAR began */
};

/*
 * wpar_migrate_log_open - a stream whose lines go to @l->out and into the log of the LPAR
 * The caller closes it while @l is there, and frees @l->text.  NULL: no memory.
 */
FILE *wpar_migrate_log_open(struct wpar_migrate_log *l);

/* wpar_migrate_log_begin - what follows is about that WPAR */
void wpar_migrate_log_begin(struct wpar_migrate_log *l, const char *name);

/* wpar_migrate_log_error - what the command says on stderr comes into the log, too */
void wpar_migrate_log_error(struct wpar_migrate_log *l, const char *text);

/* wpar_migrate_log_inside - what was said of the WPAR into its own log; it does not run */
void wpar_migrate_log_inside(const struct wpar_migrate_log *l, const struct wpar_spec *s);
