/* SPDX-License-Identifier: Apache-2.0 */
/* Can a file system be given to a WPAR, whose ids are mapped?  Not every kind can: /proc, NFS … */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

/*
 * wpar_id_mapping_check - by doing it, to a mount that nobody sees, for each file system once
 * @paths	global paths; where one is not there yet, the folder above it counts
 * Errors: PAR_E_NOT_SUPPORTED.  What cannot be tried (nothing is there, not root) is no error.
 */
int wpar_id_mapping_check(const struct par_strv *paths, struct par_error **err);

/* wpar_open_existing - @path, or the lowest folder above it that is there: O_PATH; -1 with errno */
int wpar_open_existing(const char *path);
