/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions of a WPAR's subsystems on its disk. */
#pragma once

#include "wparctl/srcmstr/subsystem.h"

#define WPAR_OBJREPOS	    "/etc/objrepos"
#define WPAR_OBJREPOS_FILE  WPAR_OBJREPOS "/SRCsubsys"
#define WPAR_SRC_CLASS_NAME "SRCsubsys"

/* wpar_objrepos_load - all of them; none when there is no file.  PAR_E_CORRUPT, PAR_E_SYSTEM */
int wpar_objrepos_load(struct wpar_subsystems *ret, struct par_error **err);

/* wpar_objrepos_is_empty - is nothing defined? then there is no use for srcmstr */
bool wpar_objrepos_is_empty(void);

/*
 * wpar_objrepos_change - let @change alter the list, and put it in the place of the file, whole
 * Two changes at the same time come one after the other.  What @change returns is returned; a
 * negative value changes nothing.
 */
int wpar_objrepos_change(int (*change)(struct wpar_subsystems *l, void *user,
				       struct par_error **err),
			 void *user, struct par_error **err);
