/* SPDX-License-Identifier: Apache-2.0 */
/* The packages that are installed in a WPAR, by the list that dpkg has of them. */
#pragma once

#include "wparctl/backup/trees.h"

#define WPAR_PACKAGES_FILE     "/var/lib/dpkg/status"
#define WPAR_PACKAGES_FILE_MAX (32 << 20) /* bytes; a system with all of Debian has less */
#define WPAR_PACKAGES_MAX      (2 << 20)  /* bytes of their lines there; image.data has 4 MiB */
#define WPAR_PACKAGES_COUNT    20000	  /* some times what a large system has */

/*
 * wpar_packages_parse - "NAME VERSION ARCHITECTURE" of each that is installed, in the list's order
 * @text	is written to; what it has may be a lie, and may have any bytes
 * @ret		empty when there are more than these limits have: half a list would be a wrong one
 * Errors: PAR_E_NO_MEMORY.
 */
int wpar_packages_parse(char *text, struct par_strv *ret, struct par_error **err);

/*
 * wpar_packages_read - those of a WPAR's files
 * A list that is not there, is too long or cannot be read is none: @ret is empty then.
 */
int wpar_packages_read(const struct wpar_backup_trees *t, struct par_strv *ret,
		       struct par_error **err);
