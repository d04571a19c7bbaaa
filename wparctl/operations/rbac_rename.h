/* SPDX-License-Identifier: Apache-2.0 */
/* The domains of a WPAR (/etc/security/domobjs) are those of its name: they go along to another. */
#pragma once

#include "lpard/common/error.h"

/*
 * wpar_rbac_rename_begin - the domains of the WPAR @name also for @new, which it is to be called
 * So there is no moment in which it is in none.  1: they were put there, which
 * wpar_rbac_rename_end() of @new undoes; 0: @name has none, or @new has the same already.
 * PAR_E_EXISTS: @new has others
 */
int wpar_rbac_rename_begin(const char *name, const char *new, struct par_error **err);
/* wpar_rbac_rename_end - take the domains of @name away: there is no such WPAR any more */
int wpar_rbac_rename_end(const char *name, struct par_error **err);
